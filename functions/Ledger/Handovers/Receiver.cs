namespace TrueCopy.Ledger.Handovers;

/// <summary>An institution that takes packages; its identity is the container in which they wait.</summary>
/// <param name="Id">The container's name without <c>receiver-</c>.</param>
/// <param name="LegalName">Registered name, as a reader should see it.</param>
/// <param name="Jurisdiction">ISO 3166 code, such as <c>HK</c> or <c>CN-GD</c>.</param>
/// <param name="Domain">Its own domain name, if it gave one.</param>
/// <param name="EncryptionKey">What packages are sealed to: <c>age1…</c>.</param>
/// <param name="Purposes">What it takes packages for, each once.</param>
/// <param name="KeepsDays">For how many days it promises to keep what it was handed.</param>
public sealed record Receiver(
    string Id,
    string LegalName,
    string Jurisdiction,
    string? Domain,
    string EncryptionKey,
    IReadOnlyList<string> Purposes,
    long KeepsDays)
{
    /// <summary>Since when the registry says this: the container's last-modified time. Tells a newer description from an older.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Registered names by language, if it gave any.</summary>
    public LegalNames? LegalNames { get; init; }

    /// <summary>The container that packages for it are in.</summary>
    public string Container => ReceiverContainer.Prefix + Id;

    /// <summary>Whether <paramref name="other"/> says the same of the same institution, whenever it was said.</summary>
    public bool Describes(Receiver other) =>
        (Id, LegalName, LegalNames, Jurisdiction, Domain, EncryptionKey, KeepsDays) == (other.Id, other.LegalName, other.LegalNames, other.Jurisdiction, other.Domain, other.EncryptionKey, other.KeepsDays)
        && Purposes.SequenceEqual(other.Purposes);

    /// <summary>The entry that says how the registry describes the receiver.</summary>
    /// <param name="replaces">Log index of the entry that described it until now; null for the first.</param>
    public Entry ToEntry(long? replaces) => new()
    {
        Version = Entry.FormatVersion,
        Kind = ActKind.Receiver,
        At = Since,
        Receiver = Id,
        LegalName = LegalName,
        LegalNames = LegalNames,
        Jurisdiction = Jurisdiction,
        Domain = Domain,
        EncryptionKey = EncryptionKey,
        Purposes = Purposes,
        KeepsDays = KeepsDays,
        Replaces = replaces,
    };

    /// <summary>The description that an entry holds.</summary>
    /// <exception cref="LogFormatException">It does not describe a receiver.</exception>
    public static Receiver Of(Entry entry) => ProvenReceiver.Rule(entry) is { } rule
        ? throw new LogFormatException($"receivers: {rule}")
        : new Receiver(entry.Receiver!, entry.LegalName!, entry.Jurisdiction!, entry.Domain, entry.EncryptionKey!, entry.Purposes!, entry.KeepsDays!.Value)
        {
            Since = entry.At,
            LegalNames = entry.LegalNames,
        };
}

/// <summary>A container is not a receiver's; the message says which rule of the registry it breaks.</summary>
public sealed class NotAReceiverException(string message) : Exception(message);

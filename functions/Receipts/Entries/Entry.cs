using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Entries;

/// <summary>
/// What the public log says of an act: JSON, written once and from then on carried as bytes. It names the issuer and
/// commits to the digest; it holds neither the digest, nor the document's name, nor the act's id.
/// </summary>
public sealed partial record Entry
{
    /// <summary>The version of this format.</summary>
    public const int FormatVersion = 1;

    internal const int MaxDepth = 4;

    /// <summary>Always <see cref="FormatVersion"/>.</summary>
    [JsonPropertyName("v")]
    public required int Version { get; init; }

    /// <summary>What the entry records.</summary>
    [JsonPropertyName("act")]
    public required ActKind Kind { get; init; }

    /// <summary>When: the blob's last-modified time, or the log's birth.</summary>
    public required DateTimeOffset At { get => new(_at, TimeSpan.Zero); init => _at = value.UtcTicks; }

    /// <summary>The issuer's id.</summary>
    public string? Issuer { get; init; }

    /// <summary>The issuer's legal name at the time.</summary>
    public string? LegalName { get; init; }

    /// <summary>The issuer's legal names by language at the time; null where the registry has but one.</summary>
    public LegalNames? LegalNames { get; init; }

    /// <summary>The issuer's jurisdiction at the time.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>Issuer and domain acts only: the institution's own domain name, as the registry states it.</summary>
    public string? Domain { get => _other?.Domain; init => Other = value == Domain ? Other : Other with { Domain = value }; }

    /// <summary>Domain acts only: what that domain says of its being this issuer of this log.</summary>
    public DomainWord? Outcome { get => _other?.Outcome; init => Other = value == Outcome ? Other : Other with { Outcome = value }; }

    /// <summary>Issuer acts only: what becomes of uploaded documents.</summary>
    public Retention? Retention { get => _other?.Retention; init => Other = value == Retention ? Other : Other with { Retention = value }; }

    /// <summary>Issuer acts only: the digests that are computed.</summary>
    public IReadOnlyList<string>? Algorithms { get => _other?.Algorithms; init => Other = value == Algorithms ? Other : Other with { Algorithms = value }; }

    /// <summary>Position within the upload, which orders acts of the same instant.</summary>
    public long? Position { get; init; }

    /// <summary>Algorithm of the digest that is committed to.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Commitment to the digest (<see cref="Opening.Commit(Digests.Digest)"/>), hex.</summary>
    public string? Commitment { get; init; }

    /// <summary>Issue only: from when the document is to be relied on.</summary>
    public DateTimeOffset? ValidFrom { get => TimeOf(_validFrom); init => _validFrom = TicksOf(value); }

    /// <summary>Issue only: from when it is no longer to be relied on.</summary>
    public DateTimeOffset? Expires { get => TimeOf(_expires); init => _expires = TicksOf(value); }

    /// <summary>
    /// Issue: log index of the issue entry of the same issuer, document and algorithm that counted until now; this one
    /// counts from now on. Receiver: the same of the entry that described the receiver until now.
    /// </summary>
    public long? Replaces { get => _ofAct?.Replaces; init => OfAct = value == Replaces ? OfAct : OfAct with { Replaces = value }; }

    /// <summary>Issue only: log index of the issue entry of the same issuer, document and algorithm that goes on counting; this one never counts.</summary>
    public long? Yields { get => _ofAct?.Yields; init => OfAct = value == Yields ? OfAct : OfAct with { Yields = value }; }

    /// <summary>Acts on a document: log index of the issue entry that is acted on. What becomes of a handover: that of the handover.</summary>
    public long? Target { get => _ofAct?.Target; init => OfAct = value == Target ? OfAct : OfAct with { Target = value }; }

    /// <summary>Acts on a document: why.</summary>
    public ReasonCode? Reason { get => _ofAct?.Reason; init => OfAct = value == Reason ? OfAct : OfAct with { Reason = value }; }

    /// <summary>Supersede only: commitment to the successor (<see cref="Opening.CommitSuccessor"/>), hex.</summary>
    public string? SuccessorCommitment { get => _ofAct?.SuccessorCommitment; init => OfAct = value == SuccessorCommitment ? OfAct : OfAct with { SuccessorCommitment = value }; }

    /// <summary>Acts on a document: commitment to the issuer's note (<see cref="Opening.CommitNote"/>), hex.</summary>
    public string? NoteCommitment { get => _ofAct?.NoteCommitment; init => OfAct = value == NoteCommitment ? OfAct : OfAct with { NoteCommitment = value }; }

    /// <summary>Receiver acts only: the receiver's id.</summary>
    public string? Receiver { get => _other?.Receiver; init => Other = value == Receiver ? Other : Other with { Receiver = value }; }

    /// <summary>Receiver acts only: what packages are sealed to, <c>age1…</c>.</summary>
    public string? EncryptionKey { get => _other?.EncryptionKey; init => Other = value == EncryptionKey ? Other : Other with { EncryptionKey = value }; }

    /// <summary>Receiver acts only: what it takes packages for.</summary>
    public IReadOnlyList<string>? Purposes { get => _other?.Purposes; init => Other = value == Purposes ? Other : Other with { Purposes = value }; }

    /// <summary>Receiver acts only: for how many days it promises to keep what it was handed.</summary>
    public long? KeepsDays { get => _other?.KeepsDays; init => Other = value == KeepsDays ? Other : Other with { KeepsDays = value }; }

    /// <summary>Handover only: what the proof of the opened consent hashes to (<see cref="Handovers.HandoverLocks"/>), 64 lower-case hex digits.</summary>
    public string? Lock { get => _other?.Lock; init => Other = value == Lock ? Other : Other with { Lock = value }; }

    /// <summary>Handover only: what the holder's withdraw key hashes to, 64 lower-case hex digits.</summary>
    public string? WithdrawLock { get => _other?.WithdrawLock; init => Other = value == WithdrawLock ? Other : Other with { WithdrawLock = value }; }

    /// <summary>Received, declined and withdrawn: what opens a lock of the handover, 64 lower-case hex digits.</summary>
    public string? Proof { get => _other?.Proof; init => Other = value == Proof ? Other : Other with { Proof = value }; }

    /// <summary>Genesis only: the log's origin.</summary>
    public string? Origin { get => _other?.Origin; init => Other = value == Origin ? Other : Other with { Origin = value }; }

    /// <summary>Genesis and keys only: the verifier keys that sign for the log from this entry's checkpoint on, all of them.</summary>
    public IReadOnlyList<string>? Keys { get => _other?.Keys; init => Other = value == Keys ? Other : Other with { Keys = value }; }

    /// <summary>Status only: number of entries before it, whose status it commits to; its own index.</summary>
    public long? Covers { get => _other?.Covers; init => Other = value == Covers ? Other : Other with { Covers = value }; }

    /// <summary>Status only: root of the tree over their status (<see cref="StatusTree"/>), 64 lower-case hex digits.</summary>
    public string? Root { get => _other?.Root; init => Other = value == Root ? Other : Other with { Root = value }; }

    /// <summary>Status only: index of the first entry of the first batch that ended with a status; absent for 0. Of entries before it no standing is proven.</summary>
    public long? From { get => _other?.From; init => Other = value == From ? Other : Other with { From = value }; }

    /// <summary>Entry 0 of a log. A tree of one entry has no COSE receipt, so that entry is nobody's document.</summary>
    public static Entry Genesis(string origin, IReadOnlyList<string> keys, DateTimeOffset at) => new()
    {
        Version = FormatVersion,
        Kind = ActKind.Genesis,
        At = at,
        Origin = origin,
        Keys = keys,
    };

    /// <summary>The entry that says which keys sign from now on.</summary>
    public static Entry OfKeys(IReadOnlyList<string> keys, DateTimeOffset at) => new()
    {
        Version = FormatVersion,
        Kind = ActKind.Keys,
        At = at,
        Keys = keys,
    };

    /// <summary>The last entry of a batch: the status of all entries before it.</summary>
    /// <param name="covers">How many those are.</param>
    /// <param name="root">Root of the tree over their status.</param>
    /// <param name="from">Index of the first entry whose standing is proven.</param>
    /// <param name="at">When the batch was made.</param>
    public static Entry OfStatus(long covers, in MerkleHash root, long from, DateTimeOffset at) => new()
    {
        Version = FormatVersion,
        Kind = ActKind.Status,
        At = at,
        Covers = covers,
        Root = Convert.ToHexStringLower(root.Bytes),
        From = from > 0 ? from : null,
    };

    /// <summary>Reads an entry; members that later versions add are ignored.</summary>
    /// <exception cref="LogFormatException">The bytes are not an entry of version 1.</exception>
    public static Entry Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > EntryBundle.MaxEntryLength)
            throw new LogFormatException("entry: longer than a bundle can hold");
        try
        {
            var entry = PlainEntry.TryRead(bytes, MaxDepth) ?? ForeignJson.Read(bytes, EntryJson.Instance.Entry);
            return entry is { Version: FormatVersion }
                ? entry
                : throw new LogFormatException("entry: not of version 1");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("entry: not the JSON of an entry", exception);
        }
    }

    /// <summary>The bytes for the log. Written once; afterwards only these bytes count.</summary>
    public byte[] Encode() => PlainEntry.TryEncode(this) ?? JsonSerializer.SerializeToUtf8Bytes(this, EntryJson.Instance.Entry);

    /// <summary>Writes the bytes for the log of this entry when it commits to a document, which it does not yet, under an opening.</summary>
    /// <param name="output">To where.</param>
    /// <param name="opening">Opens the commitment.</param>
    /// <param name="document">The document.</param>
    public void Write(IBufferWriter<byte> output, Opening opening, Digest document)
    {
        if (!PlainEntry.TryWrite(output, this, opening, document))
            output.Write((this with { Commitment = opening.Commit(document) }).Encode());
    }
}

[JsonSerializable(typeof(Entry))]
internal sealed partial class EntryJson : JsonSerializerContext
{
    public static EntryJson Instance { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,

        // Names are for people to read in the log as written; nothing here is ever embedded in HTML as is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },

        // Two readers of one entry read the same: with two commitments, one would take the first and another the last.
        AllowDuplicateProperties = false,
        MaxDepth = Entries.Entry.MaxDepth,
    });
}

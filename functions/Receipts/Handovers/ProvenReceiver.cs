using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Handovers;

/// <summary>
/// A receiver as the log describes it now, with the proof of that: a C2SP tlog-proof whose <c>extra</c> line is
/// <c>{"entry":"…","status":{…}}</c>. It has no opening, for it hides nothing; the status, 0, proves that no later entry describes the
/// receiver otherwise, so that nobody can have a package sealed to a key that was given up, or to one of his own.
/// </summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Entry">What the entry says; it is well-formed (<see cref="Rule"/>).</param>
/// <param name="Checkpoint">The checkpoint that it is proven under, its signatures verified.</param>
public sealed record ProvenReceiver(long LogIndex, Entry Entry, SignedCheckpoint Checkpoint)
{
    /// <summary>The most days that a receiver can promise to keep what it was handed: a hundred years.</summary>
    public const long MaxKeepsDays = 36_525;

    private static readonly ProvenReceiverJson Reading = new(new JsonSerializerOptions(ProvenReceiverJson.Default.Options)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        MaxDepth = 2,
    });

    /// <summary>Its id.</summary>
    public string Id => Entry.Receiver!;

    /// <summary>Its registered name.</summary>
    public string LegalName => Entry.LegalName!;

    /// <summary>What packages are sealed to.</summary>
    public string EncryptionKey => Entry.EncryptionKey!;

    /// <summary>Whether it takes packages for a purpose.</summary>
    public bool Takes(HandoverPurpose purpose) => Entry.Purposes!.Contains(WireName.Of(purpose));

    /// <summary>Whether a consent names this receiver by this entry.</summary>
    public bool IsNamedBy(ConsentReceiver named) => named == new ConsentReceiver(Id, LegalName, EncryptionKey, LogIndex);

    /// <summary>The text of the <c>.tlog-proof</c>.</summary>
    /// <param name="logIndex">Index of the entry.</param>
    /// <param name="entry">Its exact bytes.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    /// <param name="status">What proves how the entry stands as of that checkpoint.</param>
    public static string Encode(long logIndex, ReadOnlyMemory<byte> entry, IReadOnlyList<MerkleHash> path, ReadOnlyMemory<byte> checkpoint, StatusProof status)
    {
        var extra = JsonSerializer.SerializeToUtf8Bytes(new ReceiverExtra(entry, status), ProvenReceiverJson.Default.ReceiverExtra);
        return Encoding.UTF8.GetString(new TlogProof(extra, logIndex, path, checkpoint).Encode());
    }

    /// <summary>Checks a proof.</summary>
    /// <param name="proof">The text of the <c>.tlog-proof</c>.</param>
    /// <param name="open">Verifies its checkpoint; throws <see cref="LogFormatException"/> if that does not count.</param>
    /// <exception cref="LogFormatException">It is malformed, or its checkpoint does not count.</exception>
    /// <exception cref="ReceiptException">It is not in the log, or not how the log describes the receiver now.</exception>
    public static ProvenReceiver Open(string proof, Func<ReadOnlyMemory<byte>, SignedCheckpoint> open)
    {
        var parsed = TlogProof.Parse(Encoding.UTF8.GetBytes(proof));
        var extra = Read(parsed);
        var entry = Entries.Entry.Parse(extra.Entry.Span);
        if (Rule(entry) is { } rule)
            throw new LogFormatException($"receiver entry {parsed.Index}: {rule}");
        var checkpoint = open(parsed.Checkpoint);
        if (!ProofVerifier.Includes(TreeHasher.Leaf(extra.Entry.Span), parsed.Index, checkpoint.Size, [.. parsed.Path], checkpoint.Checkpoint.Root))
            throw new ReceiptException(ReceiptFault.Inclusion, "What describes the receiver is not in the log that the checkpoint signs.");
        return extra.Status.Check(parsed.Index, checkpoint.Checkpoint) is { Status: EntryStatus.Stands }
            ? new ProvenReceiver(parsed.Index, entry, checkpoint)
            : throw new ReceiptException(ReceiptFault.Status, "The log describes this receiver otherwise by now: what was shown is no longer so.");
    }

    /// <summary>The rule that the entry of a receiver breaks; null if none.</summary>
    public static string? Rule(Entry entry) => entry switch
    {
        { Kind: not ActKind.Receiver } => "it describes no receiver",
        { Receiver: null } => "it names no receiver",
        { Receiver: { } id } when !ReceiverId.IsValid(id) => "a receiver's id is what the name of a container may hold",
        { LegalName: not { Length: > 0 } } or { Jurisdiction: not { Length: > 0 } } => "it describes a receiver without legal name and jurisdiction",
        { EncryptionKey: var key } when !Handovers.EncryptionKey.TryParse(key, out _) => "a receiver's key is an age X25519 key",
        { Purposes: not { Count: > 0 } } => "a receiver takes packages for some purpose",
        { Purposes: { } purposes } when purposes.Distinct().Count() != purposes.Count || purposes.Any(purpose => !WireName.TryParse<HandoverPurpose>(purpose, out _)) => "a receiver's purposes are words of the vocabulary, each once",
        { KeepsDays: not (>= 0 and <= MaxKeepsDays) } => "a receiver says for how many days it keeps what it was handed",
        _ => null,
    };

    private static ReceiverExtra Read(TlogProof proof)
    {
        try
        {
            return ForeignJson.Read((proof.Extra ?? "null"u8.ToArray()).Span, Reading.ReceiverExtra) is { Entry.IsEmpty: false, Status.IsWellFormed: true } extra
                ? extra
                : throw new LogFormatException($"receiver entry {proof.Index}: its proof does not hold entry and status");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException($"receiver entry {proof.Index}: the extra line is not the JSON of a receiver", exception);
        }
    }
}

internal sealed record ReceiverExtra(ReadOnlyMemory<byte> Entry, StatusProof Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiverExtra))]
internal sealed partial class ProvenReceiverJson : JsonSerializerContext;

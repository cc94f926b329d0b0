using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Succession;

/// <summary>
/// An entry that says which keys sign from its own checkpoint on, with the proof that the log holds it: a C2SP tlog-proof
/// whose <c>extra</c> line is <c>{"entry":"base64 of the exact bytes"}</c>. It has no opening, for it hides nothing.
/// </summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Keys">The keys that it lists: these sign, all of them and no others.</param>
/// <param name="Proof">Index, inclusion path and checkpoint; proves nothing before <see cref="ProveBy"/>.</param>
public sealed record KeysEntry(long LogIndex, ReadOnlyMemory<byte> Entry, KeySet Keys, TlogProof Proof)
{
    private static readonly KeysEntryJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 2,
    });

    /// <summary>Puts together the proof of an entry.</summary>
    /// <param name="logIndex">Index of the entry.</param>
    /// <param name="entry">Its exact bytes.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    /// <exception cref="LogFormatException">The entry does not say which keys sign.</exception>
    public static KeysEntry Create(long logIndex, ReadOnlyMemory<byte> entry, IReadOnlyList<MerkleHash> path, ReadOnlyMemory<byte> checkpoint)
    {
        var extra = JsonSerializer.SerializeToUtf8Bytes(new KeysEntryExtra(entry), Json.KeysEntryExtra);
        return new KeysEntry(logIndex, entry, KeysOf(logIndex, entry), new TlogProof(extra, logIndex, path, checkpoint));
    }

    /// <summary>Reads an entry with its proof; says nothing yet about whether it holds.</summary>
    /// <exception cref="LogFormatException">It is malformed, another entry's, or of an entry that does not say which keys sign.</exception>
    public static KeysEntry Parse(long logIndex, string receipt)
    {
        var proof = TlogProof.Parse(Encoding.UTF8.GetBytes(receipt));
        if (proof.Index != logIndex)
            throw new LogFormatException($"keys entry {logIndex}: its receipt is that of entry {proof.Index}");
        if (proof.Extra is not { } json)
            throw new LogFormatException($"keys entry {logIndex}: its receipt does not hold the entry");
        try
        {
            return ForeignJson.Read(json.Span, Json.KeysEntryExtra) is { Entry.IsEmpty: false } extra
                ? new KeysEntry(logIndex, extra.Entry, KeysOf(logIndex, extra.Entry), proof)
                : throw new LogFormatException($"keys entry {logIndex}: its receipt does not hold the entry");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException($"keys entry {logIndex}: the extra line is not the JSON of a receipt", exception);
        }
    }

    /// <summary>The text of the <c>.tlog-proof</c>.</summary>
    public string Encode() => Encoding.UTF8.GetString(Proof.Encode());

    /// <summary>Checks that a checkpoint signed by <paramref name="keys"/> holds the entry.</summary>
    /// <returns>That checkpoint.</returns>
    /// <exception cref="LogFormatException">They did not sign it, or it does not hold the entry.</exception>
    public SignedCheckpoint ProveBy(KeySet keys)
    {
        var checkpoint = keys.Open(Proof.Checkpoint);
        return ProofVerifier.Includes(TreeHasher.Leaf(Entry.Span), LogIndex, checkpoint.Size, [.. Proof.Path], checkpoint.Checkpoint.Root)
            ? checkpoint
            : throw new LogFormatException($"keys entry {LogIndex}: it is not in the log that its checkpoint signs");
    }

    private static KeySet KeysOf(long logIndex, ReadOnlyMemory<byte> bytes)
    {
        var entry = Entries.Entry.Parse(bytes.Span);
        if (entry.Kind != (logIndex == 0 ? ActKind.Genesis : ActKind.Keys) || entry.Keys is not { } lines || lines.Any(line => line is null))
            throw new LogFormatException($"keys entry {logIndex}: it does not say which keys sign");
        var keys = KeySet.Parse(lines);
        return entry.Kind == ActKind.Keys || entry.Origin == keys.Origin
            ? keys
            : throw new LogFormatException($"keys entry {logIndex}: the keys are not those of the log that it begins");
    }
}

internal sealed record KeysEntryExtra(ReadOnlyMemory<byte> Entry);

[JsonSerializable(typeof(KeysEntryExtra))]
internal sealed partial class KeysEntryJson : JsonSerializerContext;

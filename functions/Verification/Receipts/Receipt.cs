using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Proofs;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;

namespace TrueCopy.Verification.Receipts;

/// <summary>
/// Everything that proves an act offline: a C2SP tlog-proof whose <c>extra</c> line is JSON with the entry
/// (<c>entry</c>, base64 of the exact bytes) and the opening (<c>opening</c>, hex).
/// </summary>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Opening">Opens the entry's commitment.</param>
/// <param name="Proof">Index, inclusion path and checkpoint.</param>
public sealed record Receipt(ReadOnlyMemory<byte> Entry, Opening Opening, TlogProof Proof)
{
    /// <summary>The extension of receipt files.</summary>
    public const string FileExtension = ".tlog-proof";

    private static readonly ReceiptJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        MaxDepth = 2,
    });

    /// <summary>Puts a receipt together.</summary>
    public static Receipt Create(
        ReadOnlyMemory<byte> entry,
        Opening opening,
        long index,
        IReadOnlyList<TransparencyLog.Merkle.MerkleHash> path,
        ReadOnlyMemory<byte> checkpoint)
    {
        var extra = JsonSerializer.SerializeToUtf8Bytes(new ReceiptExtra(entry.ToArray(), opening.Hex), Json.ReceiptExtra);
        return new Receipt(entry, opening, new TlogProof(extra, index, path, checkpoint));
    }

    /// <summary>Reads a receipt; says nothing yet about whether it proves anything.</summary>
    /// <exception cref="LogFormatException">The bytes are not a tlog-proof with an entry and an opening.</exception>
    public static Receipt Parse(ReadOnlyMemory<byte> bytes)
    {
        var proof = TlogProof.Parse(bytes);
        try
        {
            var extra = JsonSerializer.Deserialize((proof.Extra ?? "null"u8.ToArray()).Span, Json.ReceiptExtra);
            return extra?.Entry is not null && Opening.TryParse(extra.Opening, out var opening)
                ? new Receipt(extra.Entry, opening, proof)
                : throw new LogFormatException("receipt: the extra line has no entry and opening");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("receipt: the extra line is not the JSON of a receipt", exception);
        }
    }

    /// <summary>The bytes of the <c>.tlog-proof</c> file.</summary>
    public byte[] Encode() => Proof.Encode();

    /// <summary>The entry, read.</summary>
    /// <exception cref="LogFormatException">It is not an entry.</exception>
    public Entry ReadEntry() => Acts.Entry.Parse(Entry.Span);
}

internal sealed record ReceiptExtra(byte[] Entry, string Opening);

[JsonSerializable(typeof(ReceiptExtra))]
internal sealed partial class ReceiptJson : JsonSerializerContext;

using System.Globalization;
using System.Text;

namespace TrueCopy.TransparencyLog.Cosignatures;

/// <summary>What a log sends a witness (C2SP tlog-witness, "add-checkpoint").</summary>
/// <param name="OldSize">Size of the last checkpoint that the witness cosigned, as far as the log knows; 0 for none.</param>
/// <param name="Proof">Consistency proof from there to the checkpoint (RFC 6962, section 2.1.2); empty from size 0.</param>
/// <param name="Note">The signed checkpoint.</param>
public sealed record AddCheckpointRequest(long OldSize, IReadOnlyList<MerkleHash> Proof, ReadOnlyMemory<byte> Note)
{
    /// <summary>Below a witness's submission prefix: where requests are posted to.</summary>
    public const string Path = "add-checkpoint";

    /// <summary>Media type of the answer 409, whose body is the size that the witness has, in decimal, and a newline.</summary>
    public const string SizeType = "text/x.tlog.size";

    /// <summary>The most lines of a proof.</summary>
    public const int MaxProof = 63;

    private const string OldPrefix = "old ";

    // The line of the size, those of the proof, and the empty one.
    private const int MaxHeaderLength = 64 + (MaxProof * 64);

    /// <summary>Parses a request's body; the note is left as it is.</summary>
    /// <exception cref="LogFormatException">The bytes are no such request.</exception>
    public static AddCheckpointRequest Parse(ReadOnlyMemory<byte> body)
    {
        var end = body.Span[..Math.Min(body.Length, MaxHeaderLength)].IndexOf("\n\n"u8);
        if (end < 0)
            throw new LogFormatException($"add-checkpoint: no empty line after the old size and at most {MaxProof} hashes");
        if (!StrictText.TryDecodeUtf8(body.Span[..end], out var header))
            throw new LogFormatException("add-checkpoint: not UTF-8");
        var lines = header.Split('\n');
        if (!lines[0].StartsWith(OldPrefix, StringComparison.Ordinal) || !StrictText.TryParseDecimal(lines[0].AsSpan(OldPrefix.Length), out var oldSize))
            throw new LogFormatException("add-checkpoint: the first line is \"old\" and a size without leading zeroes");
        if (lines.Length - 1 > MaxProof)
            throw new LogFormatException($"add-checkpoint: more than {MaxProof} hashes");
        return new AddCheckpointRequest(oldSize, Array.ConvertAll(lines[1..], ParseHash), body[(end + 2)..]);
    }

    /// <summary>The request's body.</summary>
    public byte[] Encode()
    {
        var header = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{OldPrefix}{OldSize}\n");
        foreach (var hash in Proof)
            header.Append(hash).Append('\n');
        return [.. Encoding.ASCII.GetBytes(header.Append('\n').ToString()), .. Note.Span];
    }

    /// <summary>The body of the answer 409.</summary>
    /// <param name="size">The size that the witness has.</param>
    public static byte[] EncodeSize(long size) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size}\n"));

    /// <summary>Parses the body of the answer 409.</summary>
    /// <exception cref="LogFormatException">It is no size.</exception>
    public static long ParseSize(ReadOnlySpan<byte> body) =>
        body.Length is > 1 and <= 20 && body[^1] == '\n' && StrictText.TryParseDecimal(Encoding.Latin1.GetString(body[..^1]), out var size)
            ? size
            : throw new LogFormatException("add-checkpoint: the size that the witness has is not a decimal and a newline");

    private static MerkleHash ParseHash(string line) => StrictBase64.TryDecodeHash(line, out var hash)
        ? hash
        : throw new LogFormatException("add-checkpoint: a line of the proof is not base64 of 32 bytes");
}

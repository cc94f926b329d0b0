using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace TrueCopy.TransparencyLog.Proofs;

/// <summary>
/// An offline proof that some entry is in a log (C2SP tlog-proof, version 1; files end in <c>.tlog-proof</c>). Parsing
/// checks the format only; whether the proof holds is <see cref="ProofVerifier.Includes"/> against the checkpoint.
/// </summary>
/// <param name="Extra">Opaque data, not authenticated by the proof; null where there is none.</param>
/// <param name="Index">Zero-based index of the entry.</param>
/// <param name="Path">Inclusion proof, from the leaf's sibling upwards.</param>
/// <param name="Checkpoint">The signed checkpoint, verbatim.</param>
public sealed record TlogProof(
    ReadOnlyMemory<byte>? Extra,
    long Index,
    IReadOnlyList<MerkleHash> Path,
    ReadOnlyMemory<byte> Checkpoint)
{
    /// <summary>The longest proof that is parsed, in bytes: a checkpoint, an entry and some air.</summary>
    public const int MaxLength = 1_500_000;

    private const string Header = "c2sp.org/tlog-proof@v1";
    private const string ExtraPrefix = "extra ";
    private const string IndexPrefix = "index ";
    private const int MaxPathLength = 63;
    private const int MaxDigits = 20;

    /// <summary>Parses a proof.</summary>
    /// <exception cref="LogFormatException">The bytes are not a tlog-proof of version 1.</exception>
    public static TlogProof Parse(ReadOnlyMemory<byte> proof)
    {
        if (proof.Length > MaxLength)
            throw new LogFormatException($"tlog-proof: longer than {MaxLength} bytes");
        var rest = proof;
        if (NextLine(ref rest) != Header)
            throw new LogFormatException($"tlog-proof: the first line is not {Header}");

        var line = NextLine(ref rest);
        ReadOnlyMemory<byte>? extra = null;
        if (line.StartsWith(ExtraPrefix, StringComparison.Ordinal))
        {
            if (!StrictBase64.TryDecode(line.AsSpan(ExtraPrefix.Length), out var decoded))
                throw new LogFormatException("tlog-proof: extra is not base64");
            extra = decoded;
            line = NextLine(ref rest);
        }

        if (!line.StartsWith(IndexPrefix, StringComparison.Ordinal)
            || !StrictText.TryParseDecimal(line.AsSpan(IndexPrefix.Length), out var index))
        {
            throw new LogFormatException("tlog-proof: the index is missing or not a decimal without leading zeroes");
        }

        var path = new List<MerkleHash>();
        while ((line = NextLine(ref rest)).Length > 0)
        {
            if (path.Count == MaxPathLength || !StrictBase64.TryDecodeHash(line, out var hash))
                throw new LogFormatException($"tlog-proof: the path is at most {MaxPathLength} lines of base64, 32 bytes each");
            path.Add(hash);
        }

        return rest.IsEmpty
            ? throw new LogFormatException("tlog-proof: the checkpoint is missing")
            : new TlogProof(extra, index, path, rest);
    }

    /// <summary>How many bytes <see cref="Encode()"/> gives.</summary>
    public int EncodedLength => LengthOf(Extra?.Length, Index, Path.Count, Checkpoint.Length, lineEnd: 1);

    /// <summary>The bytes of the proof.</summary>
    public byte[] Encode()
    {
        var proof = new byte[EncodedLength];
        Encode(proof);
        return proof;
    }

    /// <summary>Writes the bytes of the proof.</summary>
    /// <param name="proof">At least <see cref="EncodedLength"/> bytes.</param>
    /// <exception cref="ArgumentException">It is shorter.</exception>
    public void Encode(Span<byte> proof)
    {
        if (proof.Length < EncodedLength)
            throw new ArgumentException("The proof is longer.", nameof(proof));
        Write(proof, Extra is not null, Extra.GetValueOrDefault().Span, Index, Path as MerkleHash[] ?? [.. Path], Checkpoint.Span, "\n"u8);
    }

    /// <summary>Writes the bytes of a proof with extra data, which need not be put together first.</summary>
    /// <param name="output">To where.</param>
    /// <param name="extra">Opaque data.</param>
    /// <param name="index">Index of the entry.</param>
    /// <param name="path">Inclusion proof, from the leaf's sibling upwards.</param>
    /// <param name="checkpoint">The signed checkpoint.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> extra, long index, ReadOnlySpan<MerkleHash> path, ReadOnlySpan<byte> checkpoint)
    {
        var length = LengthOf(extra.Length, index, path.Length, checkpoint.Length, lineEnd: 1);
        Write(output.GetSpan(length), hasExtra: true, extra, index, path, checkpoint, "\n"u8);
        output.Advance(length);
    }

    /// <summary>Writes the same as a string of JSON, with its quotes: but for the ends of lines there is nothing to escape.</summary>
    /// <param name="output">To where.</param>
    /// <param name="extra">Opaque data.</param>
    /// <param name="index">Index of the entry.</param>
    /// <param name="path">Inclusion proof, from the leaf's sibling upwards.</param>
    /// <param name="checkpoint">The signed checkpoint as it is within a string of JSON.</param>
    public static void WriteJson(IBufferWriter<byte> output, ReadOnlySpan<byte> extra, long index, ReadOnlySpan<MerkleHash> path, ReadOnlySpan<byte> checkpoint)
    {
        var length = LengthOf(extra.Length, index, path.Length, checkpoint.Length, lineEnd: 2);
        var json = output.GetSpan(length + 2);
        json[0] = (byte)'"';
        Write(json[1..], hasExtra: true, extra, index, path, checkpoint, "\\n"u8);
        json[length + 1] = (byte)'"';
        output.Advance(length + 2);
    }

    private static int LengthOf(int? extra, long index, int path, int checkpoint, int lineEnd)
    {
        Span<byte> number = stackalloc byte[MaxDigits];
        Utf8Formatter.TryFormat(index, number, out var digits);
        var extraLength = extra is { } bytes ? ExtraPrefix.Length + Base64Length(bytes) + lineEnd : 0;
        return Header.Length + extraLength + IndexPrefix.Length + digits + (path * (Base64Length(MerkleHash.Size) + lineEnd)) + (3 * lineEnd) + checkpoint;
    }

    private static void Write(Span<byte> proof, bool hasExtra, ReadOnlySpan<byte> extra, long index, ReadOnlySpan<MerkleHash> path, ReadOnlySpan<byte> checkpoint, ReadOnlySpan<byte> lineEnd)
    {
        var rest = proof;
        AddText(ref rest, Header);
        Add(ref rest, lineEnd);
        if (hasExtra)
        {
            AddText(ref rest, ExtraPrefix);
            AddBase64(ref rest, extra);
            Add(ref rest, lineEnd);
        }

        AddText(ref rest, IndexPrefix);
        Utf8Formatter.TryFormat(index, rest, out var digits);
        rest = rest[digits..];
        Add(ref rest, lineEnd);
        foreach (ref readonly var hash in path)
        {
            AddBase64(ref rest, hash.Bytes);
            Add(ref rest, lineEnd);
        }

        Add(ref rest, lineEnd);
        checkpoint.CopyTo(rest);
    }

    private static int Base64Length(int bytes) => Base64.GetMaxEncodedToUtf8Length(bytes);

    private static void Add(ref Span<byte> rest, scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(rest);
        rest = rest[text.Length..];
    }

    private static void AddText(ref Span<byte> rest, string text) => rest = rest[Encoding.ASCII.GetBytes(text, rest)..];

    private static void AddBase64(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(bytes, rest, out _, out var written);
        rest = rest[written..];
    }

    private static string NextLine(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        if (end < 0 || !StrictText.TryDecodeUtf8(rest.Span[..end], out var line))
            throw new LogFormatException("tlog-proof: a line is cut off or not UTF-8");
        rest = rest[(end + 1)..];
        return line;
    }
}

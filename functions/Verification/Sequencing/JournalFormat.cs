using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Sequencing;

/// <summary>
/// The journal's bytes: a magic line, then fields in order, integers big-endian, byte strings with a uint32 length; at
/// the end the SHA-256 of all before, so that a batch is either whole or refused.
/// </summary>
public static class JournalFormat
{
    private static ReadOnlySpan<byte> Magic => "truecopy-journal@v1\n"u8;

    /// <summary>Writes a batch.</summary>
    public static ReadOnlyMemory<byte> Encode(JournalBatch batch)
    {
        var output = new ArrayBufferWriter<byte>(1024 + (batch.Records.Count * 640) + batch.Tiles.Sum(tile => tile.Bytes.Length));
        output.Write(Magic);
        WriteText(output, batch.Previous);
        WriteInt64(output, batch.Start);
        output.Write(batch.Root.Bytes);
        WriteInt64(output, batch.Records.Count);
        foreach (var record in batch.Records)
            WriteRecord(output, record);
        WriteInt64(output, batch.Tiles.Count);
        foreach (var tile in batch.Tiles)
        {
            WriteText(output, tile.Id.ToPath());
            WriteBytes(output, tile.Bytes.Span);
        }

        output.Write(SHA256.HashData(output.WrittenSpan));
        return output.WrittenMemory;
    }

    /// <summary>Reads a batch.</summary>
    /// <exception cref="LogFormatException">The bytes are not a whole batch of version 1.</exception>
    public static JournalBatch Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < Magic.Length + SHA256.HashSizeInBytes || !bytes.Span.StartsWith(Magic))
            throw new LogFormatException("journal: not a batch of version 1");
        var content = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(content.Span).AsSpan().SequenceEqual(bytes.Span[content.Length..]))
            throw new LogFormatException("journal: the batch is cut off or altered");

        var reader = new Reader(content[Magic.Length..]);
        var previous = reader.Text();
        var start = reader.Int64();
        var root = new MerkleHash(reader.Take(MerkleHash.Size).Span);
        var records = new JournalRecord[reader.Count()];
        for (var i = 0; i < records.Length; i++)
            records[i] = ReadRecord(ref reader);
        var tiles = new TileContent[reader.Count()];
        for (var i = 0; i < tiles.Length; i++)
        {
            tiles[i] = TileId.TryParse(reader.Text(), out var id)
                ? new TileContent(id, reader.Bytes())
                : throw new LogFormatException("journal: a tile's path is malformed");
        }

        return reader.AtEnd
            ? new JournalBatch(previous, start, root, records, tiles)
            : throw new LogFormatException("journal: bytes after the last tile");
    }

    private static void WriteRecord(ArrayBufferWriter<byte> output, JournalRecord record)
    {
        WriteBytes(output, record.Entry.Span);
        WriteText(output, record.Act?.Digest.Algorithm.Name ?? "");
        if (record.Act is not { } act)
            return;

        WriteBytes(output, act.Digest.Bytes);
        WriteText(output, act.Id.Value);
        output.Write(act.Opening.Nonce);
        WriteText(output, act.Source.Container);
        WriteText(output, act.Source.Path);
        WriteText(output, act.Source.ETag);
    }

    private static JournalRecord ReadRecord(ref Reader reader)
    {
        var entry = reader.Bytes();
        var name = reader.Text();
        if (name.Length == 0)
            return new JournalRecord(entry, null);
        if (!DigestAlgorithm.TryParse(name, out var algorithm))
            throw new LogFormatException("journal: an unknown digest algorithm");

        var digest = reader.Bytes();
        if (digest.Length != algorithm.Length)
            throw new LogFormatException("journal: a digest has the wrong length");
        return new JournalRecord(entry, new JournalAct(
            Digest: new Digest(algorithm, digest.Span),
            Id: new ActId(reader.Text()),
            Opening: new Opening(reader.Take(Opening.Size).Span),
            Source: new BlobVersion(reader.Text(), reader.Text(), reader.Text())));
    }

    private static void WriteInt64(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    private static void WriteBytes(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), bytes.Length);
        output.Advance(sizeof(int));
        output.Write(bytes);
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text) => WriteBytes(output, Encoding.UTF8.GetBytes(text));

    private struct Reader(ReadOnlyMemory<byte> rest)
    {
        private ReadOnlyMemory<byte> _rest = rest;

        public readonly bool AtEnd => _rest.IsEmpty;

        public ReadOnlyMemory<byte> Take(int length)
        {
            if (length < 0 || length > _rest.Length)
                throw new LogFormatException("journal: a field is longer than the batch");
            var field = _rest[..length];
            _rest = _rest[length..];
            return field;
        }

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)).Span);

        public int Count() => Int64() is var count && count >= 0 && count <= _rest.Length
            ? (int)count
            : throw new LogFormatException("journal: a count is out of range");

        public ReadOnlyMemory<byte> Bytes() => Take(BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)).Span));

        public string Text() => Encoding.UTF8.GetString(Bytes().Span);
    }
}

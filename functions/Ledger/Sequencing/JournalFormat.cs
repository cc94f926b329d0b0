using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// The journal's bytes: a magic line, then fields in order, integers big-endian, byte strings with a uint32 length; at
/// the end the SHA-256 of all before, so that a batch is either whole or refused. Version 2 is of a batch that ends with the
/// status, and has its status pack.
/// </summary>
public static class JournalFormat
{
    private const int MaxDigestText = 160;

    // A batch without records and tiles, a tile's path and lengths, what is noted of an act and its upload.
    private const int UsualFrame = 4096;
    private const int UsualPath = 64;
    private const int UsualAct = 352;

    private static ReadOnlySpan<byte> Magic => "truecopy-journal@v1\n"u8;

    private static ReadOnlySpan<byte> MagicWithPack => "truecopy-journal@v2\n"u8;

    /// <summary>The bytes of a batch.</summary>
    public static ReadOnlyMemory<byte> Encode(JournalBatch batch)
    {
        using var output = Write(batch);
        return output.Written.ToArray();
    }

    /// <summary>Writes a batch into memory of the pool.</summary>
    internal static PooledBody Write(JournalBatch batch)
    {
        var output = new PooledBody(LengthOf(batch));
        output.Write(batch.Pack is null ? Magic : MagicWithPack);
        WriteText(output, batch.Previous);
        WriteInt64(output, batch.Start);
        output.Write(batch.Root.Bytes);

        // What an upload issues is together, so that nearly every source is there once.
        var sources = new List<BlobVersion>();
        foreach (var record in batch.Records)
        {
            if (record.Act is { } act && !(sources is [.., var last] && last == act.Source))
                sources.Add(act.Source);
        }

        WriteInt64(output, sources.Count);
        foreach (var source in sources)
        {
            WriteText(output, source.Container);
            WriteText(output, source.Path);
            WriteText(output, source.ETag);
        }

        WriteInt64(output, batch.Records.Count);
        var number = -1;
        foreach (var record in batch.Records)
        {
            if (record.Act is { } act && !(number >= 0 && sources[number] == act.Source))
                number++;
            WriteRecord(output, record, number);
        }

        WriteInt64(output, batch.Tiles.Count);
        foreach (var tile in batch.Tiles)
        {
            WriteText(output, tile.Id.ToPath());
            WriteBytes(output, tile.Bytes.Span);
        }

        if (batch.Pack is { } pack)
            WriteBytes(output, pack.Span);
        if (batch.Note is { } note)
            WriteBytes(output, note.Span);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(output.Written.Span, hash);
        output.Write(hash);
        return output;
    }

    // About: what is not published of acts, and long names of uploads, may make it more.
    private static int LengthOf(JournalBatch batch)
    {
        var length = UsualFrame + batch.Pack.GetValueOrDefault().Length;
        foreach (var tile in batch.Tiles)
            length += UsualPath + tile.Bytes.Length;
        foreach (var record in batch.Records)
            length += record.Entry.Length + (record.Act is null ? UsualPath : UsualAct);
        return length;
    }

    /// <summary>Reads a batch.</summary>
    /// <exception cref="LogFormatException">The bytes are not a whole batch of version 1 or 2.</exception>
    public static JournalBatch Decode(ReadOnlyMemory<byte> bytes)
    {
        var hasPack = bytes.Span.StartsWith(MagicWithPack);
        if (bytes.Length < Magic.Length + SHA256.HashSizeInBytes || !(hasPack || bytes.Span.StartsWith(Magic)))
            throw new LogFormatException("journal: not a batch of version 1 or 2");
        var content = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(content.Span).AsSpan().SequenceEqual(bytes.Span[content.Length..]))
            throw new LogFormatException("journal: the batch is cut off or altered");

        var reader = new Reader(content[Magic.Length..]);
        var previous = reader.Text();
        var start = reader.Int64();
        var root = new MerkleHash(reader.Take(MerkleHash.Size).Span);
        var sources = new BlobVersion[reader.Count()];
        for (var i = 0; i < sources.Length; i++)
            sources[i] = new BlobVersion(reader.Text(), reader.Text(), reader.Text());
        var records = new JournalRecord[reader.Count()];
        for (var i = 0; i < records.Length; i++)
            records[i] = ReadRecord(ref reader, sources);
        var tiles = new TileContent[reader.Count()];
        for (var i = 0; i < tiles.Length; i++)
        {
            tiles[i] = TileId.TryParse(reader.Text(), out var id)
                ? new TileContent(id, reader.Bytes())
                : throw new LogFormatException("journal: a tile's path is malformed");
        }

        var pack = hasPack ? reader.Bytes() : default(ReadOnlyMemory<byte>?);

        // Only of a batch that says which keys sign, and not of those that are older than the rule to keep it.
        var note = reader.AtEnd ? default(ReadOnlyMemory<byte>?) : reader.Bytes();
        if (hasPack && !IsStatus(records))
            throw new LogFormatException("journal: a batch of version 2 ends with the status");
        return reader.AtEnd
            ? new JournalBatch(previous, start, root, records, tiles, note, pack)
            : throw new LogFormatException("journal: bytes after the last field");
    }

    /// <summary>How many bytes of a batch <see cref="ReadPrevious"/> needs, at most.</summary>
    public const int MaxBeginning = 256;

    /// <summary>Reads which batch came before, from a batch's first bytes; whether the batch is whole is not known then.</summary>
    /// <exception cref="LogFormatException">They are not the beginning of a batch.</exception>
    public static string ReadPrevious(ReadOnlyMemory<byte> beginning)
    {
        if (!beginning.Span.StartsWith(Magic) && !beginning.Span.StartsWith(MagicWithPack))
            throw new LogFormatException("journal: not a batch of version 1 or 2");
        var reader = new Reader(beginning[Magic.Length..]);
        return reader.Text();
    }

    private static bool IsStatus(JournalRecord[] records) => records is [.., { Act: null } last] && Entry.Parse(last.Entry.Span).Kind == ActKind.Status;

    private static void WriteRecord(PooledBody output, JournalRecord record, int source)
    {
        WriteBytes(output, record.Entry.Span);
        if (record.Act is not { } act)
        {
            WriteText(output, "");
            return;
        }

        WriteDigest(output, act.Digest);
        WriteText(output, act.Id.Value);
        WriteText(output, WireName.Of(act.Kind));
        WriteInt64(output, act.Position);
        output.Write(record.Opening!.Nonce);
        WriteInt64(output, source);
        WriteInt64(output, (int)act.Answer.Kind);
        WriteInt64(output, act.Answer.Part);
        WriteInt64(output, act.Answer.Parts);
        WriteInt64(output, act.Answer.DeleteDocument ? 1 : 0);
        WriteBytes(output, act.Unpublished.IsEmpty ? [] : UnpublishedJson.Encode(act.Unpublished));
    }

    private static JournalRecord ReadRecord(ref Reader reader, BlobVersion[] sources)
    {
        var entry = reader.Bytes();
        var name = reader.Text();
        if (name.Length == 0)
            return new JournalRecord(entry, null, null);
        if (!Digest.TryParse(name, out var digest))
            throw new LogFormatException("journal: a digest is malformed");

        var id = new ActId(reader.Text());
        var said = Entry.Parse(entry.Span);

        // The entry says these two as well.
        if (!WireName.TryParse(reader.Text(), out ActKind kind) || kind != said.Kind || reader.Int64() != (said.Position ?? 0))
            throw new LogFormatException("journal: an act is not the one of its entry");
        var opening = new Opening(reader.Take(Opening.Size).Span);
        var source = reader.Int64() is var number && number >= 0 && number < sources.Length
            ? sources[number]
            : throw new LogFormatException("journal: a source is out of range");
        var form = (Kind: reader.Int64(), Part: reader.Int64(), Parts: reader.Int64(), Delete: reader.Int64());
        if (form.Kind is < 0 or > (int)UploadKind.ActList || form.Delete is not (0 or 1) || form.Part is < 0 or > int.MaxValue || form.Parts is < 1 or > int.MaxValue)
            throw new LogFormatException("journal: a form of answer is out of range");
        var answer = new AnswerForm((UploadKind)form.Kind, (int)form.Part, (int)form.Parts, form.Delete == 1);
        var confidential = reader.Bytes();
        var unpublished = confidential.IsEmpty ? Unpublished.None : UnpublishedJson.Decode(confidential.Span);
        return new JournalRecord(entry, new Act(id, source, answer, digest, unpublished, said), opening);
    }

    private static void WriteInt64(PooledBody output, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    private static void WriteBytes(PooledBody output, ReadOnlySpan<byte> bytes)
    {
        WriteLength(output, bytes.Length);
        output.Write(bytes);
    }

    private static void WriteDigest(PooledBody output, Digest digest)
    {
        Span<char> text = stackalloc char[MaxDigestText];
        digest.TryFormat(text, out var length, default, null);
        WriteText(output, text[..length]);
    }

    private static void WriteText(PooledBody output, ReadOnlySpan<char> text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteLength(output, length);
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }

    private static void WriteLength(PooledBody output, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), length);
        output.Advance(sizeof(int));
    }

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

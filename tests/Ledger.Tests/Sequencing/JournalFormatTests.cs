using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;

namespace TrueCopy.Ledger.Tests.Sequencing;

public sealed class JournalFormatTests
{
    [Fact]
    public void A_batch_comes_back_as_it_went_in()
    {
        var batch = Batch();
        var decoded = JournalFormat.Decode(JournalFormat.Encode(batch));
        Assert.Equal((batch.Previous, batch.Start, batch.Root, batch.Size, batch.Name), (decoded.Previous, decoded.Start, decoded.Root, decoded.Size, decoded.Name));
        Assert.Equal(batch.Tiles.Select(tile => (tile.Id, Convert.ToHexString(tile.Bytes.Span))), decoded.Tiles.Select(tile => (tile.Id, Convert.ToHexString(tile.Bytes.Span))));
        Assert.Equal(batch.Records.Select(Describe), decoded.Records.Select(Describe));
        Assert.Equal([301, 302], decoded.Acts().Select(item => item.Row.LogIndex));
        Assert.Equal(300, Assert.Single(decoded.OwnEntries()).LogIndex);
    }

    [Fact]
    public void A_batch_that_is_cut_off_or_altered_anywhere_is_refused()
    {
        var bytes = JournalFormat.Encode(Batch()).ToArray();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<LogFormatException>(() => JournalFormat.Decode(bytes.AsMemory(0, length)));
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << (i % 8));
            Assert.Throws<LogFormatException>(() => JournalFormat.Decode(bytes));
            bytes[i] ^= (byte)(1 << (i % 8));
        }

        Assert.NotNull(JournalFormat.Decode(bytes));
    }

    [Fact]
    public void A_batch_that_was_altered_and_sealed_again_is_read_or_refused_but_nothing_worse()
    {
        var bytes = JournalFormat.Encode(Batch()).ToArray();
        Gen.Select(Gen.Int[0, bytes.Length - 33], Gen.Byte, Gen.Int[0, 8]).Sample(
            (at, value, cut) =>
            {
                var content = bytes[..^(32 + cut)];
                content[Math.Min(at, content.Length - 1)] = value;
                try
                {
                    JournalFormat.Decode((byte[])[.. content, .. SHA256.HashData(content)]);
                }
                catch (LogFormatException)
                {
                    // Refused as documented.
                }
            },
            iter: 2000);
    }

    [Fact]
    public void Names_sort_in_log_order_and_depend_on_the_content()
    {
        var batch = Batch();
        var other = Batch();
        Assert.NotEqual(batch.Name, other.Name);
        Assert.True(string.CompareOrdinal((batch with { Start = 9 }).Name, (batch with { Start = 10_000 }).Name) < 0);
    }

    // Behind the nonce of an act: its source, then kind, part and parts of the answer, and whether the document goes.
    [Theory]
    [InlineData(0, -1)]
    [InlineData(0, 2)]
    [InlineData(1, -1)]
    [InlineData(1, (int)UploadKind.ActList + 1)]
    [InlineData(2, -1)]
    [InlineData(2, 1L + int.MaxValue)]
    [InlineData(3, 0)]
    [InlineData(3, 1L + int.MaxValue)]
    [InlineData(4, -1)]
    [InlineData(4, 2)]
    public void A_number_that_is_out_of_range_is_refused_although_the_batch_is_sealed(int field, long value) =>
        Assert.Throws<LogFormatException>(() => JournalFormat.Decode(WithNumber(field, value)));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, (int)UploadKind.ActList)]
    [InlineData(2, int.MaxValue)]
    [InlineData(3, int.MaxValue)]
    [InlineData(4, 1)]
    public void The_last_number_in_range_is_read(int field, long value) =>
        Assert.Equal(2, JournalFormat.Decode(WithNumber(field, value)).Acts().Count);

    [Fact]
    public void Nothing_may_follow_the_last_tile_and_a_digest_is_algorithm_and_hex()
    {
        var content = JournalFormat.Encode(Batch()).Span[..^32].ToArray();
        Assert.Throws<LogFormatException>(() => JournalFormat.Decode(Seal([.. content, 0])));
        content[content.AsSpan().IndexOf("sha-256:"u8)] = (byte)'x';
        Assert.Throws<LogFormatException>(() => JournalFormat.Decode(Seal(content)));
    }

    [Fact]
    public void The_checkpoint_of_a_batch_that_says_which_keys_sign_comes_back_too()
    {
        var batch = Batch() with { Note = "note"u8.ToArray() };
        Assert.Equal("note"u8.ToArray(), JournalFormat.Decode(JournalFormat.Encode(batch)).Note!.Value.ToArray());
        Assert.Null(JournalFormat.Decode(JournalFormat.Encode(Batch())).Note);
        var content = JournalFormat.Encode(batch).Span[..^32].ToArray();
        Assert.Throws<LogFormatException>(() => JournalFormat.Decode(Seal([.. content, 0])));
        Assert.Throws<LogFormatException>(() => JournalFormat.Decode(Seal(content[..^1])));
    }

    [Fact]
    public void What_is_not_confidential_takes_no_room()
    {
        var batch = Batch();
        var bytes = JournalFormat.Encode(batch).Span;
        var behind = bytes[(bytes.IndexOf(batch.Records[1].Opening!.Nonce) + Opening.Size + (5 * sizeof(long)))..];
        Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(behind));
        Assert.Throws<LogFormatException>(() => UnpublishedJson.Decode("{"u8));
    }

    [Fact]
    public void The_batch_before_is_read_from_the_first_bytes_alone()
    {
        var bytes = JournalFormat.Encode(Batch());
        Assert.Equal("before", JournalFormat.ReadPrevious(bytes[..JournalFormat.MaxBeginning]));
        Assert.Throws<LogFormatException>(() => JournalFormat.ReadPrevious("truecopy-journal@v3\n\0\0\0\0"u8.ToArray()));
    }

    // Written by an earlier version, in which an act had another shape in the journal than on its way there.
    [Fact]
    public void A_batch_that_an_earlier_version_wrote_is_read_and_written_again_byte_for_byte()
    {
        var recorded = Convert.FromBase64String(File.ReadAllText(RepositoryFolder.At("tests/Ledger.Tests/Sequencing/recorded-journal-v1.txt")));
        var batch = JournalFormat.Decode(recorded);
        Assert.Equal(Convert.ToHexString(recorded), Convert.ToHexString(JournalFormat.Encode(batch).Span));
        var (row, issue) = batch.Acts()[0];
        Assert.Equal((ActKind.Issue, "bank", 0L, "loan-1", "a.pdf"), (issue.Kind, issue.Issuer, issue.Position, issue.Unpublished.Reference, issue.Unpublished.FileName));
        Assert.Equal((1L, null, issue.Entry.Commitment), (row.LogIndex, row.Unpublished.FileName, row.Opening.Commit(issue.Digest)));
        var supersede = batch.Acts()[^1].Act;
        Assert.Equal((ActKind.Supersede, 3L, 1L, UploadKind.ActList, "n"), (supersede.Kind, supersede.Position, supersede.Entry.Target, supersede.Answer.Kind, supersede.Unpublished.Note));
    }

    [Fact]
    public void An_act_that_is_not_the_one_of_its_entry_is_refused()
    {
        var content = JournalFormat.Encode(Batch()).Span[..^32].ToArray();
        content[content.AsSpan().IndexOf("\0\0\0\u0005issue\0"u8) + 16] = 9;
        Assert.Throws<LogFormatException>(() => JournalFormat.Decode(Seal(content)));
    }

    private static byte[] WithNumber(int field, long value)
    {
        var batch = Batch();
        var content = JournalFormat.Encode(batch).Span[..^32].ToArray();
        var at = content.AsSpan().IndexOf(batch.Records[1].Opening!.Nonce) + Opening.Size + (field * sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(at), value);
        return Seal(content);
    }

    private static byte[] Seal(byte[] content) => [.. content, .. SHA256.HashData(content)];

    private static JournalBatch Batch()
    {
        var edge = new RightEdge();
        for (var i = 0; i < 300; i++)
            edge.Append([(byte)i]);
        edge.TakeTiles();

        var records = new List<JournalRecord> { new(Entry.Genesis("log.example", ["key"], Samples.Act("x").Entry.At).Encode(), null, null) };
        foreach (var path in new[] { "a.pdf", "目录/b.pdf" })
        {
            var confidential = path == "a.pdf" ? Unpublished.None : new Unpublished { Reference = "r", Type = "t", Note = "n", Successor = Samples.DigestOf([1]), Siblings = [Samples.DigestOf([1]), Samples.DigestOf([])] };
            var answer = path == "a.pdf" ? AnswerForm.OfDocumentToDelete : new AnswerForm(UploadKind.Manifest, 3, 4);
            var act = Samples.Act(path) with { Unpublished = confidential, Answer = answer };
            var opening = Opening.Create();
            records.Add(new JournalRecord(act.ToEntry(opening).Encode(), act with { Entry = act.ToEntry(opening) }, opening));
        }

        records.ForEach(record => edge.Append(record.Entry.Span));
        return new JournalBatch("before", 300, edge.Root(), records, edge.TakeTiles());
    }

    private static string Describe(JournalRecord record) =>
        $"{Convert.ToHexString(record.Entry.Span)} {record.Act?.Id} {record.Act?.Digest} {record.Opening?.Hex} {record.Act?.Source} {record.Act?.Kind} {record.Act?.Position} {record.Act?.Answer} {(record.Act is null ? "" : System.Text.Encoding.UTF8.GetString(UnpublishedJson.Encode(record.Act.Unpublished)))}";
}

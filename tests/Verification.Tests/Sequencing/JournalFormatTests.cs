using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Verification.Tests.Sequencing;

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
        Assert.Equal(2, decoded.Anchors().Count);
        Assert.Equal([301, 302], decoded.Anchors().Select(anchor => anchor.LogIndex));
    }

    [Fact]
    public void A_batch_that_is_cut_off_or_altered_anywhere_is_refused()
    {
        var bytes = JournalFormat.Encode(Batch()).ToArray();
        for (var length = 0; length < bytes.Length; length += 7)
            Assert.Throws<LogFormatException>(() => JournalFormat.Decode(bytes.AsMemory(0, length)));
        for (var i = 0; i < bytes.Length; i += 5)
        {
            bytes[i] ^= 1;
            Assert.Throws<LogFormatException>(() => JournalFormat.Decode(bytes));
            bytes[i] ^= 1;
        }

        Assert.NotNull(JournalFormat.Decode(bytes));
    }

    [Fact]
    public void Names_sort_in_log_order_and_depend_on_the_content()
    {
        var batch = Batch();
        var other = Batch();
        Assert.NotEqual(batch.Name, other.Name);
        Assert.True(string.CompareOrdinal((batch with { Start = 9 }).Name, (batch with { Start = 10_000 }).Name) < 0);
    }

    private static JournalBatch Batch()
    {
        var edge = new RightEdge();
        for (var i = 0; i < 300; i++)
            edge.Append([(byte)i]);
        edge.TakeTiles();

        var records = new List<JournalRecord> { new(Entry.Genesis("log.example", ["key"], Samples.Act("x").At).Encode(), null) };
        foreach (var path in new[] { "a.pdf", "目录/b.pdf" })
        {
            var act = Samples.Act(path);
            var opening = Opening.Create();
            records.Add(new JournalRecord(Entry.Of(act, opening).Encode(), new JournalAct(act.Id, act.Digest, opening, act.Source)));
        }

        records.ForEach(record => edge.Append(record.Entry.Span));
        return new JournalBatch("before", 300, edge.Root(), records, edge.TakeTiles());
    }

    private static string Describe(JournalRecord record) =>
        $"{Convert.ToHexString(record.Entry.Span)} {record.Act?.Id} {record.Act?.Digest} {record.Act?.Opening.Hex} {record.Act?.Source}";
}

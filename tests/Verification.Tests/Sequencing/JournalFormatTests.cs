using System.Security.Cryptography;
using CsCheck;
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
        Assert.Equal([301, 302], decoded.Acts().Select(item => item.Anchor.LogIndex));
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
            var confidential = path == "a.pdf" ? Confidential.None : new Confidential { Reference = "r", Type = "t", Note = "n", Successor = act.Digest, Siblings = [act.Digest, Samples.DigestOf([])] };
            var answer = path == "a.pdf" ? AnswerForm.OfDocumentToDelete : new AnswerForm(UploadKind.Manifest, 3, 4);
            records.Add(new JournalRecord(Entry.Of(act, opening).Encode(), new JournalAct(act.Id, act.Kind, 7, act.Digest, opening, act.Source, answer, confidential)));
        }

        records.ForEach(record => edge.Append(record.Entry.Span));
        return new JournalBatch("before", 300, edge.Root(), records, edge.TakeTiles());
    }

    private static string Describe(JournalRecord record) =>
        $"{Convert.ToHexString(record.Entry.Span)} {record.Act?.Id} {record.Act?.Digest} {record.Act?.Opening.Hex} {record.Act?.Source} {record.Act?.Kind} {record.Act?.Position} {record.Act?.Answer} {(record.Act is null ? "" : System.Text.Encoding.UTF8.GetString(ConfidentialJson.Encode(record.Act.Confidential)))}";
}

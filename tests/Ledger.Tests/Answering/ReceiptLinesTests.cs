using System.Text;
using System.Text.Json;

namespace TrueCopy.Ledger.Tests.Answering;

public sealed class ReceiptLinesTests
{
    [Fact]
    public void A_line_says_which_act_it_answers_and_holds_the_receipt_as_its_file_would()
    {
        using var lines = new ReceiptLines(expected: 2);
        var receipts = new[] { "a", "b" }.Select((path, i) => Add(lines, i + 1, path)).ToArray();

        var written = Encoding.UTF8.GetString(lines.Written.Span);
        var read = written.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(2, read.Length);
        for (var i = 0; i < read.Length; i++)
        {
            var digest = Samples.Act(i == 0 ? "a" : "b").Digest;
            Assert.Equal(
                (i + 1, "issue", "sha-256", digest.Hex, 99 + i + 1, Encoding.UTF8.GetString(receipts[i].Encode())),
                (read[i].GetProperty("line").GetInt32(), read[i].GetProperty("act").GetString(), read[i].GetProperty("algorithm").GetString(), read[i].GetProperty("digest").GetString(), read[i].GetProperty("logIndex").GetInt32(), read[i].GetProperty("receipt").GetString()));
        }
    }

    [Fact]
    public void Base64_stays_as_it_is_so_that_the_line_can_be_searched()
    {
        using var lines = new ReceiptLines(expected: 1);
        var act = Samples.Act("a");
        var opening = Opening.Create();
        var row = new IndexedAct(act.Digest, act.Id, 1, new byte[] { 0xfb, 0xef, 0xbe }, opening, Unpublished.None);
        lines.Add(1, ActKind.Issue, row, Prover.Of(row, [], "+++"u8.ToArray()).Encode());
        Assert.Contains("+++", Encoding.UTF8.GetString(lines.Written.Span), StringComparison.Ordinal);
    }

    private static Receipt Add(ReceiptLines lines, int line, string path)
    {
        var act = Samples.Act(path);
        var opening = Opening.Create();
        var row = new IndexedAct(act.Digest, act.Id, 99 + line, act.ToEntry(opening).Encode(), opening, Unpublished.None);
        var receipt = Prover.Of(row, [], "checkpoint\n"u8.ToArray());
        lines.Add(line, ActKind.Issue, row, receipt.Encode());
        return receipt;
    }
}

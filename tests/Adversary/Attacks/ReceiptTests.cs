using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Receipts that are handed over with a document, checked with no network.</summary>
public sealed partial class ReceiptTests(Theatre theatre) : Scene(theatre)
{
    [Fact]
    [Attack(Who.Holder, "1 not about this document", Before = "1 not about this document")]
    public Task A_receipt_of_another_document() => CheckAsync(receipt => receipt, "long");

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 THE RECEIPT DOES NOT HOLD")]
    public Task A_receipt_at_another_index() => CheckAsync(receipt => IndexPattern().Replace(receipt, "index 1"));

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 THE RECEIPT DOES NOT HOLD")]
    public Task A_receipt_at_an_index_past_every_number() => CheckAsync(receipt => IndexPattern().Replace(receipt, "index 99999999999999999999"));

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 THE RECEIPT DOES NOT HOLD")]
    public Task A_receipt_at_an_index_below_none() => CheckAsync(receipt => IndexPattern().Replace(receipt, "index -1"));

    [Fact]
    [Attack(Who.Holder, "1 not in the log", Before = "1 not in the log")]
    public Task A_receipt_with_a_path_that_lacks_a_hash() => CheckAsync(receipt => PathPattern().Replace(receipt, "$1", 1));

    [Fact]
    [Attack(Who.Holder, "1 not in the log", Before = "1 not in the log")]
    public Task A_receipt_with_a_path_that_has_one_hash_more() => CheckAsync(receipt => PathPattern().Replace(receipt, $"$0{Convert.ToBase64String(new byte[32])}\n", 1));

    [Fact]
    [Attack(Who.Holder, "1 signature", Before = "1 signature")]
    public Task A_receipt_under_a_larger_size_than_was_signed() => CheckAsync(receipt => SizePattern().Replace(receipt, match => $"{match.Groups[1].Value}\n999\n"));

    [Fact]
    [Attack(Who.Holder, "1 no known key signed it", Before = "1 no known key signed it")]
    public Task A_receipt_without_a_signature_that_is_known() => CheckAsync(receipt => receipt.Replace("— truecopy", "— falsecopy", StringComparison.Ordinal));

    [Fact]
    [Attack(Who.Holder, "1 no entry and opening", Before = "1 no entry and opening")]
    public Task A_receipt_with_a_nonce_of_31_bytes() => CheckExtraAsync(extra => extra["opening"] = extra["opening"]!.GetValue<string>()[..62]);

    [Fact]
    [Attack(Who.Holder, "1 not about this document", Before = "1 not about this document")]
    public Task A_receipt_with_another_nonce() => CheckExtraAsync(extra => extra["opening"] = new string('0', 64));

    [Fact]
    [Attack(Who.Holder, "1 another note", Before = "1 another note")]
    public Task A_receipt_with_a_note_that_nobody_wrote() => CheckExtraAsync(extra => extra["note"] = "paid in full");

    [Fact]
    [Attack(Who.Holder, "1 another successor", Before = "1 another successor")]
    public Task A_receipt_with_a_successor_that_nobody_named() => CheckExtraAsync(extra => extra["successor"] = $"sha-256:{Theatre.HexOf("long")}");

    [Fact]
    [Attack(Who.Holder, "1 not in the log", Before = "1 not in the log")]
    public Task A_receipt_whose_entry_was_rewritten() => CheckAsync(receipt => ExtraLine.ChangeEntry(receipt, entry => entry.Replace("CN-GD", "US-NY", StringComparison.Ordinal)));

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 not in the log")]
    public Task A_receipt_whose_entry_commits_twice() => CheckAsync(receipt =>
        ExtraLine.ChangeEntry(receipt, entry => CommitmentPattern().Replace(entry, $"\"commitment\":\"{new string('0', 64)}\",$0")));

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 THE RECEIPT DOES NOT HOLD")]
    public Task A_receipt_with_a_tail() => CheckAsync(receipt => receipt + "and more\n");

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 THE RECEIPT DOES NOT HOLD")]
    public Task A_receipt_with_the_line_ends_of_another_system() => CheckAsync(receipt => receipt.ReplaceLineEndings("\r\n"));

    [Fact]
    [Attack(Who.Holder, "1 THE RECEIPT DOES NOT HOLD", Before = "1 THE RECEIPT DOES NOT HOLD")]
    public Task A_receipt_that_is_empty() => CheckAsync(_ => "");

    [Fact]
    [Attack(Who.Holder, "2 too long", Before = "2 too long")]
    public Task A_receipt_that_never_ends() => CheckAsync(receipt => receipt + new string('x', 5 << 20));

    [Fact]
    [Attack(Who.Holder, "10 ✘ REVOKED", Before = "10 ✘ REVOKED")]
    public async Task A_receipt_of_a_revocation()
    {
        await MeetAsync();
        var file = FileOf("revoked");
        User.File("revoked.pdf.tlog-proof", Encoding.UTF8.GetBytes(await ReceiptAsync("revoked")));
        Conclude(await User.VerifyAsync(file, "--offline"));
    }

    [Fact]
    [Attack(Who.Holder, "0 Whether it still stands since", Before = "0 Whether it still stands since", StillWorks = true)]
    public async Task A_receipt_of_an_issue_that_was_revoked_since()
    {
        await MeetAsync();
        var file = FileOf("revoked");
        var old = JsonNode.Parse(Theatre.AnswerBeforeRevocation)!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>();
        User.File("revoked.pdf.tlog-proof", Encoding.UTF8.GetBytes(old));
        Conclude(await User.VerifyAsync(file, "--offline"));
    }

    private async Task<string> ReceiptAsync(string document) =>
        JsonNode.Parse(await Theatre.AskAsync(document))!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>();

    private Task CheckExtraAsync(Action<JsonNode> change) => CheckAsync(receipt => ExtraLine.Change(receipt, change));

    private async Task CheckAsync(Func<string, string> change, string document = "standing")
    {
        var receipt = change(await ReceiptAsync("standing"));
        Conclude(await User.RunAsync("receipt", "check", FileOf(document), "--receipt", User.File("receipt", Encoding.UTF8.GetBytes(receipt)), "--key", Theatre.Key));
    }

    [GeneratedRegex("index [0-9]+")]
    private static partial Regex IndexPattern();

    [GeneratedRegex("(index [0-9]+\n)[^\n]{44}\n")]
    private static partial Regex PathPattern();

    [GeneratedRegex("(truecopy.localhost/log)\n[0-9]+\n")]
    private static partial Regex SizePattern();

    [GeneratedRegex("\"commitment\":\"[0-9a-f]{64}\"")]
    private static partial Regex CommitmentPattern();
}

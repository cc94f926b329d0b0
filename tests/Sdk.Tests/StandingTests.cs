using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>An answer counts only with the log's own word for how the document stands, whoever between log and client says otherwise.</summary>
public sealed class StandingTests : IDisposable
{
    private static readonly byte[] Document = Clients.Content(0);
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Every_word_of_an_answer_is_proven_by_the_status_of_its_issue()
    {
        await _service.IssueAsync(Clients.Content(1));
        await _service.IssueAsync(Document);
        Assert.Equal((Verdict.Verified, EntryStatus.Stands), await AskAsync());
        await _service.ActAsync("bank", "suspend", Document);
        Assert.Equal((Verdict.Suspended, EntryStatus.Suspended), await AskAsync());
        await _service.ActAsync("bank", "reinstate", Document);
        Assert.Equal((Verdict.Verified, EntryStatus.Stands), await AskAsync());
        await _service.ActAsync("bank", "supersede", Document, $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{Clients.DigestOf(1).Hex}\"");
        Assert.Equal((Verdict.Superseded, EntryStatus.Superseded), await AskAsync());
        await _service.ActAsync("bank", "revoke", Document);
        Assert.Equal((Verdict.Revoked, EntryStatus.Revoked), await AskAsync());
    }

    [Fact]
    public async Task A_status_that_is_left_out_makes_the_answer_no_answer()
    {
        await _service.IssueAsync(Document);
        _service.Lie = verdict => verdict with { Results = [.. verdict.Results.Select(result => result with { Receipt = Without(result.Receipt) })] };
        await RefusedAsync("without the log's own proof of how the document stands now");
    }

    [Fact]
    public async Task A_revocation_that_is_kept_back_is_found_out_by_the_status_of_now()
    {
        await _service.IssueAsync(Document);
        var before = await AnswerAsync();
        await _service.ActAsync("bank", "revoke", Document);
        await AnswerAsync();
        var refreshed = Receipt.Parse(await RefreshedAsync(before.Receipts[0].Receipt));

        // Who holds the index, or the storage under it, answers as if nothing had been done, with receipts of now.
        _service.Lie = verdict => before.Document with { CheckedAt = verdict.CheckedAt, Checkpoint = verdict.Checkpoint, Results = [before.Document.Results[0] with { Receipt = System.Text.Encoding.UTF8.GetString(refreshed.Encode()) }] };
        await RefusedAsync("the log itself says \"revoked\"");

        // With the status of before the status is not that of the checkpoint; with all of before, it is an old answer.
        var old = Receipt.Create(refreshed.Proof.Index, refreshed.Entry, refreshed.Opening, null, null, refreshed.Proof.Path, refreshed.Proof.Checkpoint, before.Receipts[0].Receipt.Status);
        _service.Lie = verdict => before.Document with { CheckedAt = verdict.CheckedAt, Checkpoint = verdict.Checkpoint, Results = [before.Document.Results[0] with { Receipt = System.Text.Encoding.UTF8.GetString(old.Encode()) }] };
        await RefusedAsync("How the document stands now is not proven");
    }

    [Fact]
    public async Task The_status_of_another_document_of_the_log_is_not_that_of_this_one()
    {
        await _service.IssueDigestsAsync(Enumerable.Range(10, 300).Select(i => Clients.DigestOf(i).Hex));
        await _service.IssueAsync(Document);
        await _service.ActAsync("bank", "revoke", Document);
        await _service.IssueAsync(Clients.Content(1));
        var other = (await AnswerAsync(document: 10)).Receipts[0].Receipt.Status;
        _service.Lie = verdict => verdict with
        {
            Results = [.. verdict.Results.Select(result => result with { IssueReceipt = With(result.IssueReceipt!, other) })],
        };
        await RefusedAsync("it is not the status that the log's last entry commits to");
    }

    [Fact]
    public async Task Of_a_document_that_was_issued_again_the_issue_that_counts_is_the_one_that_is_shown()
    {
        await _service.IssueAsync(Document);
        var first = await AnswerAsync();
        _service.World.Time.Advance(TimeSpan.FromMinutes(1));
        await _service.IssueAsync(Document, metadata: new() { ["type"] = "corrected" });
        var second = await AnswerAsync();
        Assert.NotEqual(first.Receipts[0].Index, second.Receipts[0].Index);
        Assert.Equal(EntryStatus.Stands, second.Receipts[0].Status.Status);
        var refreshed = await RefreshedAsync(first.Receipts[0].Receipt);
        _service.Lie = verdict => first.Document with { CheckedAt = verdict.CheckedAt, Checkpoint = verdict.Checkpoint, Results = [first.Document.Results[0] with { Receipt = System.Text.Encoding.UTF8.GetString(refreshed) }] };
        await RefusedAsync("the same document was issued again");
    }

    [Fact]
    public async Task A_receipt_is_made_fresh_with_the_status_of_now_and_a_revoked_one_proves_that()
    {
        await _service.IssueAsync(Document);
        var old = (await AnswerAsync()).Receipts[0];
        await _service.ActAsync("bank", "revoke", Document);
        Settle();
        using var client = Clients.Of(_service);
        var fresh = await client.RefreshAsync(old.Receipt, Clients.DigestOf(Document), Clients.Stop);
        Assert.Equal((EntryStatus.Revoked, old.Index), (fresh.Status.Status, fresh.Index));
        Assert.True(fresh.Checkpoint.Size > old.Checkpoint.Size);
        Assert.Equal(Verdict.Revoked, OfflineCheck.Run(fresh.Receipt, Clients.DigestOf(Document), _service.World.Identity.Verifiers).VerdictAt(_service.World.Time.GetUtcNow()));

        // One of before the log kept status, or that lost it, is made fresh as well.
        var bare = Receipt.Parse(System.Text.Encoding.UTF8.GetBytes(Without(System.Text.Encoding.UTF8.GetString(old.Receipt.Encode()))));
        Assert.Equal(EntryStatus.Revoked, (await client.RefreshAsync(bare, Clients.DigestOf(Document), Clients.Stop)).Status.Status);
    }

    [Theory]
    [InlineData("another entry", ReceiptFault.Document)]
    [InlineData("another opening", ReceiptFault.Document)]
    [InlineData("no status", ReceiptFault.Status)]
    [InlineData("an old checkpoint", ReceiptFault.Status)]
    [InlineData("not in the log", ReceiptFault.Inclusion)]
    public async Task What_comes_back_in_place_of_a_fresh_receipt_is_refused(string what, ReceiptFault fault)
    {
        await _service.IssueAsync(Document);
        var old = (await AnswerAsync()).Receipts[0].Receipt;
        await _service.IssueAsync(Clients.Content(1));
        var other = (await AnswerAsync(document: 1)).Receipts[0].Receipt;
        _service.LieAboutReceipt = fresh => what switch
        {
            "another entry" => other,
            "another opening" => Receipt.Create(fresh.Proof.Index, fresh.Entry, Opening.Create(), null, null, fresh.Proof.Path, fresh.Proof.Checkpoint, fresh.Status),
            "no status" => Receipt.Parse(System.Text.Encoding.UTF8.GetBytes(Without(System.Text.Encoding.UTF8.GetString(fresh.Encode())))),
            _ => Receipt.Create(fresh.Proof.Index, fresh.Entry, fresh.Opening, null, null, fresh.Proof.Path, fresh.Proof.Checkpoint, old.Status),
        };
        using var client = Clients.Of(_service);
        var asked = what == "not in the log" ? Receipt.Create(0, old.Entry, old.Opening, null, null, [], old.Proof.Checkpoint) : old;
        var exception = await Assert.ThrowsAsync<ReceiptException>(() => client.RefreshAsync(asked, Clients.DigestOf(Document), Clients.Stop));
        Assert.Equal(fault, exception.Fault);
    }

    private async Task<(Verdict? Verdict, EntryStatus? Status)> AskAsync()
    {
        var answer = await AnswerAsync();
        return (answer.Verdict, answer.Results[0].Issue.Status.Status);
    }

    private async Task<CheckedAnswer> AnswerAsync(int document = 0)
    {
        Settle();
        using var client = Clients.Of(_service);
        return await client.VerifyAsync(Clients.DigestOf(document), Clients.Stop);
    }

    private async Task RefusedAsync(string because)
    {
        var answer = await AnswerAsync();
        Assert.Null(answer.Verdict);
        Assert.Equal(ReceiptFault.Status, answer.Fault!.Fault);
        Assert.Contains(because, answer.Fault.Message, StringComparison.Ordinal);
    }

    private async Task<byte[]> RefreshedAsync(Receipt receipt)
    {
        using var client = new HttpClient(_service, disposeHandler: false) { BaseAddress = new Uri("http://service.example") };
        using var content = new ByteArrayContent(receipt.Encode());
        using var answer = await client.PostAsync(new Uri("/v1/receipts/refresh", UriKind.Relative), content, Clients.Stop);
        return await answer.Content.ReadAsByteArrayAsync(Clients.Stop);
    }

    // The service reads its checkpoint again after a second.
    private void Settle() => _service.World.Time.Advance(TimeSpan.FromSeconds(2));

    private static string Without(string receipt) => With(receipt, null);

    private static string With(string text, StatusProof? status)
    {
        var receipt = Receipt.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        return System.Text.Encoding.UTF8.GetString(Receipt.Create(receipt.Proof.Index, receipt.Entry, receipt.Opening, receipt.Successor, receipt.Note, receipt.Proof.Path, receipt.Proof.Checkpoint, status).Encode());
    }
}

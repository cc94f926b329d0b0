using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

public sealed class OfflineCheckTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_receipt_holds_by_the_key_alone()
    {
        var receipt = (await ReceiptAsync()).Encode();
        using var document = new MemoryStream(Clients.Content(0));
        var offline = await OfflineCheck.RunAsync(document, receipt, _service.World.Identity.Verifiers, cancellationToken: Clients.Stop);
        Assert.False(offline.Seen);
        Assert.Equal(Verdict.Verified, offline.VerdictAt(_service.World.Time.GetUtcNow()));
    }

    [Fact]
    public async Task A_receipt_holds_by_a_checkpoint_that_was_seen_without_any_key()
    {
        var answer = await Clients.AskAsync(_service);
        var check = Assert.Single(answer.Receipts);
        Assert.True(OfflineCheck.Run(check.Receipt, answer.Digest, [], check.Checkpoint).Seen);
    }

    [Fact]
    public async Task A_receipt_of_another_size_than_the_checkpoint_needs_the_key()
    {
        var old = await ReceiptAsync();
        await _service.IssueAsync(Clients.Content(1));

        // The service reads its checkpoint again after a second.
        _service.World.Time.Advance(TimeSpan.FromSeconds(1));
        var seen = Assert.Single((await Clients.AskAsync(_service)).Receipts).Checkpoint;
        Assert.Throws<ReceiptException>(() => OfflineCheck.Run(old, Clients.DigestOf(0), [], seen));
        Assert.False(OfflineCheck.Run(old, Clients.DigestOf(0), _service.World.Identity.Verifiers, seen).Seen);
    }

    [Fact]
    public async Task A_receipt_from_another_history_of_the_same_size_is_refused_though_the_key_signed_it()
    {
        var seen = Assert.Single((await Clients.AskAsync(_service)).Receipts).Checkpoint;
        var world = new InMemoryWorld();
        world.SignWith([.. _service.World.Identity.Signers]);
        using var fork = new StubService(world);
        var forked = Assert.Single((await Clients.AskAsync(fork)).Receipts);
        Assert.Equal(seen.Size, forked.Checkpoint.Size);
        var exception = Assert.Throws<ReceiptException>(() => OfflineCheck.Run(forked.Receipt, Clients.DigestOf(0), _service.World.Identity.Verifiers, seen));
        Assert.Contains("two histories", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_of_another_document_does_not_hold()
    {
        var receipt = await ReceiptAsync();
        var exception = Assert.Throws<ReceiptException>(() => OfflineCheck.Run(receipt, Clients.DigestOf(1), _service.World.Identity.Verifiers));
        Assert.Equal(ReceiptFault.Document, exception.Fault);
    }

    private async Task<Receipt> ReceiptAsync() => Assert.Single((await Clients.AskAsync(_service)).Receipts).Receipt;
}

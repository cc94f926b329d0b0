using static TrueCopy.Testing.Samples;

namespace TrueCopy.Receipts.Tests;

public sealed class ReceiptCheckTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task A_receipt_proves_its_document_with_either_key_alone()
    {
        var receipt = await IssueAsync("document");
        foreach (var key in _world.Identity.Verifiers)
        {
            var check = ReceiptCheck.Run(receipt, DigestOf(Bytes("document")), [NoteVerifier.Parse(key.ToString())]);
            Assert.Equal("bank", check.Entry.Issuer);
            Assert.Equal(receipt.Proof.Index, check.Index);
        }
    }

    [Fact]
    public async Task A_receipt_survives_being_written_and_read()
    {
        var receipt = await IssueAsync("document");
        Assert.Equal(receipt.Encode(), Receipt.Parse(receipt.Encode()).Encode());
        ReceiptCheck.Run(Receipt.Parse(receipt.Encode()), DigestOf(Bytes("document")), _world.Identity.Verifiers);
    }

    [Fact]
    public async Task A_receipt_made_at_issue_and_one_made_later_prove_the_same_entry()
    {
        await IssueAsync("document");
        for (var i = 0; i < 10; i++)
            await IssueAsync($"other {i}");
        var early = Receipt.Parse(_world.Inbox.Receipts.Single(receipt => receipt.Key.Source.Path == "document").Value);
        await using var service = _world.Start();
        var late = (await service.Verifier.VerifyAsync(DigestOf(Bytes("document")), TestContext.Current.CancellationToken)).Issuers[0].Receipt;

        var (first, second) = (Check(early), Check(late));
        Assert.Equal(first.Index, second.Index);
        Assert.True(first.Checkpoint.Size < second.Checkpoint.Size);
        Assert.Equal(early.Entry.ToArray(), late.Entry.ToArray());
        ReceiptCheck Check(Receipt receipt) => ReceiptCheck.Run(receipt, DigestOf(Bytes("document")), _world.Identity.Verifiers);
    }

    [Fact]
    public async Task A_receipt_is_about_no_other_document()
    {
        var receipt = await IssueAsync("document");
        AssertFault(ReceiptFault.Document, receipt, "documenT");
        AssertFault(ReceiptFault.Document, receipt with { Opening = Opening.Create() }, "document");
    }

    [Fact]
    public async Task A_receipt_whose_entry_index_or_path_was_altered_does_not_hold()
    {
        await IssueAsync("one");
        var receipt = await IssueAsync("document");
        var entry = receipt.Entry.ToArray();
        var altered = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(entry).Replace("The bank", "The Bank", StringComparison.Ordinal));
        AssertFault(ReceiptFault.Inclusion, receipt with { Entry = altered }, "document");
        AssertFault(ReceiptFault.Inclusion, receipt with { Proof = receipt.Proof with { Index = receipt.Proof.Index - 1 } }, "document");
        AssertFault(ReceiptFault.Inclusion, receipt with { Proof = receipt.Proof with { Path = [.. receipt.Proof.Path.Skip(1)] } }, "document");
    }

    [Fact]
    public async Task A_receipt_whose_checkpoint_another_log_signed_does_not_hold()
    {
        var receipt = await IssueAsync("document");
        var stranger = new InMemoryWorld();
        var exception = Assert.Throws<ReceiptException>(() => ReceiptCheck.Run(receipt, DigestOf(Bytes("document")), stranger.Identity.Verifiers));
        Assert.Equal(ReceiptFault.Checkpoint, exception.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("extra e30=\n")]
    [InlineData("extra bm90IGpzb24=\n")]
    [InlineData("extra bnVsbA==\n")]
    public void A_proof_without_entry_and_opening_is_not_a_receipt(string extra) =>
        Assert.Throws<LogFormatException>(() => Receipt.Parse(Bytes($"c2sp.org/tlog-proof@v1\n{extra}index 0\n\nnote")));

    private void AssertFault(ReceiptFault fault, Receipt receipt, string document)
    {
        var exception = Assert.Throws<ReceiptException>(() => ReceiptCheck.Run(receipt, DigestOf(Bytes(document)), _world.Identity.Verifiers));
        Assert.Equal(fault, exception.Fault);
    }

    private async Task<Receipt> IssueAsync(string document)
    {
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", document, Bytes(document)), TestContext.Current.CancellationToken);
        return (await service.Verifier.VerifyAsync(DigestOf(Bytes(document)), TestContext.Current.CancellationToken)).Issuers[0].Receipt;
    }
}

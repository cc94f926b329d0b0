using TrueCopy.Receipts.Tests.Standing;

namespace TrueCopy.Receipts.Tests.Handovers;

/// <summary>A package is sealed only to the key that the log proves to be the receiver's now.</summary>
public sealed class ProvenReceiverTests
{
    private static readonly string Other = EncryptionKey.Encode(new byte[32]);
    private readonly StatusLog _log = new();

    private static Entry Lender => new()
    {
        Version = 1,
        Kind = ActKind.Receiver,
        At = DateTimeOffset.UnixEpoch,
        Receiver = "demo-lender",
        LegalName = "Demo Lender",
        Jurisdiction = "HK",
        EncryptionKey = Sample.Key,
        Purposes = ["credit"],
        KeepsDays = 365,
    };

    [Fact]
    public void A_receiver_is_proven_by_its_newest_entry()
    {
        var index = Add(Lender);
        var receiver = Open(Proof(index));
        Assert.Equal((index, "demo-lender", Sample.Key, true, false), (receiver.LogIndex, receiver.Id, receiver.EncryptionKey, receiver.Takes(HandoverPurpose.Credit), receiver.Takes(HandoverPurpose.Legal)));
        Assert.True(receiver.IsNamedBy(new ConsentReceiver("demo-lender", "Demo Lender", Sample.Key, index)));
        Assert.False(receiver.IsNamedBy(new ConsentReceiver("demo-lender", "Demo Lender", Other, index)));
    }

    [Fact]
    public void A_key_that_was_given_up_is_not_proven_any_more()
    {
        var index = Add(Lender);
        var then = Proof(index);
        Add(Lender with { EncryptionKey = Other, Replaces = index });
        Assert.Equal(Sample.Key, Open(then).EncryptionKey);
        var fault = Assert.Throws<ReceiptException>(() => Open(Proof(index)));
        Assert.Equal((ReceiptFault.Status, "The log describes this receiver otherwise by now: what was shown is no longer so."), (fault.Fault, fault.Message));
    }

    [Fact]
    public void An_entry_that_the_log_does_not_hold_is_no_receiver()
    {
        var index = Add(Lender);
        var forged = (Lender with { EncryptionKey = Other }).Encode();
        var (path, status) = (_log.Receipt(index).Proof.Path, _log.Status(index));
        Assert.Equal(ReceiptFault.Inclusion, Assert.Throws<ReceiptException>(() => Open(ProvenReceiver.Encode(index, forged, path, _log.Log.Note, status))).Fault);
        Assert.Equal(ReceiptFault.Status, Assert.Throws<ReceiptException>(() => Open(Proof(index, _log.Status(index) with { Page = new byte[64].Select(_ => (byte)1).ToArray() }))).Fault);
    }

    [Fact]
    public void An_entry_of_another_kind_or_a_checkpoint_of_other_keys_is_no_receiver()
    {
        var index = _log.Issue("document");
        _log.End();
        Assert.Contains("it describes no receiver", Assert.Throws<LogFormatException>(() => Open(Proof(index))).Message, StringComparison.Ordinal);
        var lender = Add(Lender);
        var stranger = InMemoryWorld.NewEcdsa();
        Assert.Throws<LogFormatException>(() => ProvenReceiver.Open(Proof(lender), note => SignedCheckpoint.Open(note, stranger.Verifier.Name, [stranger.Verifier])));
    }

    [Theory]
    [InlineData("""{"entry":""}""")]
    [InlineData("""{"entry":"AA=="}""")]
    [InlineData("""{"entry":"AA==","status":null}""")]
    [InlineData("""{"entry":"AA==","status":{"entry":"AA==","path":"","page":"AA==","pagePath":""}}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public void An_extra_line_without_entry_and_status_is_no_proof(string extra)
    {
        var proof = new TlogProof(System.Text.Encoding.UTF8.GetBytes(extra), 1, [], _log.Log.Note);
        Assert.Throws<LogFormatException>(() => Open(System.Text.Encoding.UTF8.GetString(proof.Encode())));
    }

    private long Add(Entry entry)
    {
        var index = _log.Add(entry, Opening.Create());
        _log.End();
        return index;
    }

    private string Proof(long index, StatusProof? status = null)
    {
        var receipt = _log.Receipt(index);
        return ProvenReceiver.Encode(index, receipt.Entry, receipt.Proof.Path, _log.Log.Note, status ?? receipt.Status!);
    }

    private ProvenReceiver Open(string proof) => ProvenReceiver.Open(proof, note => SignedCheckpoint.Open(note, InMemoryWorld.Origin, _log.Keys));
}

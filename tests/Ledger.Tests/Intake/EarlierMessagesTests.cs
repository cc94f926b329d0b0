using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

/// <summary>What lies in the queues when a new version is deployed: messages and bodies as earlier versions wrote them, recorded byte for byte.</summary>
public sealed class EarlierMessagesTests
{
    // A change of the registry was an upload of nothing.
    private const string Registry = """{"v":1,"source":{"container":"issuer-bank","path":"","eTag":""},"issuer":{"id":"bank","legalName":"\u793A\u8303\u94F6\u884C","jurisdiction":"HK","retention":"keep","algorithms":["sha-256"],"since":"2026-11-23T09:01:00Z","domain":"bank.example"},"at":"2026-11-23T09:01:00Z","kind":0,"part":0,"parts":1,"delete":false,"acts":[],"repeats":false}""";
    private const string Document = """{"v":1,"source":{"container":"issuer-bank","path":"a.pdf","eTag":"0x1"},"issuer":{"id":"bank","legalName":"The bank Ltd","jurisdiction":"HK","retention":"keep","algorithms":["sha-256"],"since":"2026-11-23T09:00:00Z"},"at":"2026-11-23T09:00:00Z","kind":0,"part":0,"parts":1,"delete":false,"acts":[{"kind":"issue","position":0,"digests":["sha-256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],"reference":"loan-1","also":[],"expires":"2027-11-23T09:00:00Z"}],"repeats":false}""";
    private const string Acts = """{"v":1,"source":{"container":"issuer-bank","path":"x.acts.jsonl","eTag":"0x2"},"issuer":{"id":"bank","legalName":"The bank Ltd","jurisdiction":"HK","retention":"keep","algorithms":["sha-256"],"since":"2026-11-23T09:00:00Z"},"at":"2026-11-23T09:00:01Z","kind":2,"part":0,"parts":1,"delete":false,"acts":[{"kind":"suspend","position":0,"digests":[],"reference":"loan-1","also":[],"reason":"certificateHold","note":"\u6CE8"}],"repeats":false}""";
    private const string Part = """{"v":1,"source":{"container":"issuer-bank","path":"all.sha256","eTag":"0x3"},"issuer":{"id":"bank","legalName":"The bank Ltd","jurisdiction":"HK","retention":"keep","algorithms":["sha-256"],"since":"2026-11-23T09:00:00Z"},"at":"2026-11-23T09:00:00Z","kind":1,"part":1,"parts":1,"delete":false,"acts":[{"kind":"issue","position":2048,"digests":["sha-256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"],"fileName":"b.pdf","also":[]},{"kind":"issue","position":2049,"digests":["sha-256:2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6"],"also":[{"position":2050,"fileName":"again.pdf"}]}],"repeats":false}""";
    private const string Pointer = """{"Blob":"0123456789abcdef0123456789abcdef","Part":1,"Parts":2,"source":{"Container":"issuer-bank","Path":"all.sha256","ETag":"0x3"}}""";
    private const string PointerWithoutSource = """{"Blob":"0123456789abcdef0123456789abcdef","Part":1,"Parts":2}""";

    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Pointer)]
    [InlineData(PointerWithoutSource)]
    public async Task What_an_earlier_version_staged_is_sequenced_by_this_one(string bulk)
    {
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "示范银行", ["jurisdiction"] = "HK", ["domain"] = "bank.example" });
        _world.Ledger.Put(new BlobAddress(StorageNames.StagingContainer, "0123456789abcdef0123456789abcdef"), Bytes(Part));
        foreach (var message in (string[])[Acts, Document, Registry])
            await SendAsync(StorageNames.StagedActsQueue, message);
        await SendAsync(StorageNames.StagedBulkQueue, bulk);

        await using var service = _world.Start();
        for (var i = 0; i < 3; i++)
        {
            await service.Sequencer.DrainAsync(Stop);
            _world.Time.Advance(StagedActs.Invisible);
        }

        Assert.Equal(0, _world.Staged.Count);
        Assert.Equal(Verdict.Suspended, (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).Verdict);
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes("b")), Stop)).Verdict);
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes("c")), Stop)).Verdict);
        var described = await new IssuerHistory(_world.Ledger.Tables).FindAsync("bank", Stop);
        Assert.Equal([("The bank Ltd", null), ("示范银行", "bank.example")], described.Select(record => (record.Issuer.LegalName, record.Issuer.Domain)));
        Assert.Empty(_world.DeadLetters.Kept);
        Assert.Equal(0, _world.Queues.Count(StorageNames.Queues.Select(queue => queue + StorageNames.PoisonSuffix)));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public void An_upload_of_nothing_is_read_as_the_change_of_the_registry_that_it_meant_and_one_is_written_in_its_own_form()
    {
        var change = Assert.IsType<RegistryChange>(StagedBody.Decode(Bytes(Registry)));
        Assert.Equal(("bank", "示范银行", "bank.example"), (change.Issuer.Id, change.Issuer.LegalName, change.Issuer.Domain));
        Assert.StartsWith("{\"registry\":", System.Text.Encoding.UTF8.GetString(StagedBody.Encode(change)), StringComparison.Ordinal);
        Assert.Throws<LogFormatException>(() => StagedBody.Decode(Bytes(Registry.Replace("\"path\":\"\"", "\"path\":\"a\"", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(Document)]
    [InlineData(Acts)]
    [InlineData(Part)]
    public void Uploads_are_staged_in_the_bytes_in_which_they_always_were(string recorded) =>
        Assert.Equal(recorded, System.Text.Encoding.UTF8.GetString(StagedBody.Encode(StagedBody.Decode(Bytes(recorded)))));

    private Task<SentMessage> SendAsync(string queue, string message) => _world.Queues.SendAsync(queue, new MessageBody(Bytes(message)), TimeSpan.Zero, Stop);
}

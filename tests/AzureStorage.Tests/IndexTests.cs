using System.Security.Cryptography;
using Azure.Core;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>References, revocations and the issuers' history, on a real Azurite.</summary>
public sealed class IndexTests(Azurite azurite)
{
    [Fact]
    public async Task A_reference_leads_to_every_document_of_its_issuer_and_to_no_others()
    {
        var index = new ReferenceIndex(azurite.Accounts.LedgerTables);
        var issuer = NewId();
        var (reference, first, second) = ("贷款/4711 #\\?%\t'", NewDigest(), NewDigest());
        DocumentReference[] references =
        [
            new(issuer, reference, first), new(issuer, reference, second), new(issuer, reference, first),
            new(issuer + "0", reference, NewDigest()), new(issuer, reference + "0", NewDigest()),
        ];
        await index.AddAsync(references, Stop);
        await index.AddAsync(references, Stop);
        Assert.Equal(new[] { first, second }.OrderBy(digest => digest.Hex), (await index.FindAsync(issuer, reference, Stop)).OrderBy(digest => digest.Hex));
        Assert.Empty(await index.FindAsync(issuer, "another", Stop));
    }

    [Fact]
    public async Task Many_references_are_added_in_transactions()
    {
        var index = new ReferenceIndex(azurite.Accounts.LedgerTables);
        var issuer = NewId();
        var references = Enumerable.Range(0, 700).Select(i => new DocumentReference(issuer, i < 150 ? "same" : $"ref {i}", NewDigest())).ToArray();
        await index.AddAsync(references, Stop);
        Assert.Equal(150, (await index.FindAsync(issuer, "same", Stop)).Count);
        Assert.Equal(references[699].Digest, Assert.Single(await index.FindAsync(issuer, "ref 699", Stop)));
    }

    [Fact]
    public async Task Revocations_are_listed_by_issuer_however_many_there_are()
    {
        var index = new RevocationIndex(azurite.Accounts.LedgerTables);
        var issuer = NewId();
        var digests = Enumerable.Range(0, 1100).Select(_ => NewDigest()).ToArray();
        await index.AddAsync(issuer, digests, Stop);
        await index.AddAsync(issuer, digests[..3], Stop);
        await index.AddAsync(issuer + "0", [NewDigest()], Stop);
        Assert.True((await index.LoadAsync(issuer, Stop)).SetEquals(digests));
        Assert.Empty(await index.LoadAsync(NewId(), Stop));
    }

    [Fact]
    public async Task An_issuers_descriptions_come_back_in_log_order_as_the_log_has_them()
    {
        var history = new IssuerHistory(azurite.Accounts.LedgerTables);
        var first = new Issuer(NewId(), "示范银行", "CN-GD", "bank.example", Retention.Delete, [DigestAlgorithm.Sha256, DigestAlgorithm.Sm3]) { Since = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero) };
        var second = first with { LegalName = "Another", Domain = null, Retention = Retention.Keep, Since = first.Since.AddDays(1) };
        await history.AddAsync(new IssuerRecord(1_000_000, second), Stop);
        await history.AddAsync(new IssuerRecord(9, first), Stop);
        await history.AddAsync(new IssuerRecord(9, first), Stop);
        var records = await history.FindAsync(first.Id, Stop);
        Assert.Equal([9, 1_000_000], records.Select(record => record.LogIndex));
        Assert.True(records[0].Issuer.Describes(first) && records[1].Issuer.Describes(second));
        Assert.Equal([first.Since, second.Since], records.Select(record => record.Issuer.Since));
    }

    [Fact]
    public async Task Announcements_of_keys_come_back_in_log_order_byte_for_byte_and_are_nobodys_description()
    {
        var history = new KeyHistory(azurite.Accounts.LedgerTables);
        var late = RandomNumberGenerator.GetInt32(1_000_000_000, int.MaxValue);
        KeyRecord[] records = [new(late + 1L, "entry 示范"u8.ToArray(), "note\n\n— a b\n"u8.ToArray()), new(late, "entry"u8.ToArray(), null)];
        foreach (var record in (KeyRecord[])[.. records, .. records])
            await history.AddAsync(record, Stop);
        var found = (await history.ListAsync(Stop)).Where(record => record.LogIndex >= late && record.LogIndex <= late + 1L).ToArray();
        Assert.Equal([late, late + 1L], found.Select(record => record.LogIndex));
        Assert.Equal(records.Reverse().Select(record => record.Entry.ToArray()), found.Select(record => record.Entry.ToArray()));
        Assert.Null(found[0].Note);
        Assert.Equal(records[0].Note!.Value.ToArray(), found[1].Note!.Value.ToArray());
        Assert.False(IssuerContainer.IsId(KeyHistory.Partition));
    }

    [Fact]
    public async Task The_registry_says_since_when_a_container_is_described_as_it_is()
    {
        var registry = new IssuerRegistry(azurite.Accounts.IssuerContainers, TimeProvider.System);
        var id = await azurite.NewIssuerAsync();
        var issuer = await registry.GetAsync($"issuer-{id}", Stop);
        Assert.InRange(issuer.Since, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        Assert.Equal(issuer.Since, (await registry.ListAsync(Stop)).Single(candidate => candidate.Id == id).Since);
    }

    [Fact]
    public async Task A_change_of_the_registry_is_noticed_within_a_minute_and_not_asked_for_at_every_upload()
    {
        var (time, counter) = (new FakeTimeProvider(), new OperationCounter());
        var accounts = azurite.Fixture.Connect(options => options.AddPolicy(counter, HttpPipelinePosition.PerRetry));
        var registry = new IssuerRegistry(accounts.IssuerContainers, time);
        var id = await azurite.NewIssuerAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal("示范银行", (await registry.GetAsync($"issuer-{id}", Stop)).LegalName);
        Assert.Equal(1, counter.Total);

        await azurite.Accounts.CreateIssuerAsync(id, new Dictionary<string, string> { ["legalname"] = "Another", ["jurisdiction"] = "HK" }, Stop);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Another", (await registry.GetAsync($"issuer-{id}", Stop)).LegalName);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string NewId() => $"t{Guid.NewGuid():N}"[..20];

    private static Digest NewDigest() => new(DigestAlgorithm.Sm3, RandomNumberGenerator.GetBytes(32));
}

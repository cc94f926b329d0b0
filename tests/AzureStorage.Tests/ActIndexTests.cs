using System.Security.Cryptography;
using Azure.Core;
using Azure.Data.Tables;

namespace TrueCopy.AzureStorage.Tests;

public sealed class ActIndexTests(Azurite azurite)
{
    private readonly ActIndex _index = new(azurite.Accounts.LedgerTables);

    [Fact]
    public async Task The_acts_of_a_document_come_back_in_log_order_and_no_others()
    {
        var digest = NewDigest();
        var acts = new[] { 9L, 3, 7 }.Select(index => NewAct(digest, index, kind: ActKind.Suspend)).ToArray();
        var sameHash = NewAct(new Digest(DigestAlgorithm.Sm3, digest.Bytes), 4);
        Assert.Empty(await AddAsync([.. acts, sameHash, NewAct(NewDigest(), 5)]));

        var found = await _index.FindAsync(digest, Stop);
        Assert.Equal([3, 7, 9], found.Select(act => act.LogIndex));
        var first = acts[1];
        Assert.Equal(first.EntryBytes.ToArray(), found[0].EntryBytes.ToArray());
        Assert.Equal((first.ActId, first.Opening.Hex, first.Digest), (found[0].ActId, found[0].Opening.Hex, found[0].Digest));
        Assert.Empty(await _index.FindAsync(NewDigest(), Stop));
    }

    [Fact]
    public async Task The_first_entry_of_an_act_stays_and_a_later_one_is_told_so()
    {
        var first = NewAct(NewDigest(), 10);
        var again = first with { LogIndex = 20 };
        var fresh = Enumerable.Range(0, 5).Select(i => NewAct(SamePartition(first.Digest), 30 + i)).ToArray();
        Assert.Empty(await AddAsync(first));
        var displaced = Assert.Single(await AddAsync([.. fresh, again]));
        Assert.Equal((again, Displacement.SameAct, 10L), (displaced.Act, displaced.Why, displaced.Standing!.LogIndex));
        Assert.Equal(10, Assert.Single(await _index.FindAsync(first.Digest, Stop)).LogIndex);
        foreach (var act in fresh)
            Assert.Single(await _index.FindAsync(act.Digest, Stop));
    }

    [Fact]
    public async Task Adding_a_batch_again_changes_nothing_and_loses_nothing()
    {
        var acts = Enumerable.Range(0, 30).Select(i => NewAct(NewDigest(), i)).ToArray();
        Assert.Empty(await AddAsync(acts[..20]));
        Assert.Empty(await AddAsync(acts));
        foreach (var act in acts)
            Assert.Equal(act.LogIndex, Assert.Single(await _index.FindAsync(act.Digest, Stop)).LogIndex);
    }

    [Fact]
    public async Task A_partition_takes_more_rows_than_one_transaction()
    {
        var seed = NewDigest();
        var acts = Enumerable.Range(0, 250).Select(i => NewAct(SamePartition(seed), i)).ToArray();
        Assert.Empty(await AddAsync(acts));
        Assert.Equal(249, Assert.Single(await _index.FindAsync(acts[249].Digest, Stop)).LogIndex);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Rows_whose_answer_was_lost_are_known_to_be_ours(int count)
    {
        var policy = new LostAnswerPolicy(request => request.Method == RequestMethod.Post);
        var options = new TableClientOptions();
        options.Retry.Delay = TimeSpan.FromMilliseconds(10);
        options.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        var losing = new ActIndex(new AzureTables(new TableServiceClient(azurite.Fixture.Ledger, options)));
        var seed = NewDigest();
        var acts = Enumerable.Range(0, count).Select(i => NewAct(SamePartition(seed), i)).ToArray();

        Assert.Empty(await losing.AddAsync(acts, Stop));
        Assert.True(policy.Struck);
        foreach (var act in acts)
            Assert.Single(await _index.FindAsync(act.Digest, Stop));
    }

    [Fact]
    public async Task A_document_that_its_issuer_issued_before_has_one_row_more_only_for_other_terms_and_no_more_than_a_hundred()
    {
        var digest = NewDigest();
        var neighbours = Enumerable.Range(0, 20).Select(i => NewAct(SamePartition(digest), 1000 + i)).ToArray();
        var first = NewAct(digest, 0);
        Assert.Empty(await AddAsync(first));
        var again = NewAct(digest, 2);
        var displaced = Assert.Single(await AddAsync([.. neighbours, again]));
        Assert.Equal((again, Displacement.SameTerms, first.ActId), (displaced.Act, displaced.Why, displaced.Standing!.ActId));
        foreach (var neighbour in neighbours)
            Assert.Single(await _index.FindAsync(neighbour.Digest, Stop));

        var others = Enumerable.Range(0, DocumentActs.MaxActs).Select(i => NewAct(digest, 10 + i) with { Unpublished = new Unpublished { Type = $"{i}" } }).ToArray();
        var tooMany = Assert.Single(await AddAsync(others));
        Assert.Equal((others[^1], Displacement.TooMany), (tooMany.Act, tooMany.Why));
        Assert.Equal(DocumentActs.MaxActs, (await _index.FindAsync(digest, Stop)).Count);

        // Adding a batch again says the same and changes nothing; another issuer is bound by nothing of it.
        Assert.Equal(tooMany, Assert.Single(await AddAsync(others)));
        Assert.Empty(await _index.AddAsync([NewAct(digest, 500, "y")], Stop));
        Assert.Empty(await AddAsync(NewAct(digest, 501, kind: ActKind.Revoke)));
        Assert.Equal(DocumentActs.MaxActs + 2, (await _index.FindAsync(digest, Stop)).Count);
    }

    [Fact]
    public async Task A_row_that_is_written_again_takes_the_place_of_the_damaged_one_under_whichever_key()
    {
        var (first, second) = (NewAct(NewDigest(), 0), default(IndexedAct)!);
        second = NewAct(first.Digest, 2) with { Unpublished = new Unpublished { Type = "other" } };
        Assert.Empty(await AddAsync(first));
        Assert.Empty(await AddAsync(second));
        foreach (var act in new[] { first, second })
        {
            await _index.ReplaceAsync(act with { LogIndex = 77 }, Stop);
            Assert.Equal(77, (await _index.FindAsync(act.Digest, Stop)).Single(row => row.ActId == act.ActId).LogIndex);
            await _index.ReplaceAsync(act, Stop);
        }

        Assert.Equal([0, 2], (await _index.FindAsync(first.Digest, Stop)).Select(row => row.LogIndex));
    }

    private Task<IReadOnlyList<DisplacedAct>> AddAsync(params IndexedAct[] acts) => _index.AddAsync(acts, Stop);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Digest NewDigest() => new(DigestAlgorithm.Sha256, RandomNumberGenerator.GetBytes(32));

    private static Digest SamePartition(Digest digest)
    {
        var bytes = RandomNumberGenerator.GetBytes(32);
        digest.Bytes[..2].CopyTo(bytes);
        return new Digest(DigestAlgorithm.Sha256, bytes);
    }

    private static IndexedAct NewAct(Digest digest, long index, string issuer = "x", ActKind kind = ActKind.Issue)
    {
        var source = new BlobVersion("issuer-" + issuer, Guid.NewGuid().ToString(), "0x1");
        var entry = new Entry { Version = Entry.FormatVersion, Kind = kind, At = DateTimeOffset.UnixEpoch.AddSeconds(index), Issuer = issuer, LegalName = "名 'x'", Jurisdiction = "HK" };
        return new IndexedAct(digest, ActId.Of(source, 0, digest.Algorithm), index, entry.Encode(), Opening.Create(), index % 2 == 0 ? Unpublished.None : new Unpublished { Reference = "r", Siblings = [digest] });
    }
}

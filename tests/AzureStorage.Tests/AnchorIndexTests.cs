using System.Security.Cryptography;
using Azure.Core;
using Azure.Data.Tables;
using TrueCopy.AzureStorage.Ledger;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;

namespace TrueCopy.AzureStorage.Tests;

public sealed class AnchorIndexTests(Azurite azurite)
{
    private readonly TableAnchorIndex _index = new(azurite.Accounts);

    [Fact]
    public async Task The_acts_of_a_document_come_back_in_log_order_and_no_others()
    {
        var digest = NewDigest();
        var anchors = new[] { 9L, 3, 7 }.Select(index => NewAnchor(digest, index)).ToArray();
        var sameHash = NewAnchor(new Digest(DigestAlgorithm.Sm3, digest.Bytes), 4);
        Assert.Empty(await _index.AddAsync([.. anchors, sameHash, NewAnchor(NewDigest(), 5)], Stop));

        var found = await _index.FindAsync(digest, Stop);
        Assert.Equal([3, 7, 9], found.Select(anchor => anchor.LogIndex));
        var first = anchors[1];
        Assert.Equal(first.Entry.ToArray(), found[0].Entry.ToArray());
        Assert.Equal((first.ActId, first.Opening.Hex, first.Digest), (found[0].ActId, found[0].Opening.Hex, found[0].Digest));
        Assert.Empty(await _index.FindAsync(NewDigest(), Stop));
    }

    [Fact]
    public async Task The_first_entry_of_an_act_stays_and_a_later_one_is_told_so()
    {
        var first = NewAnchor(NewDigest(), 10);
        var again = first with { LogIndex = 20 };
        var fresh = Enumerable.Range(0, 5).Select(i => NewAnchor(SamePartition(first.Digest), 30 + i)).ToArray();
        Assert.Empty(await _index.AddAsync([first], Stop));
        Assert.Equal([again], await _index.AddAsync([.. fresh, again], Stop));
        Assert.Equal(10, Assert.Single(await _index.FindAsync(first.Digest, Stop)).LogIndex);
        foreach (var anchor in fresh)
            Assert.Single(await _index.FindAsync(anchor.Digest, Stop));
    }

    [Fact]
    public async Task Adding_a_batch_again_changes_nothing_and_loses_nothing()
    {
        var anchors = Enumerable.Range(0, 30).Select(i => NewAnchor(NewDigest(), i)).ToArray();
        Assert.Empty(await _index.AddAsync(anchors[..20], Stop));
        Assert.Empty(await _index.AddAsync(anchors, Stop));
        foreach (var anchor in anchors)
            Assert.Equal(anchor.LogIndex, Assert.Single(await _index.FindAsync(anchor.Digest, Stop)).LogIndex);
    }

    [Fact]
    public async Task A_partition_takes_more_rows_than_one_transaction()
    {
        var seed = NewDigest();
        var anchors = Enumerable.Range(0, 250).Select(i => NewAnchor(SamePartition(seed), i)).ToArray();
        Assert.Empty(await _index.AddAsync(anchors, Stop));
        Assert.Equal(249, Assert.Single(await _index.FindAsync(anchors[249].Digest, Stop)).LogIndex);
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
        var losing = new TableAnchorIndex(azurite.Accounts with { Tables = new TableServiceClient(azurite.Fixture.Ledger, options) });
        var seed = NewDigest();
        var anchors = Enumerable.Range(0, count).Select(i => NewAnchor(SamePartition(seed), i)).ToArray();

        Assert.Empty(await losing.AddAsync(anchors, Stop));
        Assert.True(policy.Struck);
        foreach (var anchor in anchors)
            Assert.Single(await _index.FindAsync(anchor.Digest, Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Digest NewDigest() => new(DigestAlgorithm.Sha256, RandomNumberGenerator.GetBytes(32));

    private static Digest SamePartition(Digest digest)
    {
        var bytes = RandomNumberGenerator.GetBytes(32);
        digest.Bytes[..2].CopyTo(bytes);
        return new Digest(DigestAlgorithm.Sha256, bytes);
    }

    private static Anchor NewAnchor(Digest digest, long index)
    {
        var source = new BlobVersion("issuer-x", Guid.NewGuid().ToString(), "0x1");
        return new Anchor(digest, ActId.Of(source, 0, digest.Algorithm), index, System.Text.Encoding.UTF8.GetBytes($$"""{"名":"{{index}}'"}"""), Opening.Create(), index % 2 == 0 ? Confidential.None : new Confidential { Reference = "r", Siblings = [digest] });
    }
}

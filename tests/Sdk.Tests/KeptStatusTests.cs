using System.IO.Compression;
using System.Text;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>What is kept of a log's status is what the log commits to, never older than what was kept, and tells nobody what it is used for.</summary>
public sealed class KeptStatusTests : IDisposable
{
    private static readonly byte[] Document = Clients.Content(0);
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    private DateTimeOffset Now => _service.World.Time.GetUtcNow();

    [Fact]
    public async Task Receipts_are_judged_offline_by_the_status_that_is_kept_and_nobody_is_asked_about_them()
    {
        await _service.IssueAsync(Document);
        var receipt = await ReceiptAsync(0);
        await _service.ActAsync("bank", "revoke", Document);
        await _service.IssueAsync(Clients.Content(1));
        var young = await ReceiptAsync(1);
        var kept = await FetchAsync(null);
        var asked = _service.Requests;
        Assert.Equal((Verdict.Revoked, EntryStatus.Revoked), Judge(receipt, 0, kept));
        Assert.Equal((Verdict.Verified, EntryStatus.Stands), Judge(young, 1, kept));
        Assert.Equal(asked, _service.Requests);
        Assert.Equal(new Dictionary<EntryStatus, long> { [EntryStatus.Revoked] = 1 }, kept.Count());
        Assert.Equal((Now, kept.Checkpoint.Size - 1), (kept.AsOf, kept.Covers));
    }

    [Fact]
    public async Task Later_only_what_changed_is_fetched_and_what_is_kept_is_the_same_as_fetched_whole()
    {
        await _service.IssueDigestsAsync(Enumerable.Range(0, 1000).Select(i => Clients.DigestOf(i).Hex));
        foreach (var i in new[] { 3, 300, 301, 900 })
            await _service.ActAsync("bank", "suspend", Clients.Content(i));
        var kept = await FetchAsync(null);
        var pages = new List<int>();
        _service.LieAboutStatus = status =>
        {
            pages.Add(StatusPages.Decode(status.Pages, 100).Count);
            return status;
        };

        // A page that is all zero again, one that changed, one that is new; and none at all.
        await _service.ActAsync("bank", "reinstate", Clients.Content(3));
        await _service.ActAsync("bank", "revoke", Clients.Content(300));
        await _service.ActAsync("bank", "revoke", Clients.Content(600));
        var later = await FetchAsync(kept);
        var whole = await FetchAsync(null);
        Assert.Equal([3, 3], pages);

        // Both have the root that the log's last entry commits to, or they would not be kept.
        var again = await FetchAsync(later);
        Assert.Equal(whole.Covers, again.Covers);
        Assert.Equal(whole.Count(), again.Count());
        Assert.Equal(3, pages.Count);
        Assert.Equal(0, pages[2]);
        Assert.Equal(new Dictionary<EntryStatus, long> { [EntryStatus.Suspended] = 2, [EntryStatus.Revoked] = 2 }, later.Count());
        await _service.IssueAsync(Clients.Content(2000));
        Assert.Equal(later.Covers + 2, (await FetchAsync(later)).Covers);
    }

    [Fact]
    public async Task It_is_kept_as_a_file_that_is_small_and_verified_again_when_it_is_read()
    {
        await _service.IssueDigestsAsync(Enumerable.Range(0, 3000).Select(i => Clients.DigestOf(i).Hex));
        await _service.ActAsync("bank", "revoke", Clients.Content(5));
        var kept = await FetchAsync(null);
        var file = kept.Encode();
        Assert.InRange(file.Length, 500, 2500);
        var keys = _service.World.Identity.Verifiers;
        Assert.Equal(file, KeptStatus.Decode(file, keys).Encode());
        Assert.Throws<LogFormatException>(() => KeptStatus.Decode(file, new InMemoryWorld().Identity.Verifiers));
        Assert.Throws<LogFormatException>(() => KeptStatus.Decode(file.AsMemory(0, file.Length / 2), keys));
        Assert.Throws<LogFormatException>(() => KeptStatus.Decode(Encoding.UTF8.GetBytes("{}"), keys));

        var plain = Encoding.UTF8.GetString(Decompress(file));
        foreach (var (part, instead) in new[] { ("\"pages\":\"", "\"pages\":\"AA"), ("\"v\":1", "\"v\":2"), ("\"entry\":\"", "\"entry\":\"AAAA"), ("\"path\":\"", "\"path\":\"AAAA"), ("\"pages\":", "\"pages\":\"\",\"pages\":") })
        {
            var altered = plain.Replace(part, instead, StringComparison.Ordinal);
            Assert.NotEqual(plain, altered);
            Assert.NotNull(Record.Exception(() => KeptStatus.Decode(Compress(altered), keys)));
        }

        // Somebody who can write the file, and takes a revocation out of it.
        var pages = plain[(plain.IndexOf("\"pages\":\"", StringComparison.Ordinal) + 9)..^2];
        var exception = Assert.Throws<ReceiptException>(() => KeptStatus.Decode(Compress(plain.Replace(pages, "", StringComparison.Ordinal)), keys));
        Assert.Equal(ReceiptFault.Status, exception.Fault);
    }

    [Theory]
    [InlineData("a revocation left out")]
    [InlineData("of another status")]
    [InlineData("a last entry of before")]
    [InlineData("a page beyond the end")]
    public async Task What_is_not_the_status_of_the_log_is_not_kept(string what)
    {
        await _service.IssueAsync(Document);
        Settle();
        var before = await _service.StatusAsync("", Clients.Stop);
        await _service.ActAsync("bank", "revoke", Document);
        _service.LieAboutStatus = status => what switch
        {
            "a revocation left out" => status with { Pages = default },
            "of another status" => status with { Since = 7 },
            "a last entry of before" => status with { Entry = before.Entry, Path = before.Path, Pages = before.Pages },
            _ => status with { Pages = StatusPages.Encode([.. StatusPages.Decode(status.Pages, 1), new(5, StatusPage.Zero)]) },
        };
        var exception = await Record.ExceptionAsync(() => FetchAsync(null));
        Assert.True(exception is ReceiptException { Fault: ReceiptFault.Status } or NoAnswerException, $"{exception}");
    }

    [Fact]
    public async Task It_never_goes_back_behind_what_was_kept()
    {
        await _service.IssueAsync(Document);
        Settle();
        var old = await _service.StatusAsync("", Clients.Stop);
        await _service.ActAsync("bank", "revoke", Document);
        var kept = await FetchAsync(null);
        _service.LieAboutStatus = _ => old;
        var exception = await Assert.ThrowsAsync<LogChangedException>(() => FetchAsync(kept));
        Assert.Equal(LogChange.Rollback, exception.Change);

        // Another history of a log with the same keys, which is larger.
        var world = new InMemoryWorld();
        world.SignWith([.. _service.World.Identity.Signers]);
        world.Time.SetUtcNow(Now);
        using var fork = new StubService(world);
        for (var i = 0; i < 9; i++)
            await fork.IssueAsync(Clients.Content(i));
        using var client = Clients.Of(fork);
        Assert.Equal(LogChange.History, (await Assert.ThrowsAsync<LogChangedException>(() => client.FetchStatusAsync(kept, Clients.Stop))).Change);
        Assert.Contains("another history", Assert.Throws<ReceiptException>(() => OfflineCheck.Run(ForkedReceipt(fork, kept), Clients.DigestOf(0), _service.World.Identity.Verifiers, status: kept)).Message, StringComparison.Ordinal);

        Receipt ForkedReceipt(StubService of, KeptStatus status)
        {
            // A checkpoint of the size that is kept.
            var note = of.World.Ledger.Published.Single(published => SignedCheckpoint.Open(published, InMemoryWorld.Origin, _service.World.Identity.Verifiers).Size == status.Checkpoint.Size);
            var issue = of.World.Inbox.Receipts.Values.Select(Receipt.Parse).MinBy(receipt => receipt.Proof.Index)!;
            var path = new TreeReader(new UncachedTiles(new Published(of)), status.Checkpoint.Size).InclusionProofAsync(issue.Proof.Index, Clients.Stop).AsTask().GetAwaiter().GetResult();
            return Receipt.Create(issue.Proof.Index, issue.Entry, issue.Opening, null, null, path, note);
        }
    }

    [Fact]
    public async Task It_counts_only_as_long_as_the_policys_witnesses_have_seen_it_lately()
    {
        using var witnesses = new BothSides(_service.World.Time);
        var policy = LogPolicy.Pin(Encoding.UTF8.GetBytes(witnesses.PolicyOf(_service.World.Identity.Verifiers)));
        await _service.IssueAsync(Document);
        Assert.Equal(ReceiptFault.Witnesses, (await Assert.ThrowsAsync<ReceiptException>(() => FetchAsync(null, options => options.Policy = policy))).Fault);
        var seen = new Dictionary<string, string>();
        _service.Cosign = note => seen.TryGetValue(note, out var cosigned) ? cosigned : seen[note] = witnesses.Cosign(note);
        var kept = await FetchAsync(null, options => options.Policy = policy);
        Assert.Equal(["hongkong", "shenzhen"], kept.Witnesses!.Sightings.Select(sighting => sighting.Witness.Name).Order());
        Assert.Equal(kept.Witnesses.SeenAt, kept.AsOf);
        var file = kept.Encode();
        _service.World.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(ReceiptFault.Witnesses, (await Assert.ThrowsAsync<ReceiptException>(() => FetchAsync(kept, options => options.Policy = policy))).Fault);
        await FetchAsync(kept, options => (options.Policy, options.MaxSightingAge) = (policy, TimeSpan.FromHours(2)));

        // What is kept says how old it is, and is no younger because it is read again.
        var read = KeptStatus.Decode(file, _service.World.Identity.Verifiers, policy, _service.World.Time);
        Assert.Equal(kept.AsOf, read.AsOf);
        Assert.True(Now - read.AsOf > TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_receipt_of_after_what_is_kept_is_not_judged_by_it_and_one_with_a_newer_status_by_its_own()
    {
        await _service.IssueAsync(Document);
        var first = await ReceiptAsync(0);
        var kept = await FetchAsync(null);
        await _service.ActAsync("bank", "revoke", Document);
        await _service.IssueAsync(Clients.Content(1));
        var young = await ReceiptAsync(1);
        var bare = Receipt.Create(young.Proof.Index, young.Entry, young.Opening, null, null, young.Proof.Path, young.Proof.Checkpoint);
        Assert.True(OfflineCheck.Run(bare, Clients.DigestOf(1), _service.World.Identity.Verifiers, status: kept).IsNewerThanStatus);
        Assert.Throws<ReceiptException>(() => kept.StatusOf(young.Proof.Index));
        Settle();
        using var client = Clients.Of(_service);
        var fresh = (await client.RefreshAsync(first, Clients.DigestOf(0), Clients.Stop)).Receipt;
        Assert.Equal((Verdict.Verified, EntryStatus.Stands), Judge(first, 0, kept));
        Assert.Equal((Verdict.Revoked, EntryStatus.Revoked), Judge(fresh, 0, kept));
    }

    [Fact]
    public async Task A_receipt_is_made_fresh_in_private_out_of_the_public_log_and_what_is_kept()
    {
        await _service.IssueAsync(Document);
        var old = await ReceiptAsync(0);
        await _service.ActAsync("bank", "suspend", Document);
        var kept = await FetchAsync(null);
        using var log = new RemoteLog(new Uri("http://service.example/log"), _service, _service.Clock);
        var before = _service.Asked.Count;
        var fresh = await ReceiptRefresh.RunAsync(old, log, LogKeys.Pin(_service.World.Identity.Verifiers), kept, Clients.Stop);
        Assert.Equal(EntryStatus.Suspended, ReceiptCheck.Run(fresh, Clients.DigestOf(0), _service.World.Identity.Verifiers).Status.Status);
        Assert.All(_service.Asked.Skip(before), path => Assert.StartsWith("/log/tile/", path, StringComparison.Ordinal));
    }

    private (Verdict, EntryStatus?) Judge(Receipt receipt, int document, KeptStatus kept)
    {
        var answer = OfflineCheck.Run(receipt, Clients.DigestOf(document), _service.World.Identity.Verifiers, status: kept);
        return (answer.VerdictAt(Now), answer.Status.Status);
    }

    private async Task<KeptStatus> FetchAsync(KeptStatus? before, Action<TrueCopyClientOptions>? change = null)
    {
        Settle();
        using var client = Clients.Of(_service, change);
        return await client.FetchStatusAsync(before, Clients.Stop);
    }

    private async Task<Receipt> ReceiptAsync(int document)
    {
        Settle();
        using var client = Clients.Of(_service);
        return (await client.VerifyAsync(Clients.DigestOf(document), Clients.Stop)).Results[0].Issue.Receipt;
    }

    // The service reads its checkpoint again after a second.
    private void Settle() => _service.World.Time.Advance(TimeSpan.FromSeconds(2));

    private static byte[] Decompress(byte[] file)
    {
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress))
            gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Compress(string text)
    {
        using var coded = new MemoryStream();
        using (var gzip = new GZipStream(coded, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return coded.ToArray();
    }

    private sealed class Published(StubService service) : ITileReader
    {
        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
            PartialTiles.ReadAsync(tile, (one, _) => Task.FromResult(service.World.Ledger.Tiles.TryGetValue(one, out var bytes) ? bytes : (ReadOnlyMemory<byte>?)null), cancellationToken);
    }
}

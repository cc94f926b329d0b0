using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace TrueCopy.Api.Tests;

/// <summary>A receipt that somebody has is made fresh.</summary>
public sealed class RefreshTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private string _hex = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _hex = await _host.IssueAsync("document");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_receipt_is_made_fresh_the_same_entry_under_todays_checkpoint_with_the_status_of_today()
    {
        var old = await ReceiptAsync(_hex);
        await _host.IssueAsync("another");
        _host.World.Time.Advance(TimeSpan.FromSeconds(2));
        var fresh = Check(await RefreshedAsync(old.Encode()));
        Assert.Equal(old.Entry.ToArray(), fresh.Receipt.Entry.ToArray());
        Assert.Equal((old.Opening.Hex, old.Proof.Index), (fresh.Receipt.Opening.Hex, fresh.Index));
        Assert.True(fresh.Checkpoint.Size > Check(old).Checkpoint.Size);
        Assert.Equal(EntryStatus.Stands, fresh.Status.Status);
    }

    [Theory]
    [InlineData("revoke", EntryStatus.Revoked)]
    [InlineData("suspend", EntryStatus.Suspended)]
    public async Task A_fresh_receipt_of_what_was_taken_back_since_says_so(string act, EntryStatus status)
    {
        var old = await ReceiptAsync(_hex);
        await _host.ActAsync(act, _hex);
        Assert.Equal(EntryStatus.Stands, Check(old).Status.Status);
        Assert.Equal(status, Check(await RefreshedAsync(old.Encode())).Status.Status);
    }

    [Fact]
    public async Task A_receipt_of_before_status_was_kept_is_made_fresh_too()
    {
        var old = await ReceiptAsync(_hex);
        var without = Receipt.Create(old.Proof.Index, old.Entry, old.Opening, old.Successor, old.Note, [.. old.Proof.Path], old.Proof.Checkpoint);
        Assert.Null(Check(without).Status.Status);
        Assert.Equal(EntryStatus.Stands, Check(await RefreshedAsync(without.Encode())).Status.Status);
    }

    // Whoever has an entry, an index and a nonce has all that the service needs to be asked; the rest of the old proof says nothing.
    [Fact]
    public async Task What_the_old_receipt_was_proven_by_is_not_asked_for()
    {
        var old = await ReceiptAsync(_hex);
        var bare = Receipt.Create(old.Proof.Index, old.Entry, old.Opening, null, null, [], "log.example\n1\nAAAA\n\n— a b\n"u8.ToArray());
        Assert.Equal(EntryStatus.Stands, Check(await RefreshedAsync(bare.Encode())).Status.Status);
    }

    [Fact]
    public async Task A_receipt_of_no_issue_that_the_log_holds_like_this_is_refused_and_says_why()
    {
        var old = await ReceiptAsync(_hex);
        await _host.ActAsync("suspend", _hex);
        var act = await ReceiptAsync(_hex);
        Assert.Equal(ActKind.Suspend, act.ReadEntry().Kind);
        var other = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(old.Entry.Span).Replace("The bank", "A better bank", StringComparison.Ordinal));
        Assert.NotEqual(old.Entry.ToArray(), other);
        foreach (var receipt in (Receipt[])[With(old, entry: other), With(old, index: old.Proof.Index + 1), With(old, index: 1_000_000), act])
        {
            var problem = await ApiHost.ProblemAsync(await RefreshAsync(receipt.Encode()), 422, "not-in-log");
            Assert.EndsWith(".", problem.GetProperty("detail").GetString()!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_is_no_receipt_is_refused()
    {
        foreach (var body in (string[])["", "not a receipt", "c2sp.org/tlog-proof@v1\nindex 1\n\n", Encoding.UTF8.GetString((await ReceiptAsync(_hex)).Encode())[..100]])
            await ApiHost.ProblemAsync(await RefreshAsync(Encoding.UTF8.GetBytes(body)), 400, "malformed-request");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/octet-stream")]
    [InlineData("text/html")]
    [InlineData(null)]
    public async Task Nothing_but_plain_text_is_read(string? mediaType) =>
        await ApiHost.ProblemAsync(await RefreshAsync((await ReceiptAsync(_hex)).Encode(), mediaType), 415, "unsupported-media-type");

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_whatever_length_it_states()
    {
        await ApiHost.ProblemAsync(await RefreshAsync(new byte[HttpLimits.MaxBodyLength + 1]), 413, "request-too-large");
        await ApiHost.ProblemAsync(await RefreshAsync(new byte[HttpLimits.MaxBodyLength]), 400, "malformed-request");
    }

    [Fact]
    public async Task What_was_sent_is_nowhere_in_the_services_log()
    {
        var old = await ReceiptAsync(_hex);
        await RefreshAsync(With(old, index: 0).Encode());
        await RefreshedAsync(old.Encode());
        Assert.DoesNotContain(_host.Logged, line => line.Message.Contains(old.Opening.Hex, StringComparison.OrdinalIgnoreCase));
    }

    private ReceiptCheck Check(Receipt receipt) => ReceiptCheck.Run(receipt, Digest, _host.World.Identity.Verifiers);

    private Digest Digest => new(DigestAlgorithm.Sha256, Convert.FromHexString(_hex));

    private static Receipt With(Receipt receipt, ReadOnlyMemory<byte>? entry = null, long? index = null) =>
        Receipt.Create(index ?? receipt.Proof.Index, entry ?? receipt.Entry, receipt.Opening, null, null, [.. receipt.Proof.Path], receipt.Proof.Checkpoint);

    private async Task<Receipt> ReceiptAsync(string hex) =>
        Receipt.Parse(await (await _host.GetAsync($"/v1/verify/sha-256/{hex}/receipt")).Content.ReadAsByteArrayAsync(Stop));

    private async Task<Receipt> RefreshedAsync(byte[] receipt)
    {
        var response = await RefreshAsync(receipt);
        Assert.Equal((HttpStatusCode.OK, "text/plain; charset=utf-8"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        return Receipt.Parse(await response.Content.ReadAsByteArrayAsync(Stop));
    }

    private Task<HttpResponseMessage> RefreshAsync(byte[] body, string? mediaType = "text/plain")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = mediaType is null ? null : new MediaTypeHeaderValue(mediaType);
        return _host.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/receipts/refresh") { Content = content });
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api.Tests;

/// <summary>How all documents stand, for whoever tells nobody which ones it holds.</summary>
public sealed class StatusTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_status_proves_how_each_document_stands_and_asks_for_no_digest()
    {
        await using var host = await ApiHost.StartAsync();
        var (standing, revoked) = (await host.IssueAsync("a"), await host.IssueAsync("b"));
        await host.ActAsync("revoke", revoked);
        var (status, tree, _) = await OpenAsync(host, await host.GetAsync("/v1/status"));
        Assert.Equal(0, status.Since);
        Assert.Equal(EntryStatus.Stands, tree[host.IndexOf(standing)]);
        Assert.Equal(EntryStatus.Revoked, tree[host.IndexOf(revoked)]);
    }

    [Fact]
    public async Task A_log_of_nothing_but_standing_documents_sends_no_page()
    {
        await using var host = await ApiHost.StartAsync();
        await host.IssueManyAsync(1000);
        var (status, _, _) = await OpenAsync(host, await host.GetAsync("/v1/status"));
        Assert.Empty(status.Pages.ToArray());
    }

    [Fact]
    public async Task Since_an_earlier_status_what_changed_is_sent_and_what_did_not_is_left_out()
    {
        await using var host = await ApiHost.StartAsync();
        await host.IssueManyAsync(300);
        await host.ActAsync("suspend", ApiHost.HexOf("0"));
        await host.ActAsync("revoke", ApiHost.HexOf("290"));
        var (_, tree, covers) = await OpenAsync(host, await host.GetAsync("/v1/status"));
        await host.ActAsync("reinstate", ApiHost.HexOf("0"));

        // What is all zero again is sent too, or the client would go on holding it for suspended.
        var (changed, _, _) = await OpenAsync(host, await host.GetAsync($"/v1/status?since={covers}"), tree);
        Assert.Equal(covers, changed.Since);
        Assert.Equal([0L], StatusPages.Decode(changed.Pages, 100).Select(page => page.Key));
        Assert.Equal(EntryStatus.Stands, tree[host.IndexOf(ApiHost.HexOf("0"))]);
        Assert.Equal(EntryStatus.Revoked, tree[host.IndexOf(ApiHost.HexOf("290"))]);
    }

    [Fact]
    public async Task Of_a_status_that_the_log_does_not_know_everything_is_sent_and_said_to_be()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ActAsync("revoke", await host.IssueAsync("a"));
        var (_, _, covers) = await OpenAsync(host, await host.GetAsync("/v1/status"));
        foreach (var unknown in (long[])[covers - 1, covers + 1, long.MaxValue])
        {
            var (status, _, _) = await OpenAsync(host, await host.GetAsync($"/v1/status?since={unknown}"));
            Assert.Equal(0, status.Since);
            Assert.NotEmpty(status.Pages.ToArray());
        }
    }

    [Theory]
    [InlineData("since=")]
    [InlineData("since=-1")]
    [InlineData("since=+1")]
    [InlineData("since=1.0")]
    [InlineData("since=0x10")]
    [InlineData("since=9223372036854775808")]
    [InlineData("since=1&since=2")]
    public async Task A_since_that_is_no_whole_number_is_refused(string query)
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        await ApiHost.ProblemAsync(await host.GetAsync($"/v1/status?{query}"), 400, "malformed-request");
    }

    [Theory]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("*", "br")]
    [InlineData("*;q=0", null)]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task It_is_compressed_for_those_who_take_it_and_is_the_same(string? accepted, string? coding)
    {
        await using var host = await ApiHost.StartAsync();
        await host.ActAsync("revoke", await host.IssueAsync("a"));
        var plain = await (await host.GetAsync("/v1/status")).Content.ReadAsByteArrayAsync(Stop);
        var response = await AskAsync(host, request => request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted));
        Assert.Equal(coding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal(["Accept-Encoding"], response.Headers.Vary);
        var sent = await response.Content.ReadAsByteArrayAsync(Stop);
        Assert.Equal(sent.Length, response.Content.Headers.ContentLength);
        Assert.Equal(plain, ContentCodings.Decode(sent, coding));
    }

    [Fact]
    public async Task Who_has_it_already_is_told_so_until_the_log_goes_on()
    {
        await using var host = await ApiHost.StartAsync();
        await host.IssueAsync("a");
        var first = await host.GetAsync("/v1/status");
        Assert.Equal("public, max-age=2", first.Headers.CacheControl!.ToString());
        Assert.True(first.Headers.ETag!.IsWeak);
        var again = await AskAsync(host, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);

        await host.IssueAsync("b");
        host.World.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag))).StatusCode);
    }

    [Fact]
    public async Task A_log_that_has_not_begun_has_no_status()
    {
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton(StatusListTests.Address));
        await ApiHost.ProblemAsync(await host.GetAsync("/v1/status"), 503, "unavailable");
        await ApiHost.ProblemAsync(await host.GetAsync("/v1/statuslist"), 503, "unavailable");
    }

    // Opened as a client does: signatures, the last entry, the root over the pages.
    private static async Task<(StatusDocument Status, StatusTree Tree, long Covers)> OpenAsync(ApiHost host, HttpResponseMessage response, StatusTree? before = null)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var status = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(Stop), DocumentJson.Instance.StatusDocument)!;
        var checkpoint = SignedCheckpoint.Open(Encoding.UTF8.GetBytes(status.Checkpoint), host.World.Identity.Origin, host.World.Identity.Verifiers);
        var entry = StatusProof.OpenEntry(status.Entry, status.Path, checkpoint.Checkpoint);
        var covers = entry.Covers!.Value;
        var tree = before ?? new StatusTree();
        tree.Grow(covers);
        foreach (var (number, page) in StatusPages.Decode(status.Pages, StatusPage.CountFor(covers)))
            tree.SetPage(number, page.Span);
        Assert.Equal(entry.Root, Convert.ToHexStringLower(tree.Root().Bytes));
        return (status, tree, covers);
    }

    private static Task<HttpResponseMessage> AskAsync(ApiHost host, Action<HttpRequestMessage> say)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/status");
        say(request);
        return host.SendAsync(request);
    }
}

using System.Text;
using System.Text.Json;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What leaves the verifier's computer.</summary>
public sealed class PrivacyTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Of_a_file_only_its_digest_is_sent_and_never_in_an_address()
    {
        var secret = Encoding.ASCII.GetBytes("THE-SECRET-OF-THE-FILE");
        byte[] content = [.. Enumerable.Repeat(secret, 1000).SelectMany(bytes => bytes)];
        var document = await _site.UploadAsync("a-telling-name.pdf", content);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");

        var posted = Assert.Single(visit.Requests, request => request.Method != "GET");
        var body = JsonDocument.Parse(posted.PostDataBuffer!).RootElement;
        Assert.Equal("""{"digests":[{"algorithm":"sha-256","digest":"HEX"}]}""".Replace("HEX", Site.HexOf(document), StringComparison.Ordinal), body.GetRawText());
        foreach (var request in visit.Requests)
        {
            Assert.DoesNotContain(Site.HexOf(document), request.Url, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("a-telling-name", request.Url, StringComparison.Ordinal);
            Assert.True(request.PostDataBuffer is null || request == posted);
            Assert.True(request.PostDataBuffer is not { } sent || sent.AsSpan().IndexOf("SECRET"u8) < 0);
        }
    }

    [Fact]
    public async Task A_link_to_a_check_does_not_send_the_digest_with_the_page()
    {
        var document = await _site.IssueAsync("linked.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: $"#digest=sha-256:{Site.HexOf(document)}");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "fingerprint");
        Assert.DoesNotContain(visit.Requests, request => request.Method == "GET" && request.Url.Split('#')[0].Contains(Site.HexOf(document), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_weighs_less_than_150_kB_and_comes_whole_from_its_own_server()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(await _site.IssueAsync("weighed.pdf"), "verified");
        var weight = 0L;
        foreach (var request in visit.Requests.Where(request => request.Method == "GET"))
        {
            var sizes = await request.SizesAsync();
            weight += sizes.ResponseBodySize + sizes.ResponseHeadersSize;
        }

        output.WriteLine($"The page and one check transfer {weight:N0} bytes.");
        Assert.InRange(weight, 10_000, 150_000);
    }

    [Fact]
    public async Task The_policy_allows_nothing_inline_and_nobody_else()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var response = await visit.Page.ReloadAsync();
        var policy = await response!.HeaderValueAsync("content-security-policy");
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval'", policy!.Replace("wasm-unsafe-eval'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var evaluated = await visit.Page.EvaluateAsync<string>("() => { try { document.body.innerHTML = '<b>x</b>'; return 'markup'; } catch (error) { return error.name; } }");
        Assert.Equal("TypeError", evaluated);
        visit.ForgetComplaints();
    }
}

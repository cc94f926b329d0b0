using System.Globalization;
using System.IO.Compression;
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
    public async Task The_page_weighs_less_than_150_kB_even_when_it_opens_a_zip_file_and_comes_whole_from_its_own_server()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var plain = Site.FileOf("weighed.pdf", [1]);
        await visit.CheckAsync(plain, "unknown");
        var (weight, size) = await WeighAsync(visit);
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("empty.pdf");
        await visit.ChooseAsync(Site.FileOf("weighed.zip", zip.ToArray()));
        await Expect(visit.Cards).ToHaveCountAsync(3);
        await Expect(visit.Page.Locator(".card[data-state=opened]")).ToHaveCountAsync(1);
        var (weightWithZip, sizeWithZip) = await WeighAsync(visit);
        output.WriteLine($"The page and one check transfer {weight:N0} bytes, headers included ({size:N0} unpacked); with a zip file opened {weightWithZip:N0} ({sizeWithZip:N0}).");
        Assert.InRange(weight, 10_000, 150_000);
        Assert.InRange(weightWithZip, weight, 150_000);
    }

    /// <summary>The bytes that came, and what they are once they are unpacked.</summary>
    private static async Task<(long Transferred, long Unpacked)> WeighAsync(Visit visit)
    {
        var (weight, size) = (0L, 0L);
        foreach (var request in visit.Requests.Where(request => request.Method == "GET"))
        {
            var sizes = await request.SizesAsync();
            var response = (await request.ResponseAsync())!;

            // Of a worker's script the browser tells no size: what the server says counts where it is more.
            var said = await response.HeaderValueAsync("content-length") is { } length ? int.Parse(length, CultureInfo.InvariantCulture) : 0;
            weight += Math.Max(sizes.ResponseBodySize, said) + sizes.ResponseHeadersSize;

            // Answers of the API come as they are, and what a page reads as a stream a browser need not keep for those who watch it.
            size += request.Url.Contains("/v1/", StringComparison.Ordinal) ? sizes.ResponseBodySize : (await response.BodyAsync()).Length;
        }

        return (weight, size);
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

        // Beside the service, sealed packages go to storage, and nothing to anybody else.
        Assert.Contains($"connect-src 'self' {_site.Origins[1]};", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy.Replace(_site.Origins[1], "", StringComparison.Ordinal), StringComparison.Ordinal);
        var evaluated = await visit.Page.EvaluateAsync<string>("() => { try { document.body.innerHTML = '<b>x</b>'; return 'markup'; } catch (error) { return error.name; } }");
        Assert.Equal("TypeError", evaluated);
        visit.ForgetComplaints();
    }
}

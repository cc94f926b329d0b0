using System.Text;
using System.Text.Json;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What leaves the devices of those who hand over and take in.</summary>
public sealed class HandoverPrivacyTests(Chromium chromium) : IAsyncLifetime
{
    private const string Secret = "THE-SECRET-OF-THE-DOCUMENT";
    private const string Name = "a-telling-name.pdf";
    private const string Scope = "a telling scope";

    private FakeService _service = null!;

    public async ValueTask InitializeAsync() => _service = await FakeService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task No_plaintext_name_or_consent_leaves_the_holder_and_no_digest_but_to_the_verify_endpoint()
    {
        var document = await _service.IssueAsync(Name, Repeated(Secret));
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await visit.Page.Locator("#scope").FillAsync(Scope);
        await visit.Page.Locator("#conditions").FillAsync(Scope);
        var link = await HandoverTests.HandOverAsync(visit, document);
        await visit.Page.Locator("a.open-trace").ClickAsync();
        await Expect(visit.Page.Locator("button.withdraw")).ToBeVisibleAsync();
        var trace = link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var sent = visit.Requests.ToArray();

        // Without the holder's proof nobody can withdraw, so it is sent only when she does.
        Assert.NotEmpty(sent);
        var upload = Assert.Single(sent, request => request.Method == "PUT");
        Assert.StartsWith(_service.Storage, upload.Url, StringComparison.Ordinal);
        var package = Convert.FromBase64String(Assert.Single(await _service.PackagesAsync()).Package!);
        Assert.StartsWith("age-encryption.org/v1\n-> X25519 ", Encoding.ASCII.GetString(package[..64]), StringComparison.Ordinal);
        AssertHides(package, document, trace);
        var verified = Assert.Single(sent, request => request.Method == "POST" && request.Url == $"{_service.Address}/v1/verify");
        Assert.Equal($$"""{"digests":[{"algorithm":"sha-256","digest":"{{Site.HexOf(document)}}"}]}""", verified.PostData);
        foreach (var request in sent.Where(request => request != verified))
        {
            AssertHides(Encoding.UTF8.GetBytes(request.Url), document, trace);
            AssertHides(request.PostDataBuffer ?? [], document, trace);
            AssertHides(Encoding.UTF8.GetBytes(string.Concat(request.Headers.Select(header => $"{header.Key}: {header.Value}\n"))), document, trace);
        }

        // What is announced is what the format says, and no more.
        var announced = JsonDocument.Parse(Assert.Single(sent, request => request.Url == $"{_service.Address}/v1/handovers").PostDataBuffer!).RootElement;
        Assert.Equal(["id", "receiver", "lock", "withdrawLock", "length"], announced.EnumerateObject().Select(member => member.Name));
        Assert.Equal(package.Length, announced.GetProperty("length").GetInt64());
    }

    [Fact]
    public async Task The_receivers_key_and_what_it_opens_stay_with_the_receiver()
    {
        var document = await _service.IssueAsync(Name, Repeated(Secret));
        await using var holder = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await HandoverTests.HandOverAsync(holder, document);
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=receive");
        await visit.Page.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        await visit.Page.Locator("button.open").ClickAsync();
        await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Locator("button.accept").ClickAsync());
        await Expect(visit.Page.Locator(".opened .done")).ToHaveAttributeAsync("data-state", "received");
        await visit.Page.Locator("button.use").ClickAsync();
        await Expect(visit.Page.Locator("li[data-act=used]")).ToHaveCountAsync(1);
        foreach (var request in visit.Requests)
        {
            var all = Encoding.UTF8.GetBytes(request.Url + string.Concat(request.Headers.Values) + request.PostData);
            Assert.True(all.AsSpan().IndexOf(Encoding.ASCII.GetBytes(_service.SecretOf("demo-lender"))) < 0);
            Assert.True(all.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Secret)) < 0);
            Assert.True(all.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Name)) < 0);
            Assert.True(request.Url.EndsWith("/v1/verify", StringComparison.Ordinal) || all.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Site.HexOf(document))) < 0);
        }

        // Nor is anything of it kept for the next who opens the page.
        Assert.DoesNotContain("AGE-SECRET-KEY", await visit.Page.EvaluateAsync<string>("JSON.stringify({ ...localStorage, ...sessionStorage })"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_link_alone_leads_to_the_trace_and_is_in_no_address_that_is_asked()
    {
        await using var holder = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        var link = await HandoverTests.HandOverAsync(holder, await _service.IssueAsync("statement.pdf"));
        var secret = link[(link.IndexOf('=', StringComparison.Ordinal) + 1)..];
        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        await using var other = await Visit.StartAsync(chromium, _service, fragment: $"#trace={secret}");
        await Expect(other.Page.Locator(".done[data-state=sent]")).ToBeVisibleAsync();
        Assert.All(other.Requests, request => Assert.DoesNotContain(secret, request.Url.Split('#')[0] + request.PostData, StringComparison.Ordinal));

        // Cut short, it leads nowhere.
        await using var cut = await Visit.StartAsync(chromium, _service, fragment: $"#trace={secret[..^1]}");
        await Expect(cut.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This trace link is not complete");
        Assert.DoesNotContain(cut.Requests, request => request.Url.Contains("/v1/handovers", StringComparison.Ordinal));
    }

    private static byte[] Repeated(string text) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, 1000)));

    private static void AssertHides(byte[] bytes, FilePayload document, string trace)
    {
        foreach (var text in new[] { Secret, Name, Scope, trace, Site.HexOf(document), Convert.ToBase64String(Convert.FromHexString(Site.HexOf(document))) })
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) < 0, text);
        Assert.True(bytes.AsSpan().IndexOf(Convert.FromHexString(Site.HexOf(document))) < 0);
    }
}

using System.Globalization;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What anybody sees of the log.</summary>
public sealed class LogViewTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("en-HK", 3)]
    [InlineData("zh-HK", 254)]
    [InlineData("zh-CN", 300)]
    public async Task Size_signatures_and_latest_entries_come_from_public_files_and_fit_the_signed_root(string language, int documents)
    {
        await IssueManyAsync(documents);
        await using var visit = await Visit.StartAsync(chromium, _site, language, "#view=log");

        // Genesis and the issuer's description come before, and each of the two batches ends with the status of all.
        await Expect(visit.Page.Locator(".log-size")).ToHaveTextAsync((documents + 4).ToString(CultureInfo.InvariantCulture));
        await Expect(visit.Page.Locator(".loaded .proven")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator(".signatures .valid")).ToHaveCountAsync(2);
        await Expect(visit.Page.Locator(".entries tbody tr").First).ToContainTextAsync((documents + 3).ToString(CultureInfo.InvariantCulture));
        await Expect(visit.Page.Locator(".curve")).ToHaveCountAsync(1);
        Assert.DoesNotContain(visit.Requests, request => request.Url.Contains("/v1/verify", StringComparison.Ordinal));
        await visit.AccessibleAsync();
        await visit.PictureAsync($"log-{language}");
    }

    [Fact]
    public async Task Entries_that_do_not_fit_the_signed_root_are_called_out()
    {
        await IssueManyAsync(3);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.RouteAsync("**/log/tile/entries/**", async route =>
        {
            var body = await (await route.FetchAsync()).BodyAsync();
            await route.FulfillAsync(new() { BodyBytes = System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(body).Replace("Demo Bank", "Demo Bonk", StringComparison.Ordinal)) });
        });
        await visit.Page.Locator("nav a").Last.ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("do not fit the signed root hash");
    }

    private async Task IssueManyAsync(int documents)
    {
        var lines = Enumerable.Range(0, documents).Select(i => $"{i:x64}  {i}.pdf\n");
        await _site.UploadAsync("SHA256SUMS", System.Text.Encoding.ASCII.GetBytes(string.Concat(lines)));
    }
}

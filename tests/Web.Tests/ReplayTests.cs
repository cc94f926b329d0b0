using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Old answers that are played back, and a log that shows another past than it had.</summary>
public sealed partial class ReplayTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task An_answer_from_before_a_revocation_is_no_answer_even_when_it_is_dated_anew()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var old = await RecordAsync(visit, document);
        await _site.ActAsync("revoke", document, "issuedInError");
        await visit.CheckAsync(document, "revoked");
        await visit.Page.ReloadAsync();

        await PlayBackAsync(visit, old, checkedAt: _site.World.Time.GetUtcNow().AddMinutes(1));
        await visit.SetClockAsync(TimeSpan.FromMinutes(1));
        var card = await visit.CheckAsync(document, "distrusted");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(card.Locator("h3")).ToHaveTextAsync(words("No answer: the register shows an old state", "未獲答覆：登記冊顯示的是舊狀態", "未得到答复：登记簿显示的是旧状态"));
            await Expect(card.Locator(".step.fails")).ToHaveTextAsync(new Regex("^" + Regex.Escape((await card.Locator(".lead").TextContentAsync())!)));
            await visit.PictureAsync($"rollback-{language}", card);
        });
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task A_service_that_lags_for_a_moment_is_no_liar()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var old = await RecordAsync(visit, document);
        await visit.CheckAsync(await _site.IssueAsync("later.pdf"), "verified");
        await PlayBackAsync(visit, old);
        await visit.SetClockAsync(TimeSpan.FromSeconds(20));
        await visit.CheckAsync(document, "verified");
        await visit.SetClockAsync(TimeSpan.FromSeconds(40));
        await visit.CheckAsync(document, "distrusted");
    }

    [Fact]
    public async Task An_answer_whose_clock_is_more_than_five_minutes_off_is_no_answer()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        foreach (var (minutes, state) in new[] { (6, "distrusted"), (-6, "distrusted"), (4, "verified"), (-4, "verified") })
        {
            await visit.SetClockAsync(TimeSpan.FromMinutes(minutes));
            var card = await visit.CheckAsync(document, state);
            if (state == "distrusted")
                await Expect(card.Locator("h3")).ToHaveTextAsync("No answer: the clocks differ");
        }
    }

    [Theory]
    [InlineData("expires", "verified", "expired")]
    [InlineData("validfrom", "notYetValid", "verified")]
    public async Task Validity_begins_and_ends_by_this_computers_clock(string what, string before, string after)
    {
        var turn = _site.World.Time.GetUtcNow().AddMinutes(2);
        var document = await _site.IssueAsync("statement.pdf", new() { [what] = turn.ToString("O", CultureInfo.InvariantCulture) });
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, before);
        await visit.SetClockAsync(TimeSpan.FromMinutes(3));
        await visit.CheckAsync(document, after);
    }

    [Fact]
    public async Task A_log_that_does_not_go_on_from_what_was_seen_is_no_log()
    {
        // The same keys sign two pasts.
        await using var fork = await Site.StartAsync([.. _site.World.Identity.Signers]);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(await _site.IssueAsync("statement.pdf"), "verified");
        await fork.IssueAsync("one.pdf");
        var forged = await fork.IssueAsync("two.pdf");
        await visit.ForwardAsync(fork);
        var card = await visit.CheckAsync(forged, "distrusted");
        await Expect(card.Locator("h3")).ToHaveTextAsync("No answer: the register’s past was changed");
        await visit.Page.Locator("nav a").Last.ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("past was changed");
    }

    [Fact]
    public async Task A_log_of_any_shape_that_only_grew_goes_on_from_what_was_seen()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        foreach (var more in new[] { 1, 1, 3, 7, 240, 3, 1, 2, 255, 256, 700 })
        {
            await _site.UploadAsync($"{Guid.NewGuid():N}/SHA256SUMS", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, more).Select(_ => $"{Guid.NewGuid():N}{Guid.NewGuid():N}  x.pdf\n"))));
            await visit.SetClockAsync();
            await visit.CheckAsync(await _site.IssueAsync("statement.pdf"), "verified");
        }

        Assert.Contains(visit.Requests, request => request.Url.Contains("/log/tile/1/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_time_of_the_check_is_shown_on_the_card_and_on_paper()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.EvaluateAsync("() => { window.print = () => {}; }");
        var card = await visit.CheckAsync(document, "verified");
        const string Time = "Checked on 23 November 2026 at 17:00 Hong Kong time, by this computer’s clock.";
        await Expect(card.Locator(".when")).ToHaveTextAsync(Time);
        await card.Locator("button.print").ClickAsync();
        await Expect(visit.Page.Locator(".report")).ToContainTextAsync(Time);
    }

    /// <summary>What the service answers about a document now.</summary>
    private static async Task<string> RecordAsync(Visit visit, FilePayload document)
    {
        // On its way: of what a page reads as a stream, a browser need not keep anything for those who watch it.
        const string Verify = "**/v1/verify";
        var answer = "";
        await visit.Page.RouteAsync(Verify, async route =>
        {
            var response = await route.FetchAsync();
            answer = await response.TextAsync();
            await route.FulfillAsync(new RouteFulfillOptions { Response = response });
        });
        await visit.CheckAsync(document, "verified");
        await visit.Page.UnrouteAsync(Verify);
        return answer;
    }

    private static async Task PlayBackAsync(Visit visit, string answer, DateTimeOffset? checkedAt = null)
    {
        if (checkedAt is { } time)
            answer = CheckedAt().Replace(answer, $"\"checkedAt\":\"{time:yyyy-MM-ddTHH:mm:ssZ}\"");
        Assert.NotNull(JsonNode.Parse(answer));
        await visit.Page.RouteAsync("**/v1/verify", route => route.FulfillAsync(new() { ContentType = "application/json", Body = answer }));
    }

    [GeneratedRegex("\"checkedAt\":\"[^\"]+\"")]
    private static partial Regex CheckedAt();
}

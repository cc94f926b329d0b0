using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Answers that are not to be relied on, and the lack of an answer.</summary>
public sealed class DistrustTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    /// <summary>What a liar between the page and the service may do, and the step that finds it out.</summary>
    private static readonly (string Lie, string Step)[] Lies =
    [
        ("receipt of another document", "The receipt is not about this file"),
        ("path changed", "The entry is not in the log that was signed"),
        ("root signed by nobody", "The log is not signed with the key that this browser knows"),
        ("verdict made better", "The answer says something else than the proof"),
        ("issuer renamed", "The answer says something else than the proof"),
        ("time moved", "The answer says something else than the proof"),
        ("reason changed", "The answer says something else than the proof"),
        ("issue hidden", "The answer says something else than the proof"),
    ];

    // All in one page, each about a document of its own: what a page made of one lie helps none that comes after it.
    [Fact]
    public async Task A_lie_is_found_out_and_is_no_verdict()
    {
        var otherReceipt = Encoding.UTF8.GetString((await _site.ReceiptAsync(await _site.IssueAsync("other.pdf"))).Buffer);
        await using var visit = await Visit.StartAsync(chromium, _site);
        var told = "";
        await visit.RewriteAsync(answer => Change(answer, told, otherReceipt));
        foreach (var (lie, step) in Lies)
        {
            told = lie;
            var document = await _site.IssueAsync($"{lie}.pdf");
            if (lie is "verdict made better" or "time moved" or "reason changed" or "issue hidden")
                await _site.ActAsync("revoke", document, "issuedInError");
            var card = await visit.CheckAsync(document, "distrusted");
            if (await card.Locator(".fold > summary").CountAsync() > 0)
                await card.Locator(".fold > summary").ClickAsync();
            await Expect(card.Locator("h3")).ToHaveTextAsync("Answer not proven");
            await Expect(card.Locator(".step.fails")).ToContainTextAsync(step);
            await Expect(card).Not.ToContainTextAsync("still stands");
            if (lie == "path changed")
                await visit.AccessibleAsync();
            await visit.PictureAsync($"distrusted-{lie.Replace(' ', '-')}", card);
        }

        // With the truth nothing is wrong.
        told = "";
        await visit.CheckAsync(await _site.IssueAsync("true.pdf"), "verified");
    }

    [Theory]
    [InlineData("down", "en-HK", "No answer")]
    [InlineData("unreachable", "zh-HK", "未獲答覆")]
    [InlineData("garbled", "zh-CN", "未得到答复")]
    public async Task An_outage_is_an_outage_and_never_a_verdict(string how, string language, string title)
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, language);
        visit.MayFailToConnect = true;
        _site.IsDown = how == "down";
        if (how == "unreachable")
            await visit.Page.RouteAsync("**/v1/**", route => route.AbortAsync("connectionrefused"));
        if (how == "garbled")
            await visit.Page.RouteAsync("**/v1/verify", route => route.FulfillAsync(new() { Body = "<html>Sign in to the hotel's network</html>" }));
        var card = await visit.CheckAsync(document, "outage");
        await Expect(card.Locator("h3")).ToHaveTextAsync(title);
        if (how == "down")
            await visit.AccessibleAsync();
        await visit.PictureAsync($"outage-{how}-{language}");

        // When it is over, the same file need not be chosen again.
        _site.IsDown = false;
        await visit.Page.UnrouteAllAsync();
        await card.Locator("button.retry").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
    }

    private static void Change(JsonNode result, string lie, string otherReceipt)
    {
        var answer = result["results"]![0]!;
        var lines = answer["receipt"]!.GetValue<string>().Split('\n');
        switch (lie)
        {
            case "receipt of another document":
                answer["receipt"] = otherReceipt;
                break;
            case "path changed":
                lines[3] = Convert.ToBase64String(new byte[32]);
                answer["receipt"] = string.Join('\n', lines);
                break;
            case "root signed by nobody":
                answer["receipt"] = string.Join('\n', lines.Select(line => line.StartsWith('—') ? line[..^8] + "AAAAAAA=" : line));
                break;
            case "verdict made better":
                (answer["verdict"], result["verdict"]) = ("verified", "verified");
                break;
            case "issuer renamed":
                answer["issuer"]!["legalName"] = "A Better Bank";
                break;
            case "time moved":
                answer["since"] = "2001-01-01T00:00:00Z";
                break;
            case "reason changed":
                answer["reason"] = "cessationOfOperation";
                break;
            case "issue hidden":
                answer.AsObject().Remove("issueReceipt");
                break;
        }
    }
}

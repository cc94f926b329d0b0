using System.Text.Json.Nodes;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What others wrote can neither hide nor pose as something else, and what nothing proves stands apart.</summary>
public sealed class ForeignTextTests(Chromium chromium) : IAsyncLifetime
{
    private const string Trick = "a\u202Eb\u2066c\u2028d\u001B[2Je";
    private const string Shown = "a\\u202Eb\\u2066c\\u2028d\\u001B[2Je";

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Whatever_cannot_be_seen_is_made_visible_wherever_the_page_shows_text_of_others()
    {
        var document = await _site.IssueAsync("statement.pdf");
        document.Name = $"{Trick}.pdf";
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.RewriteAsync(answer => Unproven(answer)["type"] = Trick);
        var card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".file")).ToHaveTextAsync($"{Shown}.pdf");
        await Expect(card.Locator(".claimed")).ToContainTextAsync(Shown);
        await Expect(visit.Page.Locator("[role=status].unseen")).ToContainTextAsync(Shown);
        await AssertNothingHidesAsync(visit);

        // The detail of a problem, and names in the issuer's list.
        await visit.Page.UnrouteAllAsync();
        await visit.Page.RouteAsync("**/v1/verify", route => route.FulfillAsync(new() { Status = 400, Body = new JsonObject { ["title"] = Trick }.ToJsonString() }));
        await visit.CheckAsync(document, "outage");
        await Expect(visit.Cards.First).ToContainTextAsync(Shown);
        await AssertNothingHidesAsync(visit);
        await visit.Page.RouteAsync("**/v1/issuers", async route =>
        {
            var issuers = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
            issuers["issuers"]![0]!["legalName"] = Trick;
            await route.FulfillAsync(new() { ContentType = "application/json", Body = issuers.ToJsonString() });
        });
        await visit.Page.GotoAsync($"{_site.Address}/#view=issuer");
        await Expect(visit.Page.Locator("#institution option")).ToHaveTextAsync($"{Shown} (bank)");
        await AssertNothingHidesAsync(visit);
    }

    [Fact]
    public async Task Every_control_and_format_character_is_made_visible_and_nothing_else_is_touched()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var wrong = await visit.Page.EvaluateAsync<int>("""
            async () => {
              const { visible } = await import('/assets/receipt.js');
              const hides = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]$/u;
              let wrong = 0;
              for (let point = 0; point <= 0x10ffff; point++) {
                const text = String.fromCodePoint(point);
                const shown = visible(text);
                if (hides.test(text) ? !/^(\\u[0-9A-F]{4})+$/.test(shown) : shown !== text) wrong++;
              }
              return wrong + (visible('\u202E') === '\\u202E' ? 0 : 1);
            }
            """);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task A_name_stands_by_itself_whatever_its_direction_of_writing()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(await _site.IssueAsync("statement.pdf"), "verified");
        await Expect(card.Locator(".lead bdi")).ToHaveTextAsync("示范银行 (Demo Bank, Shenzhen)");
        await Expect(card.Locator(".file bdi")).ToHaveTextAsync("statement.pdf");
    }

    [Fact]
    public async Task What_nothing_proves_is_shown_apart_as_the_services_word()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.RewriteAsync(answer =>
        {
            var unproven = Unproven(answer);
            unproven["type"] = "certified true copy";
            unproven["acts"]!.AsArray().Add(new JsonObject { ["logIndex"] = 1, ["kind"] = "issue", ["at"] = "2001-01-01T00:00:00Z" });
        });
        var card = await visit.CheckAsync(document, "revoked");
        foreach (var claim in new[] { "certified true copy", "2001" })
        {
            await Expect(card.Locator(".claimed")).ToContainTextAsync(claim);
            await Expect(card.Locator("dl.facts").First).Not.ToContainTextAsync(claim);
        }

        await Expect(card.Locator(".claimed h4")).ToHaveTextAsync("The register’s own word, not proven here");
        await visit.AccessibleAsync();
        await visit.PictureAsync("claimed", card);
    }

    private static JsonNode Unproven(JsonNode answer) => answer["results"]![0]!["unproven"]!;

    private static async Task AssertNothingHidesAsync(Visit visit)
    {
        // Line ends in the text of the page are its own: elements that end.
        var hidden = await visit.Page.EvaluateAsync<string[]>("""
            () => {
              const found = [];
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (texts.nextNode()) if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(texts.currentNode.data)) found.push(texts.currentNode.data);
              return found;
            }
            """);
        Assert.Empty(hidden);
    }
}

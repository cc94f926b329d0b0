using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>How a document stands is what the log itself records: whoever keeps a revocation back is found out, online and offline.</summary>
public sealed class StandingTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_revocation_that_the_service_keeps_back_is_no_verdict_whatever_it_sends_instead_of_the_status()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var before = Receipts.StatusOf(Encoding.UTF8.GetString((await _site.ReceiptAsync(document)).Buffer))!;
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var elsewhere = await Site.StartAsync();
        var other = Receipts.StatusOf(Encoding.UTF8.GetString((await elsewhere.ReceiptAsync(await elsewhere.IssueAsync("other.pdf"))).Buffer))!;
        await using var visit = await Visit.StartAsync(chromium, _site);
        Action<JsonNode> lie = _ => { };
        await visit.RewriteAsync(answer => CallVerified(answer, extra => lie(extra)));
        Action<JsonNode>[] lies =
        [
            _ => { },
            extra => ((JsonObject)extra).Remove("status"),
            extra => extra["status"] = before.DeepClone(),
            extra => extra["status"]!["page"] = before["page"]!.DeepClone(),
            extra => extra["status"]!["entry"] = before["entry"]!.DeepClone(),
            extra => extra["status"] = other.DeepClone(),
        ];
        foreach (var each in lies)
        {
            lie = each;
            var card = await visit.CheckAsync(document, "distrusted");
            await Expect(card.Locator("h3")).ToHaveTextAsync("No answer: its standing is not proven");
            await Expect(card.Locator(".evidence, .save")).ToHaveCountAsync(0);
        }

        Assert.DoesNotContain(await visit.GreenAsync(), element => element.StartsWith("<article", StringComparison.Ordinal) || element.StartsWith("<h3", StringComparison.Ordinal));
        await visit.Page.Locator("button.clear").ClickAsync();
        await visit.CheckAsync(document, "distrusted");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Cards.First.Locator("h3")).ToHaveTextAsync(words("No answer: its standing is not proven", "未獲答覆：效力狀態未獲證明", "未得到答复：效力状态未获证明"));
            await visit.PictureAsync($"standing-{language}");
        });
        await visit.AccessibleAsync();

        await visit.Page.UnrouteAllAsync();
        await visit.CheckAsync(document, "revoked");
    }

    [Fact]
    public async Task How_a_document_stands_is_said_by_its_receipt_without_the_network_as_of_when_it_was_proven()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var receipt = await _site.ReceiptAsync(document);
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.CheckAsync(document, "verified");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.Page.Locator("button.clear").ClickAsync();
        var before = visit.Requests.Count;

        async Task SaysAsync(string state, FilePayload held, string english, string traditional, string simplified)
        {
            await visit.ChooseAsync(document, held);
            await Expect(visit.Cards).ToHaveCountAsync(1);
            var card = visit.Cards.First;
            await Expect(card).ToHaveAttributeAsync("data-state", state);
            await visit.InEachLanguageAsync(async (language, words) =>
            {
                await Expect(card.Locator("h3")).ToHaveTextAsync(words(english, traditional, simplified));
                await visit.PictureAsync($"{state}-{language}", card);
            });
            await visit.AccessibleAsync();
            Assert.Equal(state == "current", (await visit.GreenAsync()).Any(element => element.StartsWith("<article", StringComparison.Ordinal)));
            await visit.Page.Locator("button.clear").ClickAsync();
        }

        await SaysAsync("current", receipt, "Verified without the network", "離線核實通過", "离线核验通过");
        await visit.SetClockAsync(TimeSpan.FromHours(2));
        await SaysAsync("stood", receipt, "Genuine; its standing is not recent", "文件真確；效力狀態並非最新", "文件真实；效力状态并非最新");
        await SaysAsync("proven", Receipts.WithoutStatus(receipt), "Genuine when issued", "簽發時真確", "签发时真实");
        Assert.Equal(before, visit.Requests.Count);
    }

    [Fact]
    public async Task A_receipt_is_made_fresh_when_asked_for_checked_here_and_saved()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var old = Receipts.WithoutStatus(await _site.ReceiptAsync(document));
        await _site.IssueAsync("later.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(await _site.IssueAsync("other.pdf"), "verified");
        await visit.ChooseAsync(document, old);
        await Expect(visit.Cards).ToHaveCountAsync(2);
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "proven");
        Assert.DoesNotContain(visit.Requests, request => request.Url.EndsWith("/v1/receipts/refresh", StringComparison.Ordinal));

        // One that is not the same, or does not hold, is not offered.
        const string Refresh = "**/v1/receipts/refresh";
        await visit.Page.RouteAsync(Refresh, async route => await route.FulfillAsync(new() { ContentType = "text/plain", BodyBytes = old.Buffer }));
        await card.Locator("button.refresh").ClickAsync();
        await Expect(card.Locator(".refresh .failure")).ToContainTextAsync("no fresh receipt that holds");
        await visit.Page.UnrouteAsync(Refresh);

        await card.Locator("button.refresh").ClickAsync();
        await Expect(card).ToHaveAttributeAsync("data-state", "current");
        await visit.AccessibleAsync();
        await visit.PictureAsync("refreshed", card);
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => card.Locator("button.save-fresh").ClickAsync());
        Assert.Equal("statement.pdf.tlog-proof", download.SuggestedFilename);
        Assert.Equal((await _site.ReceiptAsync(document)).Buffer, await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken));

        // A receipt alone can be made fresh as well: whoever keeps it need not have the document at hand.
        await visit.ChooseAsync(old);
        await Expect(visit.Page.Locator(".card[data-state=receipt]")).ToHaveCountAsync(1);
        await _site.ActAsync("revoke", document, "issuedInError");
        await visit.Page.Locator(".card[data-state=receipt] button.refresh").ClickAsync();
        await Expect(visit.Page.Locator(".card[data-state=receipt] button.save-fresh")).ToHaveCountAsync(1);

        // What was done since is in the fresh one.
        await visit.ChooseAsync(document, Site.FileOf("statement.pdf.tlog-proof", await FreshAsync(visit)));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "revoked");
    }

    [Fact]
    public async Task A_receipt_that_a_later_registration_of_the_document_overtook_says_so_and_is_not_green()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var old = await _site.ReceiptAsync(document);
        await _site.UploadAsync("statement.pdf", document.Buffer, new() { ["expires"] = "2027-12-31T23:59:59+08:00" });
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");
        await visit.Page.Locator("button.clear").ClickAsync();
        await visit.ChooseAsync(document, old);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "current");
        await visit.Cards.First.Locator("button.refresh").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "reissued");
        Assert.DoesNotContain(await visit.GreenAsync(), element => element.StartsWith("<article", StringComparison.Ordinal));
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Cards.First.Locator("h3")).ToHaveTextAsync(words("Receipt overtaken", "憑證已被其後的登記取代", "凭证已被后来的登记取代"));
            await visit.PictureAsync($"reissued-{language}", visit.Cards.First);
        });
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task With_the_status_kept_on_the_computer_pairs_are_checked_to_the_minute_and_nobody_is_asked()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var other = await _site.IssueAsync("other.pdf");
        var (old, otherOld) = (Receipts.WithoutStatus(await _site.ReceiptAsync(document)), Receipts.WithoutStatus(await _site.ReceiptAsync(other)));
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.CheckAsync(other, "verified");
        var panel = visit.Page.Locator(".offline");
        await panel.Locator("summary").ClickAsync();
        await panel.Locator("#keep-status").CheckAsync();
        await Expect(panel.Locator(".kept")).ToContainTextAsync("23 November 2026 at 17:00 Hong Kong time");
        await visit.Page.Locator("button.clear").ClickAsync();
        await visit.ChooseAsync(document, old, other, otherOld);
        await Expect(visit.Page.Locator(".card[data-state=current]")).ToHaveCountAsync(2);
        await visit.InEachLanguageAsync((language, _) => visit.PictureAsync($"kept-{language}"));
        await visit.AccessibleAsync();

        // What happens since is known once it was fetched, and then without the network.
        await _site.ActAsync("revoke", document, "issuedInError");
        await visit.SetClockAsync();
        await panel.Locator("button.update-status").ClickAsync();
        await Expect(visit.Page.Locator(".card[data-state=revoked]")).ToHaveCountAsync(1);
        Assert.Contains(visit.Requests, request => request.Url.Contains("/v1/status?since=", StringComparison.Ordinal));
        await visit.Page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => true)");
        await visit.Page.WaitForFunctionAsync("() => navigator.serviceWorker.controller !== null");

        // The page opens without the network, and knows what it knew.
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("#keep-status")).ToBeCheckedAsync();
        await Expect(visit.Page.Locator(".kept")).ToHaveCountAsync(1);
        var asked = visit.Requests.Count(request => request.Method == "POST");
        await visit.ChooseAsync(document, old, other, otherOld);
        await Expect(visit.Page.Locator(".card[data-state=revoked]")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".card[data-state=current]")).ToHaveCountAsync(1);
        Assert.Equal(asked, visit.Requests.Count(request => request.Method == "POST"));
        Assert.DoesNotContain(visit.Requests, request => request.Url.Contains(Site.HexOf(document), StringComparison.Ordinal));

        // It says how old it is, and gets no older unnoticed.
        await visit.SetClockAsync(TimeSpan.FromHours(2));
        await visit.Page.Locator("button.clear").ClickAsync();
        await visit.ChooseAsync(other, otherOld);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "stood");
        await Expect(visit.Cards.First.Locator(".as-of")).ToContainTextAsync("23 November 2026 at 17:00 Hong Kong time");

        // Turned off nothing is left.
        await visit.Page.Context.SetOfflineAsync(false);
        await visit.Page.Locator(".offline summary").ClickAsync();
        await visit.Page.Locator("#keep-status").UncheckAsync();
        await Expect(visit.Page.Locator(".kept")).ToHaveCountAsync(0);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "proven");
        await visit.Page.WaitForFunctionAsync("async () => (await caches.keys()).length === 0 && (await navigator.serviceWorker.getRegistrations()).length === 0");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("#keep-status")).Not.ToBeCheckedAsync();
        visit.ForgetComplaints();
    }

    [Fact]
    public async Task A_status_that_does_not_hold_is_not_kept_and_that_is_said()
    {
        await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(await _site.IssueAsync("other.pdf"), "verified");
        await visit.Page.RouteAsync("**/v1/status*", async route =>
        {
            var answer = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;

            // The first page, all zero but for one code that the log does not know of.
            answer["pages"] = Convert.ToBase64String([0, 3, .. new byte[63]]);
            await route.FulfillAsync(new() { ContentType = "application/json", Body = answer.ToJsonString() });
        });
        var panel = visit.Page.Locator(".offline");
        await panel.Locator("summary").ClickAsync();
        await panel.Locator("#keep-status").ClickAsync();
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(panel.Locator(".failure")).ToContainTextAsync(words("does not hold, so it was not kept", "收到的狀態不成立", "收到的状态不成立"));
            await visit.PictureAsync($"not-kept-{language}", panel);
        });
        await visit.AccessibleAsync();
        await Expect(panel.Locator("#keep-status")).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task What_witnesses_saw_longer_ago_than_is_allowed_is_no_verdict_and_the_limit_is_the_readers()
    {
        using var overseers = new Overseers(_site.World.Time);
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await overseers.WatchAsync(visit);
        await visit.CheckAsync(document, "verified");

        // The witnesses are out of reach, or what they signed is played back: the service's clock goes on.
        var seen = _site.World.Time.GetUtcNow();
        _site.World.Time.Advance(TimeSpan.FromMinutes(61));
        await visit.SetClockAsync();
        overseers.At = seen;
        var card = await visit.CheckAsync(document, "distrusted");
        await Expect(card.Locator("h3")).ToHaveTextAsync("No answer: not seen by the witnesses");
        await Expect(card).ToContainTextAsync("The quorum saw it last on");
        await visit.Page.Locator(".trust > summary").ClickAsync();
        await visit.InEachLanguageAsync((language, _) => visit.PictureAsync($"max-age-{language}", visit.Page.Locator(".trust")));
        await visit.Page.Locator("#max-age").SelectOptionAsync("14400000");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");

        // It is kept.
        await visit.Page.ReloadAsync();
        await visit.CheckAsync(document, "verified");
        await Expect(visit.Page.Locator("#max-age")).ToHaveValueAsync("14400000");
    }

    private static async Task<byte[]> FreshAsync(Visit visit)
    {
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Locator(".card[data-state=receipt] button.save-fresh").ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
    }

    /// <summary>The issue alone, called verified, with another line of JSON.</summary>
    private static void CallVerified(JsonNode answer, Action<JsonNode> change)
    {
        answer["verdict"] = "verified";
        foreach (var result in answer["results"]!.AsArray().Cast<JsonObject>())
        {
            var issue = Receipts.With((string)result["issueReceipt"]!, change);
            Receipts.With(issue, extra =>
            {
                var entry = JsonNode.Parse(Convert.FromBase64String((string)extra["entry"]!))!;
                result["since"] = entry["at"]!.DeepClone();
            });
            (result["verdict"], result["receipt"]) = ("verified", issue);
            foreach (var name in new[] { "issueReceipt", "reason", "note" })
                result.Remove(name);
        }
    }
}

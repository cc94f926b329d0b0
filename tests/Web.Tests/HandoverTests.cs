using System.Text;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>A holder hands documents over, a receiver takes them in, the holder sees what became of them: in the page alone.</summary>
public sealed class HandoverTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    private FakeService _service = null!;

    public async ValueTask InitializeAsync() => _service = await FakeService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_holder_hands_over_in_seven_steps_the_receiver_accepts_and_uses_and_the_holder_traces_and_withdraws()
    {
        var document = await _service.IssueAsync("对账单 2026.pdf");
        await using var visit = await Visit.StartAsync(chromium, _service);
        var page = visit.Page;
        var steps = new List<string>();
        async Task StepAsync(string what, Task does)
        {
            steps.Add(what);
            await does;
        }

        await StepAsync("the tab", page.GetByRole(AriaRole.Link, new() { Name = "Hand over" }).ClickAsync());
        await StepAsync("the document", page.Locator("#handover-files").SetInputFilesAsync(document));
        await Expect(page.Locator(".candidate[data-verdict=verified]")).ToHaveCountAsync(1);
        await StepAsync("the receiver", page.Locator("#receiver").SelectOptionAsync("demo-lender"));
        await StepAsync("the purpose", page.Locator("#purpose").SelectOptionAsync("credit"));
        await Expect(page.Locator("#until")).ToHaveValueAsync("2026-12-26");
        await LookAsync(visit, page, "handover-form", async words => await Expect(page.Locator(".receiver .facts")).ToContainTextAsync(words("Proven by the public log: entry no. 1", "已由公開日誌證明：第 1 項", "已由公开日志证明：第 1 条")));
        await StepAsync("the preview", page.Locator("button.preview").ClickAsync());
        await LookAsync(visit, page, "handover-preview", async words =>
        {
            var consent = page.Locator(".consent-preview");
            foreach (var said in new[] { words("Demo Lender (Hong Kong) Limited", "示範信貸（香港）有限公司", "示范信贷（香港）有限公司"), words("Credit assessment", "信貸評估", "信贷评估"), "对账单 2026.pdf", Spaced(Site.HexOf(document)), words("26 December 2026 at 23:59 Hong Kong time", "香港時間 2026年12月26日 23:59", "香港时间 2026年12月26日 23:59") })
                await Expect(consent).ToContainTextAsync(said);
        });
        await StepAsync("the consent", page.Locator("button.send").ClickAsync());
        await Expect(page.Locator(".sent")).ToHaveAttributeAsync("data-state", "sent");
        await LookAsync(visit, page, "handover-sent", async words => await Expect(page.Locator(".sent h1")).ToHaveTextAsync(words("Handed over", "已遞交", "已递交")));
        var link = await page.Locator("#trace-link").InputValueAsync();
        await StepAsync("the link", page.Locator("button.save-link").ClickAsync());
        output.WriteLine($"{steps.Count} steps: {string.Join(", ", steps)}");
        Assert.Equal(7, steps.Count);

        await page.Locator("a.open-trace").ClickAsync();
        await Expect(page.Locator(".done[data-state=sent]")).ToBeVisibleAsync();
        Assert.Equal(link, page.Url);

        var receiver = await visit.OpenAsync("#view=receive");
        await Expect(receiver.Locator("tr[data-state=sent]")).ToHaveCountAsync(1);
        await receiver.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        await Expect(receiver.Locator("p.proven")).ToContainTextAsync("fits the key that the log proves");
        await receiver.Locator("button.open").ClickAsync();
        await Expect(receiver.Locator(".opened button.accept")).ToBeVisibleAsync();
        await LookAsync(visit, receiver, "handover-opened", async words => await Expect(receiver.Locator(".opened .candidate .verdict")).ToHaveTextAsync(words("Verified", "核實無誤", "核验通过")));
        var sealedFile = await receiver.RunAndWaitForDownloadAsync(() => receiver.Locator("button.accept").ClickAsync());
        Assert.EndsWith(".truecopy", sealedFile.SuggestedFilename, StringComparison.Ordinal);
        await Expect(receiver.Locator(".opened .done")).ToHaveAttributeAsync("data-state", "received");
        Assert.All(await _service.PackagesAsync(), package => Assert.Null(package.Package));
        await receiver.Locator("button.use").ClickAsync();
        await Expect(receiver.Locator("li[data-act=used]")).ToHaveCountAsync(1);
        var saved = await receiver.RunAndWaitForDownloadAsync(() => receiver.Locator("#save-0").ClickAsync());
        Assert.Equal("对账单 2026.pdf", saved.SuggestedFilename);
        Assert.Equal(document.Buffer, await File.ReadAllBytesAsync((await saved.PathAsync())!, TestContext.Current.CancellationToken));

        await page.Locator("button.refresh").ClickAsync();
        await Expect(page.Locator("li[data-act=used]")).ToContainTextAsync("Credit assessment");
        await LookAsync(visit, page, "handover-trace", async words => await Expect(page.Locator("li[data-act=received]")).ToContainTextAsync(words("proof that the consent was opened", "證明已開啟同意書", "证明已打开同意书")));
        await page.Locator("button.withdraw").ClickAsync();
        await Expect(page.Locator("button.withdraw-sure")).ToBeFocusedAsync();
        await page.Locator("button.withdraw-sure").ClickAsync();
        await Expect(page.Locator(".done[data-state=withdrawn]")).ToBeVisibleAsync();
        await LookAsync(visit, page, "handover-withdrawn", async words => await Expect(page.Locator(".done")).ToContainTextAsync(words("Consent withdrawn", "同意已撤回", "同意已撤回")));

        // The receiver's page learns of it before it records another use.
        await receiver.Locator("button.use").ClickAsync();
        await Expect(receiver.Locator(".opened .done[data-state=withdrawn]")).ToBeVisibleAsync();
        await Expect(receiver.Locator(".opened").GetByRole(AriaRole.Alert)).ToContainTextAsync("Do not use the documents any longer");
        await Expect(receiver.Locator("button.use")).ToHaveCountAsync(0);
        await Expect(receiver.Locator("li[data-act=used]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_receiver_declines_with_a_reason_that_the_holder_reads_and_nobody_else()
    {
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        var link = await HandOverAsync(visit, await _service.IssueAsync("statement.pdf"));
        var receiver = await visit.OpenAsync("#view=receive");
        await receiver.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        await receiver.Locator("button.open").ClickAsync();
        await receiver.Locator(".decline summary").ClickAsync();
        await receiver.Locator("#decline-reason").SelectOptionAsync("consentUnfit");
        await receiver.Locator("#decline-text").FillAsync("We need the whole year.");
        await receiver.Locator("button.decline").ClickAsync();
        await Expect(receiver.Locator(".opened .done")).ToHaveAttributeAsync("data-state", "declined");
        var trace = await visit.OpenAsync(link[link.IndexOf('#', StringComparison.Ordinal)..]);
        await Expect(trace.Locator("li[data-act=declined]")).ToContainTextAsync("We need the whole year.");
        await visit.InEachLanguageAsync(async (_, words) => await Expect(trace.Locator("li[data-act=declined]")).ToContainTextAsync(words("does not cover what we need", "未涵蓋", "未涵盖")), trace);
        await Expect(trace.Locator("button.withdraw")).ToHaveCountAsync(0);
        await Visit.AccessibleAsync(trace);
        await visit.PictureAsync("handover-declined", page: trace);
    }

    [Fact]
    public async Task What_does_not_stand_is_not_handed_over_unless_the_holder_insists_and_then_the_consent_says_so()
    {
        var (document, revoked) = (await _service.IssueAsync("statement.pdf"), await _service.IssueAsync("revoked.pdf"));
        await _service.RevokeAsync(revoked);
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        var page = visit.Page;
        await FillAsync(page, document, revoked, Site.FileOf("own.txt", "never issued"u8.ToArray()));
        await Expect(page.Locator("[data-verdict=revoked]")).ToHaveCountAsync(1);
        await Expect(page.Locator("[data-verdict=unknown]")).ToHaveCountAsync(1);
        await page.Locator("button.preview").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Remove what is not verified");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove own.txt" }).ClickAsync();
        await page.Locator("#candidate-insist-1").CheckAsync();
        await page.Locator("button.preview").ClickAsync();
        await visit.InEachLanguageAsync(async (_, words) => await Expect(page.Locator(".consent-preview .state-revoked")).ToContainTextAsync(words("NOT verified (Revoked); handed over at the holder’s insistence", "未獲核實（已撤銷），持有人堅持遞交", "未通过核验（已撤销），持有人坚持递交")));
        await visit.PictureAsync("handover-insisted");
        await page.Locator("button.send").ClickAsync();
        await Expect(page.Locator(".sent")).ToHaveAttributeAsync("data-state", "sent");

        var receiver = await visit.OpenAsync("#view=receive");
        await receiver.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        await receiver.Locator("button.open").ClickAsync();
        await Expect(receiver.Locator(".opened .stands")).ToHaveTextAsync("1 of 2 verified");
        await Expect(receiver.Locator(".opened .state-revoked")).ToContainTextAsync("NOT verified");
    }

    [Fact]
    public async Task A_package_that_was_saved_is_carried_and_opened_and_nothing_of_it_was_sent()
    {
        var document = await _service.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        var page = visit.Page;
        await FillAsync(page, document);
        await page.Locator("button.preview").ClickAsync();
        var before = visit.Requests.Count;
        var saved = await page.RunAndWaitForDownloadAsync(() => page.Locator("button.save-package").ClickAsync());
        await Expect(page.Locator(".sent")).ToHaveAttributeAsync("data-state", "saved");
        Assert.Equal(before, visit.Requests.Count);
        Assert.Empty(await _service.PackagesAsync());

        visit.MayFailToConnect = true;
        var receiver = await visit.OpenAsync("#view=receive");
        await Expect(receiver.Locator("#own-institution")).ToBeVisibleAsync();
        await receiver.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        await receiver.Locator("#package").SetInputFilesAsync((await saved.PathAsync())!);
        await Expect(receiver.Locator(".opened [data-verdict=verified]")).ToHaveCountAsync(1);
        await Expect(receiver.Locator(".opened")).ToContainTextAsync("was not sent by this service");
        await Expect(receiver.Locator("button.accept")).ToHaveCountAsync(0);
        await Visit.AccessibleAsync(receiver);
    }

    [Fact]
    public async Task A_providers_link_takes_the_document_from_the_holders_device_and_says_whether_it_is_the_one()
    {
        var document = await _service.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: $"#view=handover&digest=sha-256:{Site.HexOf(document)}");
        var page = visit.Page;
        await visit.InEachLanguageAsync(async (_, words) => await Expect(page.Locator(".named")).ToContainTextAsync(words("Choose the file as its issuer gave it to you", "簽發機構交給您的原始檔案", "签发机构交给您的原始文件")));
        await Expect(page.Locator(".candidate")).ToHaveCountAsync(0);
        Assert.Empty(await GreenAsync(page));

        // Another document, though it is genuine, is not the one that the link names.
        await page.Locator("#handover-files").SetInputFilesAsync(await _service.IssueAsync("other.pdf"));
        await Expect(page.Locator(".different")).ToContainTextAsync("None of these is the document that the link names.");
        await page.Locator("#handover-files").SetInputFilesAsync([document, Site.FileOf("statement.pdf.tlog-proof", "any"u8.ToArray())]);
        await Expect(page.Locator(".same")).ToHaveTextAsync("This is the document that the link names.");
        await Expect(page.Locator(".candidate")).ToHaveCountAsync(2);
        Assert.DoesNotContain(visit.Requests, request => request.Url.Contains(Site.HexOf(document), StringComparison.Ordinal));
        await visit.AccessibleAsync();
        await visit.PictureAsync("handover-provider-link");
    }

    [Fact]
    public async Task A_document_behind_a_fingerprint_alone_is_neither_green_nor_reported_and_not_handed_over()
    {
        var document = await _service.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: $"#digest=sha-256:{Site.HexOf(document)}");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "fingerprint");
        await visit.InEachLanguageAsync(async (_, words) => await Expect(visit.Cards.First.Locator("h3")).ToHaveTextAsync(words("Your file has not been checked", "您的檔案尚未核實", "您的文件尚未核验")));
        Assert.Empty(await visit.GreenAsync());
        await Expect(visit.Cards.First.Locator("button.print")).ToHaveCountAsync(0);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Hand over" }).ClickAsync();
        await Expect(visit.Page.Locator("#receiver")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator(".candidate")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_document_that_was_verified_is_handed_over_from_its_card_and_one_that_was_not_is_not()
    {
        var document = await _service.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _service);
        var unknown = await visit.CheckAsync(Site.FileOf("own.txt", "never issued"u8.ToArray()), "unknown");
        await Expect(unknown.Locator("button.hand-over")).ToHaveCountAsync(0);
        await visit.CheckAsync(document, "verified");
        await visit.InEachLanguageAsync(async (_, words) => await Expect(visit.Cards.First.Locator("button.hand-over")).ToHaveTextAsync(words("Hand it over", "遞交此文件", "递交此文件")));
        await visit.Cards.First.Locator("button.hand-over").ClickAsync();
        await Expect(visit.Page.Locator(".candidate[data-verdict=verified]")).ToContainTextAsync("statement.pdf");
        await Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Hand documents over");

        // What is on the list of checked documents stays there.
        await visit.Page.GoBackAsync();
        await Expect(visit.Cards).ToHaveCountAsync(2);
    }

    /// <summary>Fills the form in, in English.</summary>
    internal static async Task FillAsync(IPage page, params FilePayload[] documents)
    {
        await page.Locator("#handover-files").SetInputFilesAsync(documents);
        await Expect(page.Locator(".candidate[data-verdict]")).ToHaveCountAsync(documents.Length);
        await page.Locator("#receiver").SelectOptionAsync("demo-lender");
        await page.Locator("#purpose").SelectOptionAsync("credit");
    }

    /// <summary>Hands documents over; returns the trace link.</summary>
    internal static async Task<string> HandOverAsync(Visit visit, params FilePayload[] documents)
    {
        await FillAsync(visit.Page, documents);
        await visit.Page.Locator("button.preview").ClickAsync();
        await visit.Page.Locator("button.send").ClickAsync();
        await Expect(visit.Page.Locator(".sent")).ToHaveAttributeAsync("data-state", "sent");
        return await visit.Page.Locator("#trace-link").InputValueAsync();
    }

    private static async Task LookAsync(Visit visit, IPage page, string name, Func<Func<string, string, string, string>, Task> look)
    {
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await look(words);
            await visit.FitsAsync(page);
            await visit.PictureAsync($"{name}-{language}", page: page);
        }, page);
        await Visit.AccessibleAsync(page);
    }

    private static Task<string[]> GreenAsync(IPage page) => page.EvaluateAsync<string[]>("""
        () => {
          const probe = document.createElement('i');
          probe.className = 'proven';
          document.body.append(probe);
          const green = getComputedStyle(probe).color;
          probe.remove();
          return [...document.querySelectorAll('main *')].filter((element) => [getComputedStyle(element).color, getComputedStyle(element).fill].includes(green)).map((element) => element.outerHTML.slice(0, 100));
        }
        """);

    // As the page shows hex.
    private static string Spaced(string hex)
    {
        var text = new StringBuilder();
        for (var i = 0; i < hex.Length; i += 4)
            text.Append(i == 0 ? "" : " ").Append(hex, i, 4);
        return text.ToString();
    }
}

using System.IO.Compression;
using System.Text;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Who has seen the register: said beside every verdict, and no verdict where too few have.</summary>
public sealed class WitnessTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;
    private Overseers _overseers = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _overseers = new Overseers(_site.World.Time);
    }

    public ValueTask DisposeAsync()
    {
        _overseers.Dispose();
        return _site.DisposeAsync();
    }

    [Fact]
    public async Task Who_saw_the_register_and_when_is_said_beside_the_verdict_on_paper_in_the_evidence_and_in_the_log()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        await visit.Page.EvaluateAsync("() => { window.print = () => {}; }");
        await visit.CheckAsync(document, "verified");
        await visit.InEachLanguageAsync((language, words) => IsSaidAsync(
            visit,
            language,
            words("Seen by 深圳 17:00, 香港 17:00", "見證方：深圳 17:00、香港 17:00", "见证方：深圳 17:00、香港 17:00"),
            words(
                "- Seen by: 深圳 (23 November 2026 at 17:00 Hong Kong time), 香港 (23 November 2026 at 17:00 Hong Kong time)\n",
                "- 見證方：深圳（香港時間 2026年11月23日 17:00）、香港（香港時間 2026年11月23日 17:00）\n",
                "- 见证方：深圳（香港时间 2026年11月23日 17:00）、香港（香港时间 2026年11月23日 17:00）\n"),
            words("Enough independent witnesses have seen this state of the register", "登記冊的這一狀態已獲足夠的獨立見證方見證", "登记簿的这一状态已获足够的独立见证方见证")));
    }

    private async Task IsSaidAsync(Visit visit, string language, string seen, string inFull, string step)
    {
        var card = visit.Cards.First;
        await Expect(card.Locator(".seen-by")).ToHaveTextAsync(seen);
        await Expect(card.Locator(".step.holds")).ToHaveCountAsync(7);
        await Expect(card.Locator(".step.holds").Nth(5)).ToContainTextAsync(step);
        await card.Locator(".account > summary").ClickAsync();
        if (language == "en-HK")
            await visit.AccessibleAsync();
        await visit.PictureAsync($"seen-{language}", card);

        await card.Locator("button.print").ClickAsync();
        await Expect(visit.Page.Locator(".report .seen-by")).ToHaveTextAsync(seen);
        await Expect(visit.Page.Locator(".report .checks")).ToContainTextAsync(step);

        await card.Locator(".evidence").EvaluateAsync("evidence => { evidence.open = true; }");
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => card.Locator("button.save-evidence").ClickAsync());
        using var zip = ZipFile.OpenRead(await download.PathAsync());
        Assert.Equal(_overseers.Shown, await ReadAsync(zip, "policy"));
        Assert.Contains(" --key log.vkey --policy policy\n", await ReadAsync(zip, "README.txt"), StringComparison.Ordinal);
        Assert.Contains("  policy\n", await ReadAsync(zip, "SHA256SUMS"), StringComparison.Ordinal);
        EvidenceTests.HasAllItsPages(Encoding.Latin1.GetBytes(await ReadAsync(zip, "report.pdf", Encoding.Latin1)));
        Visit.Keep(await download.PathAsync(), $"evidence-seen-{language}.zip");
        var report = await ReadAsync(zip, "report.txt");
        Assert.Contains(seen, report, StringComparison.Ordinal);
        Assert.Contains(inFull, report, StringComparison.Ordinal);
        Assert.Contains($"[ok] {step}\n", report, StringComparison.Ordinal);
        Assert.Equal(2, (await ReadAsync(zip, "checkpoint")).Split('\n').Count(line => line.StartsWith("— witness.example/", StringComparison.Ordinal)));

        await visit.Page.Locator("nav a").Last.ClickAsync();
        await Expect(visit.Page.Locator(".loaded .signatures .witness.valid")).ToHaveCountAsync(2);
        await Expect(visit.Page.Locator(".loaded .seen-by")).ToHaveTextAsync(seen);
        await visit.Page.Locator(".trust").EvaluateAsync("trust => { trust.open = true; }");
        await Expect(visit.Page.Locator(".trust")).ToContainTextAsync("香港");
        if (language == "en-HK")
            await visit.AccessibleAsync();
        await visit.PictureAsync($"log-seen-{language}");
        await visit.Page.Locator("nav a").First.ClickAsync();
    }

    [Fact]
    public async Task What_too_few_witnesses_have_seen_is_no_verdict_and_nothing_green()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        _overseers.Signing.Remove(_overseers.HongKong);
        foreach (var file in new[] { document, Site.FileOf("unknown.pdf", [7]) })
        {
            var card = await visit.CheckAsync(file, "distrusted");
            await Expect(card.Locator(".evidence, .save, .seen-by")).ToHaveCountAsync(0);
            await Expect(card).ToContainTextAsync("香港");
        }

        Assert.Empty(await visit.GreenAsync());
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            var title = words("No answer: not seen by the witnesses", "未獲答覆：未經見證方見證", "未得到答复：未经见证方见证");
            await Expect(visit.Page.Locator(".card h3")).ToHaveTextAsync([title, title]);
            await visit.PictureAsync($"unwitnessed-{language}", visit.Cards.Last);
        });
        await visit.AccessibleAsync();

        // The late witness comes.
        _overseers.Signing.Add(_overseers.HongKong);
        await visit.Cards.Last.Locator("button.retry").ClickAsync();
        await Expect(visit.Cards.Last).ToHaveAttributeAsync("data-state", "verified");
    }

    [Fact]
    public async Task A_false_cosignature_is_an_answer_that_is_not_proven()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        _overseers.Spoil = line => line.StartsWith("— witness.example/hk", StringComparison.Ordinal) ? line[..^8] + "AAAAA==\n" : line;
        var card = await visit.CheckAsync(await _site.IssueAsync("statement.pdf"), "distrusted");
        await Expect(card.Locator("h3")).ToHaveTextAsync("Answer not proven");
        await Expect(card).ToContainTextAsync("The signature of witness.example/hk+");
        await visit.Page.Locator("nav a").Last.ClickAsync();
        await Expect(visit.Page.Locator(".loaded .signatures .witness.invalid")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".loaded").GetByRole(AriaRole.Alert)).ToContainTextAsync("not seen by the witnesses");
    }

    [Fact]
    public async Task A_register_that_had_witnesses_and_shows_none_is_refused_until_that_is_confirmed()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        await visit.CheckAsync(document, "verified");
        _overseers.Shown = null;
        _overseers.Signing.Clear();
        await visit.Page.ReloadAsync();
        var card = await visit.CheckAsync(document, "distrusted");
        Assert.Empty(await visit.GreenAsync());
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(card.Locator("h3")).ToHaveTextAsync(words("No verdict: the witnesses are in doubt", "沒有結論：見證方存疑", "没有结论：见证方存疑"));
            await Expect(visit.Page.Locator(".warning h2")).ToHaveTextAsync(words("Warning: the register no longer says who watches over it", "警告：登記冊不再說明由誰見證", "警告：登记簿不再说明由谁见证"));
            await visit.PictureAsync($"witnesses-gone-{language}");
        });
        await visit.AccessibleAsync();
        await visit.Page.Locator(".accept-policy").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        await Expect(visit.Cards.First.Locator(".seen-by.nobody")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator(".warning")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Another_policy_is_told_and_not_believed_by_itself()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        await visit.CheckAsync(document, "verified");
        _overseers.Shown = _overseers.Policy("深圳");
        await visit.CheckAsync(document, "verified");
        _overseers.Signing.Remove(_overseers.HongKong);
        await visit.CheckAsync(document, "distrusted");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Page.Locator(".warning h2")).ToHaveTextAsync(words("Warning: the register names other witnesses than before", "警告：登記冊列明的見證方與以往不同", "警告：登记簿列明的见证方与以往不同"));
            await Expect(visit.Page.Locator(".warning .needed bdi")).ToHaveTextAsync([words("深圳 and 香港", "深圳及香港", "深圳及香港"), "深圳"]);
            await visit.FitsAsync();
            await visit.PictureAsync($"witnesses-changed-{language}");
        });
        await visit.AccessibleAsync();
        await visit.Page.Locator(".accept-policy").ClickAsync();
        await Expect(visit.Page.Locator(".card[data-state=verified]")).ToHaveCountAsync(3);
        await Expect(visit.Page.Locator(".warning")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_policy_file_that_was_given_wins_and_what_was_weighed_otherwise_is_asked_again()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        _overseers.Shown = null;
        _overseers.Signing.Remove(_overseers.HongKong);
        await visit.CheckAsync(document, "verified");
        await visit.Page.Locator(".trust > summary").ClickAsync();

        var input = visit.Page.Locator("#policy");
        await input.SetInputFilesAsync(Site.FileOf("policy.txt", "quorum\n"u8.ToArray()));
        await Expect(visit.Page.Locator(".trust .failure")).ToContainTextAsync("policy: line 1: it is none of");
        await input.SetInputFilesAsync(Site.FileOf("policy.txt", new byte[1 << 20]));
        await Expect(visit.Page.Locator(".trust .failure")).ToHaveTextAsync("policy: longer than 262144 bytes");
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        await input.SetInputFilesAsync(Site.FileOf("policy.txt", Encoding.UTF8.GetBytes(_overseers.Policy())));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "distrusted");
        await Expect(visit.Page.Locator(".trust .oversight")).ToContainTextAsync("the policy file that you gave");
        await visit.AccessibleAsync();

        // It is kept, and nothing that the service shows takes its place.
        await visit.Page.ReloadAsync();
        _overseers.Shown = _overseers.Policy("深圳");
        await visit.CheckAsync(document, "distrusted");
        await visit.Page.Locator(".trust > summary").ClickAsync();
        await visit.Page.Locator(".trust .forget-policy").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
    }

    [Fact]
    public async Task A_receipt_from_before_there_were_witnesses_is_not_covered_and_the_way_to_one_of_today_is_told()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var old = await _site.ReceiptAsync(document);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        await visit.CheckAsync(document, "verified");
        await visit.ChooseAsync(document, old);
        await Expect(visit.Cards).ToHaveCountAsync(2);
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "distrusted");
        await Expect(card.Locator(".step.fails")).ToHaveCountAsync(1);
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(card.Locator("h3")).ToHaveTextAsync(words("Receipt not covered by witnesses", "憑證未經見證方見證", "凭证未经见证方见证"));
            await visit.PictureAsync($"uncovered-{language}", card);
        });
        await visit.AccessibleAsync();

        await visit.ChooseAsync(document, _overseers.Cosign(old));
        await Expect(visit.Cards).ToHaveCountAsync(3);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "current");
        await Expect(visit.Cards.First.Locator(".seen-by")).ToContainTextAsync("香港");
    }

    [Fact]
    public async Task Names_of_witnesses_show_every_character_and_no_more_than_fit()
    {
        await using var visit = await Visit.StartAsync(chromium, _site, width: 360);
        await _overseers.WatchAsync(visit);
        _overseers.Shown = _overseers.Policy(shenzhen: "a\u202Eb", hongKong: new string('w', 5000));
        var card = await visit.CheckAsync(await _site.IssueAsync("statement.pdf"), "verified");
        await Expect(card.Locator(".seen-by")).ToHaveTextAsync($"Seen by a\\u202Eb 17:00, {new string('w', 60)}… 17:00");
        await visit.Page.Locator(".trust > summary").ClickAsync();
        await visit.FitsAsync();
    }

    [Fact]
    public async Task Code_for_ML_DSA_44_comes_where_a_witness_has_such_a_key_and_not_before()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _overseers.WatchAsync(visit);
        await visit.CheckAsync(document, "verified");
        Assert.DoesNotContain(visit.Requests, request => request.Url.Contains("/assets/lattice", StringComparison.Ordinal) || request.Url.Contains("/assets/curve", StringComparison.Ordinal));

        using var lattice = new MlDsa44Cosigner("witness.example/pq", Overseers.SeedOf(3), _site.World.Time);
        var policy = $"witness 澳門 {lattice.Verifier}\nquorum 澳門\n";
        await visit.Page.Locator(".trust > summary").ClickAsync();
        await visit.Page.Locator("#policy").SetInputFilesAsync(Site.FileOf("policy", Encoding.UTF8.GetBytes(policy)));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "distrusted");
        Assert.Contains(visit.Requests, request => request.Url.Contains("/assets/lattice", StringComparison.Ordinal));
        _overseers.Signing.Add(lattice);
        var card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".seen-by")).ToHaveTextAsync("Seen by 澳門 17:00");
        await visit.FitsAsync();
    }

    private static async Task<string> ReadAsync(ZipArchive zip, string name, Encoding? encoding = null)
    {
        using var reader = new StreamReader(await zip.GetEntry(name)!.OpenAsync(TestContext.Current.CancellationToken), encoding ?? Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}

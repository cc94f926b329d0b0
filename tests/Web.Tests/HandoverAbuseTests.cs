using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Packages that somebody means ill with, and a service that lies about handovers.</summary>
public sealed class HandoverAbuseTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    private FakeService _service = null!;

    public async ValueTask InitializeAsync() => _service = await FakeService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>Each kind of abuse (<c>abuse.ts</c>), the rule that it breaks, and the words of the refusal in each language (<c>words.test.ts</c> reads them here).</summary>
    private static readonly (string Kind, string Rule, string English, string Traditional, string Simplified)[] Abuses =
    [
        ("traversal", "name", "has a name that could harm this computer", "可能危害這部電腦", "可能危害这台电脑"),
        ("duplicate", "duplicate", "have the same name", "同名", "同名"),
        ("bomb", "altered", "not the one that the consent names", "並非同意書所列", "不是同意书所列"),
        ("oversizedConsent", "consentTooLong", "longer than a consent may be", "超過長度上限", "超过长度上限"),
        ("malformedConsent", "consentMalformed", "does not follow its form", "不符合規定格式", "不符合规定格式"),
        ("repeatedMember", "consentMalformed", "does not follow its form", "不符合規定格式", "不符合规定格式"),
        ("otherReceiver", "otherReceiver", "given to another institution", "另一間機構", "另一家机构"),
        ("otherLog", "otherLog", "another register", "另一個登記冊", "另一个登记簿"),
        ("otherHandover", "otherHandover", "not the one that was announced", "並非所通知", "不是所通知"),
        ("ended", "ended", "The consent has ended", "同意已屆滿", "同意已到期"),
        ("purpose", "purpose", "for a purpose that this institution does not take", "不在該機構接收文件包的範圍", "不在该机构接收文件包的范围"),
        ("nothingStands", "nothingStands", "Not one document in the package verifies", "沒有一份文件獲核實", "没有一份文件通过核验"),
        ("cut", "damaged", "damaged, cut off, or was changed", "已損壞", "已损坏"),
        ("plain", "notSealed", "no sealed package", "不是加密文件包", "不是加密文件包"),
        ("otherKey", "otherKey", "sealed to another key", "按其他公開密碼匙加密", "按其他公钥加密"),
    ];

    // All of them wait for the receiver at once, and one page opens them one after the other; of some it is turned into each language.
    [Fact]
    public async Task A_package_that_breaks_a_rule_is_refused_in_words_and_can_be_declined_but_not_accepted()
    {
        var packages = new List<string>();
        foreach (var (kind, _, _, _, _) in Abuses)
            packages.Add(await _service.AbuseAsync(kind));
        var turned = Extent.SampleOf(Abuses, 3);
        output.WriteLine($"In each language {string.Join(", ", turned.Select(abuse => abuse.Kind))}, seed {Extent.Seed}");
        await using var visit = await ReceiveAsync();
        var opened = visit.Page.Locator(".opened");
        for (var i = 0; i < Abuses.Length; i++)
        {
            var (kind, rule, english, traditional, simplified) = Abuses[i];
            await visit.Page.Locator($"tr[data-id='{packages[i]}'] button.open").ClickAsync();
            await Expect(opened).ToHaveAttributeAsync("data-rule", rule);
            var refusal = opened.GetByRole(AriaRole.Alert).First;
            if (turned.Contains(Abuses[i]))
                await visit.InEachLanguageAsync(async (_, words) => await Expect(refusal).ToContainTextAsync(words(english, traditional, simplified)));
            else
                await Expect(refusal).ToContainTextAsync(english);
            await Expect(opened.Locator("button.decline")).ToBeVisibleAsync();
            await Expect(opened.Locator("button.accept")).ToHaveCountAsync(0);
            await Expect(opened.Locator("[id^=save-]")).ToHaveCountAsync(0);
            if (kind is "traversal" or "nothingStands")
            {
                await visit.AccessibleAsync();
                await visit.PictureAsync($"handover-refused-{kind}");
            }

            await visit.Page.Locator("button.close").ClickAsync();
            await Expect(opened).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task The_same_package_without_abuse_is_taken()
    {
        await _service.AbuseAsync("right");
        await using var visit = await OpenAsync();
        await Expect(visit.Page.Locator(".opened")).ToHaveAttributeAsync("data-state", "taken");
        await Expect(visit.Page.Locator(".opened button.accept")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_receipt_that_is_not_the_documents_is_told_beside_what_the_register_says_of_it()
    {
        await _service.AbuseAsync("wrongReceipt");
        await using var visit = await OpenAsync();
        await Expect(visit.Page.Locator(".opened .candidate .different")).ToContainTextAsync("The receipt in the package is not of this document");
        await Expect(visit.Page.Locator(".opened [data-verdict=verified]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_key_that_the_log_does_not_prove_is_not_sealed_to()
    {
        await _service.LieAsync("swappedKey");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync(words("The list of receivers is not proven by the public log", "接收機構名單未獲公開日誌證明", "接收机构名单未获公开日志证明"));
            await visit.PictureAsync($"handover-unproven-{language}");
        });
        await Expect(visit.Page.Locator("#receiver")).ToHaveCountAsync(0);
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task A_record_that_the_operator_could_have_accepted_by_itself_is_not_called_handed_over()
    {
        await _service.LieAsync("otherLock");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await HandoverTests.FillAsync(visit.Page, await _service.IssueAsync("statement.pdf"));
        await visit.Page.Locator("button.preview").ClickAsync();
        await visit.Page.Locator("button.send").ClickAsync();
        await Expect(visit.Page.Locator(".sent")).ToHaveAttributeAsync("data-state", "unproven");
        await Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Sent, but not proven");
        await Expect(visit.Page.Locator("#trace-link")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("saysReceived")]
    [InlineData("forgedReceipt")]
    public async Task What_the_service_says_of_a_handover_and_the_log_does_not_prove_is_not_shown(string lie)
    {
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await HandoverTests.HandOverAsync(visit, await _service.IssueAsync("statement.pdf"));
        await _service.LieAsync(lie);
        await visit.Page.Locator("a.open-trace").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not proven by the public log");
        await Expect(visit.Page.Locator(".done")).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator("button.withdraw")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_package_that_the_service_refuses_is_said_to_be_refused()
    {
        await _service.LieAsync("refusesUpload");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await HandoverTests.FillAsync(visit.Page, await _service.IssueAsync("statement.pdf"));
        await visit.Page.Locator("button.preview").ClickAsync();
        await visit.Page.Locator("button.send").ClickAsync();
        await Expect(visit.Page.Locator(".sent")).ToHaveAttributeAsync("data-state", "refused");
    }

    [Fact]
    public async Task A_service_that_is_away_loses_nothing_and_the_same_package_is_sent_when_it_is_back()
    {
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await HandoverTests.FillAsync(visit.Page, await _service.IssueAsync("statement.pdf"));
        await visit.Page.Locator("button.preview").ClickAsync();
        await _service.LieAsync("down");
        await visit.Page.Locator("button.send").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The package was not sent.");
        visit.MayFailToConnect = true;
        await _service.LieAsync("none");
        await visit.Page.Locator("button.again").ClickAsync();
        await Expect(visit.Page.Locator(".sent")).ToHaveAttributeAsync("data-state", "sent");
        Assert.Single(await _service.PackagesAsync());
    }

    [Fact]
    public async Task Who_may_not_act_for_the_receiver_is_led_to_the_sign_in_and_sees_no_packages()
    {
        await _service.AbuseAsync("right");
        await _service.LieAsync("notForYou");
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=receive");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Only for the receiver");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToHaveAttributeAsync("href", "/.auth/login/aad?post_login_redirect_uri=%2F%23view%3Dreceive");
        await Expect(visit.Page.Locator("tr[data-state]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_identity_file_that_is_none_or_is_of_another_institution_is_said_to_be_that()
    {
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=receive");
        await Expect(visit.Page.Locator("#own-institution")).ToBeVisibleAsync();
        await visit.Page.Locator("#identity").SetInputFilesAsync(Site.FileOf("photo.jpg", [0xff, 0xd8]));
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("holds no identity");
        await visit.Page.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-insurer"));
        await Expect(visit.Page.GetByRole(AriaRole.Status).First).ToContainTextAsync("not the one that the log names for the institution");
        await Expect(visit.Page.Locator("body")).Not.ToContainTextAsync("AGE-SECRET-KEY-1" + _service.SecretOf("demo-insurer")[16..]);
    }

    private async Task<Visit> OpenAsync()
    {
        var visit = await ReceiveAsync();
        await visit.Page.Locator("button.open").ClickAsync();
        return visit;
    }

    private async Task<Visit> ReceiveAsync()
    {
        var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=receive");
        await visit.Page.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        return visit;
    }
}

using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What an institution sees of its own uploads.</summary>
public sealed class IssuerViewTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("en-HK", "Registered", "Rejected")]
    [InlineData("zh-HK", "已登記", "被拒絕")]
    [InlineData("zh-CN", "已登记", "被拒绝")]
    public async Task Uploads_are_told_with_their_state_entries_and_reasons(string language, string answered, string rejected)
    {
        await _site.IssueAsync("2026/11/first.pdf");
        _site.World.Time.Advance(TimeSpan.FromDays(1));
        await _site.UploadAsync("2026/11/SHA256SUMS", "not a digest\n"u8.ToArray());
        var document = await _site.IssueAsync("2026/12/second.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var visit = await Visit.StartAsync(chromium, _site, language, "#view=issuer");
        var rows = visit.Page.Locator("tr.upload");
        await Expect(rows).ToHaveCountAsync(4);
        var newest = visit.Page.Locator("tr.upload", new() { HasText = "2026/12/second.pdf" });
        await Expect(newest.Locator(".upload-state")).ToHaveTextAsync(answered);
        await Expect(newest.Locator("td").Last).ToHaveTextAsync("3");
        var refused = visit.Page.Locator("tr.upload[data-state=rejected]");
        await Expect(refused.Locator(".upload-state")).ToHaveTextAsync(rejected);
        await Expect(refused).ToContainTextAsync("line 1");
        await Expect(visit.Page.Locator(".chart rect")).ToHaveCountAsync(6);
        await visit.AccessibleAsync();
        await visit.PictureAsync($"issuer-{language}");

        await visit.Page.Locator("#prefix").FillAsync("2026/12/");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(rows).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Who_may_not_act_for_the_institution_is_led_to_the_sign_in_and_sees_nothing()
    {
        await _site.IssueAsync("confidential.pdf");
        _site.Admits = false;
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=issuer");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Only for the issuer");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToHaveAttributeAsync("href", "/.auth/login/aad?post_login_redirect_uri=%2F%23view%3Dissuer");
        await Expect(visit.Page.Locator("body")).Not.ToContainTextAsync("confidential.pdf");
        await visit.AccessibleAsync();
    }
}

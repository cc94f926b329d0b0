using System.Text;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>The page hands over and takes in by the service itself: its log, its registry, its rules.</summary>
public sealed class HandoverServiceTests(Chromium chromium) : IAsyncLifetime
{
    // Of a receiver of this test alone.
    private const string EncryptionKey = "age1tzt9z6pznus88vgkg3cm7kyxrjx44p8ym8cmwntkpgjc0gqpk3gsn8p5m5";
    private const string Identity = "AGE-SECRET-KEY-1TALFKWP3V02XRWGP545GYSWGTNDN4M224TPY2KFQEE49Z40GZT2Q4NYAT0";

    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        await _site.AddReceiverAsync("demo-lender", "Demo Lender (Hong Kong) Limited", EncryptionKey);
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task What_the_page_hands_over_the_service_takes_in_the_receiver_accepts_and_uses_and_the_holder_withdraws()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await _site.ServeStorageAsync(visit);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Hand over" }).ClickAsync();
        var link = await HandoverTests.HandOverAsync(visit, document);
        await Expect(visit.Page.Locator(".sent .proven")).ToContainTextAsync("Recorded in the public log");

        var receiver = await visit.OpenAsync("#view=receive");
        await receiver.Locator("#identity").SetInputFilesAsync(Site.FileOf("identity.txt", Encoding.ASCII.GetBytes(Identity + "\n")));
        await receiver.Locator("button.open").ClickAsync();
        await receiver.RunAndWaitForDownloadAsync(() => receiver.Locator(".opened button.accept").ClickAsync());
        await Expect(receiver.Locator(".opened .done")).ToHaveAttributeAsync("data-state", "received");
        Assert.DoesNotContain(_site.World.Inbox.All.Keys, blob => blob.Name.EndsWith(".truecopy", StringComparison.Ordinal));
        await receiver.Locator("button.use").ClickAsync();
        await Expect(receiver.Locator("li[data-act=used]")).ToHaveCountAsync(1);

        var trace = await visit.OpenAsync(link[link.IndexOf('#', StringComparison.Ordinal)..]);
        await Expect(trace.Locator("li[data-act=used]")).ToContainTextAsync("Credit assessment");
        await trace.Locator("button.withdraw").ClickAsync();
        await trace.Locator("button.withdraw-sure").ClickAsync();
        await Expect(trace.Locator(".done")).ToHaveAttributeAsync("data-state", "withdrawn");
        await Expect(trace.Locator("ol.events > li")).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task What_is_declined_is_deleted_and_the_holder_reads_why()
    {
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=handover");
        await _site.ServeStorageAsync(visit);
        var link = await HandoverTests.HandOverAsync(visit, await _site.IssueAsync("statement.pdf"));
        var receiver = await visit.OpenAsync("#view=receive");
        await receiver.Locator("#identity").SetInputFilesAsync(Site.FileOf("identity.txt", Encoding.ASCII.GetBytes(Identity + "\n")));
        await receiver.Locator("button.open").ClickAsync();
        await receiver.Locator(".decline summary").ClickAsync();
        await receiver.Locator("#decline-text").FillAsync("We did not ask for it.");
        await receiver.Locator("button.decline").ClickAsync();
        await Expect(receiver.Locator(".opened .done")).ToHaveAttributeAsync("data-state", "declined");
        Assert.DoesNotContain(_site.World.Inbox.All.Keys, blob => blob.Name.EndsWith(".truecopy", StringComparison.Ordinal));
        var trace = await visit.OpenAsync(link[link.IndexOf('#', StringComparison.Ordinal)..]);
        await Expect(trace.Locator("li[data-act=declined]")).ToContainTextAsync("We did not ask for it.");
    }

    [Fact]
    public async Task A_key_that_the_registry_changed_is_proven_anew_and_the_old_one_is_not_sealed_to()
    {
        const string newer = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        await _site.AddReceiverAsync("demo-lender", "Demo Lender (Hong Kong) Limited", newer);
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=handover");
        await visit.Page.Locator("#receiver").SelectOptionAsync("demo-lender");
        await Expect(visit.Page.Locator(".receiver code.key")).ToHaveTextAsync(newer);
    }

    [Fact]
    public async Task A_page_that_is_kept_opens_a_package_that_was_carried_without_the_network()
    {
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=handover");
        var page = visit.Page;
        await HandoverTests.FillAsync(page, await _site.IssueAsync("statement.pdf"));
        await page.Locator("button.preview").ClickAsync();
        var saved = await page.RunAndWaitForDownloadAsync(() => page.Locator("button.save-package").ClickAsync());
        var package = (await saved.PathAsync())!;
        await page.Locator(".offline summary").ClickAsync();
        await page.Locator("#keep-status").CheckAsync();
        await page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => true)");
        await page.WaitForFunctionAsync("() => navigator.serviceWorker.controller !== null");

        visit.MayFailToConnect = true;
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync($"{_site.Address}/#view=receive");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("cannot be reached");
        await page.Locator("#identity").SetInputFilesAsync(Site.FileOf("identity.txt", Encoding.ASCII.GetBytes(Identity + "\n")));
        await page.Locator("#package").SetInputFilesAsync(package);
        await Expect(page.Locator(".opened [data-verdict=verified]")).ToContainTextAsync("the register could not be asked");
        await Expect(page.Locator("button.accept")).ToHaveCountAsync(0);
        await visit.PictureAsync("handover-offline");
    }
}

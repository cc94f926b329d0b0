using System.Diagnostics;
using System.Security.Cryptography;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Packages of any size are sealed and opened in the same little memory, where the browser has files for the page.</summary>
public sealed class HandoverSizeTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Environment variable with another size, in MiB.</summary>
    private const string SizeVariable = "TRUECOPY_WEB_HANDOVER_MIB";

    private FakeService _service = null!;

    public async ValueTask InitializeAsync() => _service = await FakeService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_large_package_is_sealed_saved_and_opened_again_in_flat_memory()
    {
        var size = (long)Extent.Of(SizeVariable, 144, 512) << 20;
        using var file = new SparseFile(size);
        using var profile = new TempFolder();
        await using var visit = await Visit.StartInAsync(await chromium.LaunchProfileAsync(profile.Path), _service, "#view=handover");
        var (page, browser) = (visit.Page, visit.Page.Context.Browser!);

        // One that is small before, so that the code is there and has its memory.
        await HandoverTests.HandOverAsync(visit, await _service.IssueAsync("statement.pdf", RandomNumberGenerator.GetBytes(1 << 20)));
        await page.Locator("button.another").ClickAsync();
        await HandoverTests.FillAsync(page, await _service.IssueAsync("issued.pdf"));
        await page.Locator("#handover-files").SetInputFilesAsync(file.Path);
        await page.Locator("#candidate-insist-1").CheckAsync();
        await page.Locator("button.preview").ClickAsync();
        var memory = await BrowserMemory.OfAsync(browser);
        var before = memory.Now();
        var clock = Stopwatch.StartNew();
        IDownload? saved = null;
        var during = await memory.WhileAsync(async () =>
        {
            saved = await page.RunAndWaitForDownloadAsync(async () =>
            {
                await page.Locator("button.save-package").ClickAsync();
                await Expect(page.Locator(".working")).ToHaveCountAsync(0, new() { Timeout = 6 * Chromium.Patience });
                await Expect(page.Locator(".sent")).ToBeVisibleAsync();
            }, new() { Timeout = 6 * Chromium.Patience });
            await Expect(page.Locator(".sent")).ToHaveAttributeAsync("data-state", "saved");
        });
        var sealing = clock.Elapsed;
        var package = (await saved!.PathAsync())!;
        var sealedLength = new FileInfo(package).Length;
        Assert.InRange(sealedLength, size, size + (size / 1000) + 100_000);
        visit.MayFailToConnect = true;
        var receiver = await visit.OpenAsync("#view=receive");
        await Expect(receiver.Locator("#own-institution")).ToBeVisibleAsync();
        await receiver.Locator("#identity").SetInputFilesAsync(_service.IdentityOf("demo-lender"));
        await Expect(receiver.Locator("p.proven")).ToBeVisibleAsync();
        var opening = await BrowserMemory.OfAsync(browser);
        var beforeOpening = opening.Now();
        clock.Restart();
        var duringOpening = await opening.WhileAsync(async () =>
        {
            await receiver.Locator("#package").SetInputFilesAsync(package);
            await Expect(receiver.Locator(".opened .candidate")).ToHaveCountAsync(2, new() { Timeout = 6 * Chromium.Patience });
        });
        var mib = size / 1048576.0;
        output.WriteLine($"{mib:N0} MiB: sealed at {mib / sealing.TotalSeconds:N0} MiB/s, opened and checked at {mib / clock.Elapsed.TotalSeconds:N0} MiB/s; the browser's memory {before >> 20} MiB before sealing and "
            + $"{during.Max() >> 20} at most, {beforeOpening >> 20} before opening and {duringOpening.Max() >> 20} at most");

        // Less than the shortest package: when the browser tidies up is its own affair.
        Assert.True(during.Max() - before < 128 << 20, $"memory grew by {(during.Max() - before) >> 20} MiB while it was sealed");
        Assert.True(duringOpening.Max() - beforeOpening < 128 << 20, $"memory grew by {(duringOpening.Max() - beforeOpening) >> 20} MiB while it was opened");
    }

    [Fact]
    public async Task A_package_that_the_browser_has_no_room_for_is_refused_before_the_work_and_one_that_meets_the_end_says_so()
    {
        var document = await _service.IssueAsync("statement.pdf", RandomNumberGenerator.GetBytes(3 << 20));
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        var page = visit.Page;
        var browser = await page.Context.NewCDPSessionAsync(page);
        Task GiveAsync(int bytes) => browser.SendAsync("Storage.overrideQuotaForOrigin", new() { ["origin"] = _service.Address, ["quotaSize"] = bytes });

        await page.EvaluateAsync("() => { navigator.storage.estimate = async () => ({ quota: 2 << 20, usage: 1 << 20 }); }");
        await HandoverTests.FillAsync(page, document);
        await page.Locator("button.preview").ClickAsync();
        await page.Locator("button.send").ClickAsync();
        await Expect(page.Locator("[role=alert] .hint")).ToContainTextAsync($"this browser has room for {1 << 20} bytes");
        await Expect(page.Locator("[role=alert] .failure").Nth(1)).ToContainTextAsync("too large for this browser");

        // What the browser says beforehand is a guess: of a private window it says what an ordinary one has.
        await GiveAsync(2 << 20);
        await page.EvaluateAsync("() => { navigator.storage.estimate = async () => ({}); }");
        await page.Locator("button.back").ClickAsync();
        await page.Locator("button.preview").ClickAsync();
        await page.Locator("button.send").ClickAsync();
        await Expect(page.Locator("[role=alert] .failure").Nth(1)).ToContainTextAsync("too large for this browser");
        Assert.Empty(await _service.PackagesAsync());

        await GiveAsync(32 << 20);
        await page.Locator("button.back").ClickAsync();
        await page.Locator("button.preview").ClickAsync();
        await page.Locator("button.send").ClickAsync();
        await Expect(page.Locator(".sent")).ToHaveAttributeAsync("data-state", "sent");
    }

    [Fact]
    public async Task What_the_page_fails_at_is_said_and_leaves_nobody_waiting()
    {
        await using var visit = await Visit.StartAsync(chromium, _service, fragment: "#view=handover");
        await HandoverTests.FillAsync(visit.Page, await _service.IssueAsync("statement.pdf"));
        await visit.Page.Locator("button.preview").ClickAsync();
        await visit.Page.EvaluateAsync("() => { FileSystemFileHandle.prototype.createWritable = async () => { throw new TypeError('out of order'); }; }");
        await visit.Page.Locator("button.send").ClickAsync();
        await Expect(visit.Page.Locator("[role=alert] .hint")).ToContainTextAsync("out of order");
        await visit.Page.Locator("button.back").ClickAsync();
        await Expect(visit.Page.Locator("button.preview")).ToBeVisibleAsync();
        visit.ForgetComplaints();
    }

    [Fact]
    public async Task Where_the_browser_has_no_files_for_the_page_a_package_is_made_in_memory()
    {
        await using var visit = await Visit.StartAsync(chromium, _service);
        await visit.Page.AddInitScriptAsync("delete FileSystemFileHandle.prototype.createWritable;");
        await visit.Page.GotoAsync($"{_service.Address}/#view=handover");
        await visit.Page.ReloadAsync();
        await HandoverTests.HandOverAsync(visit, await _service.IssueAsync("statement.pdf", RandomNumberGenerator.GetBytes(3 << 20)));
        Assert.True(Convert.FromBase64String(Assert.Single(await _service.PackagesAsync()).Package!).Length > 3 << 20);
    }
}

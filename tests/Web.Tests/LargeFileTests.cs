using System.Diagnostics;
using System.Security.Cryptography;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Files of any size are hashed in the browser, in the same little memory.</summary>
public sealed class LargeFileTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Environment variable with another size, in MiB; the file is sparse, so 4096 takes time but no room.</summary>
    private const string SizeVariable = "TRUECOPY_WEB_LARGE_MIB";

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_large_file_is_hashed_with_progress_and_flat_memory()
    {
        var size = (long)Extent.Of(SizeVariable, 160, 1024) << 20;
        using var file = new SparseFile(size);
        await using var browser = await chromium.LaunchAsync();
        await using var visit = await Visit.StartAsync(browser, _site);
        var memory = await BrowserMemory.OfAsync(browser);

        // What the browser needs in any case, to hash a file at all, counts before.
        await visit.CheckAsync(Site.FileOf("warm-up", RandomNumberGenerator.GetBytes(1 << 20)), "unknown");
        await ManyFilesTests.WatchAsync(visit.Page);
        var before = memory.Now();
        var clock = Stopwatch.StartNew();
        var during = await memory.WhileAsync(async () =>
        {
            await visit.Page.Locator("#files").SetInputFilesAsync(file.Path);
            await Expect(visit.Cards).ToHaveCountAsync(2);
            await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "unknown", new() { Timeout = 6 * Chromium.Patience });
        });
        var hashed = clock.Elapsed;
        var expected = await Sha256SumAsync(file.Path);
        var tool = clock.Elapsed - hashed;
        Assert.Equal(expected, (await visit.Cards.First.Locator(".hex").Last.TextContentAsync())!.Replace("sha-256: ", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));

        var mib = size / 1048576.0;
        output.WriteLine($"{mib:N0} MiB: in the browser {mib / hashed.TotalSeconds:N0} MiB/s, sha256sum {mib / tool.TotalSeconds:N0} MiB/s; the browser's memory {before >> 20} MiB before, "
            + $"{during[0] >> 20} MiB at the start, {during[during.Count / 2] >> 20} MiB in the middle, {during[^1] >> 20} MiB at the end, {during.Max() >> 20} MiB at most");
        Assert.True((await ManyFilesTests.SeenAsync(visit.Page)).Progress);

        // Less than the shortest file: what is held of it at a time is a few megabytes, and when the browser tidies up is its own affair.
        Assert.True(during.Max() - before < 128 << 20, $"memory grew by {(during.Max() - before) >> 20} MiB");
    }

    private static async Task<string> Sha256SumAsync(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("sha256sum", [path]) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.TrimStart('\\')[..64];
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Files of any size are hashed in the browser, in the same little memory.</summary>
public sealed class LargeFileTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Environment variable with another size, in MiB; files are sparse, so 4096 takes time but no room.</summary>
    private const string SizeVariable = "TRUECOPY_WEB_LARGE_MIB";

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact(Explicit = true)]
    public async Task A_large_file_is_hashed_with_progress_and_flat_memory()
    {
        var size = long.Parse(Environment.GetEnvironmentVariable(SizeVariable) ?? "256", CultureInfo.InvariantCulture) << 20;
        var path = Path.Combine(Path.GetTempPath(), $"truecopy-{Guid.NewGuid():N}.bin");
        try
        {
            await using (var file = File.Create(path))
            {
                file.SetLength(size);
                file.Seek(size - 1, SeekOrigin.Begin);
                file.WriteByte(1);
            }

            await using var visit = await Visit.StartAsync(chromium, _site);

            // What the browser needs in any case, to hash a file at all, counts before.
            await visit.CheckAsync(Site.FileOf("warm-up", RandomNumberGenerator.GetBytes(1 << 20)), "unknown");
            var before = await HighestMemoryAsync(() => Task.CompletedTask);
            var clock = Stopwatch.StartNew();
            var after = await HighestMemoryAsync(async () =>
            {
                await visit.Page.Locator("#files").SetInputFilesAsync(path);
                await Expect(visit.Cards.First.Locator("progress")).ToBeVisibleAsync();
                await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "unknown", new() { Timeout = 600_000 });
            });
            var browser = clock.Elapsed;
            var expected = await Sha256SumAsync(path);
            var tool = clock.Elapsed - browser;
            Assert.Equal(expected, (await visit.Cards.First.Locator(".hex").Last.TextContentAsync())!.Replace("sha-256: ", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));

            var mib = size / 1048576.0;
            output.WriteLine($"{mib:N0} MiB: in the browser {mib / browser.TotalSeconds:N0} MiB/s, sha256sum {mib / tool.TotalSeconds:N0} MiB/s; the renderers' highest memory {before >> 20} MiB before, {after >> 20} MiB with the file");
            Assert.True(after - before < 96 << 20, $"memory grew by {(after - before) >> 20} MiB");
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Chromium's renderers are children of this process; their resident memory is looked at while something happens.
    private static async Task<long> HighestMemoryAsync(Func<Task> action)
    {
        var running = action();
        var highest = RendererMemory();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!running.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            highest = Math.Max(highest, RendererMemory());
        await running;
        return Math.Max(highest, RendererMemory());
    }

    private static long RendererMemory()
    {
        var total = 0L;
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    if (process.ProcessName.StartsWith("chrom", StringComparison.Ordinal) && File.ReadAllText($"/proc/{process.Id}/cmdline").Contains("--type=renderer", StringComparison.Ordinal))
                        total += process.WorkingSet64;
                }
                catch (Exception exception) when (exception is IOException or InvalidOperationException)
                {
                    // It ended meanwhile.
                }
            }
        }

        return total;
    }

    private static async Task<string> Sha256SumAsync(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("sha256sum", [path]) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.TrimStart('\\')[..64];
    }
}

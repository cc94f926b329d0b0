using System.Diagnostics;

namespace TrueCopy.Web.Tests.Browser;

/// <summary>The resident memory of all processes of a browser: those that run pages and their workers, and those that keep what pages store.</summary>
public sealed class BrowserMemory
{
    private readonly int[] _processes;

    private BrowserMemory(int[] processes) => _processes = processes;

    /// <summary>That of what runs now.</summary>
    public static async Task<BrowserMemory> OfAsync(IBrowser browser)
    {
        var session = await browser.NewBrowserCDPSessionAsync();
        var processes = (await session.SendAsync("SystemInfo.getProcessInfo"))!.Value.GetProperty("processInfo").EnumerateArray()
            .Select(process => process.GetProperty("id").GetInt32())
            .ToArray();
        Assert.NotEmpty(processes);
        return new BrowserMemory(processes);
    }

    /// <summary>The sum, in bytes.</summary>
    public long Now() => _processes.Sum(id =>
    {
        using var process = Process.GetProcessById(id);
        return process.WorkingSet64;
    });

    /// <summary>The sum from time to time while something happens; at least one.</summary>
    public async Task<IReadOnlyList<long>> WhileAsync(Func<Task> action)
    {
        var running = action();
        List<long> seen = [Now()];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!running.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            seen.Add(Now());
        await running;
        return seen;
    }
}

using System.Diagnostics;

namespace TrueCopy.Web.Tests.Browser;

/// <summary>The resident memory of the processes in which a browser runs pages and their workers.</summary>
public sealed class RendererMemory
{
    private readonly int[] _processes;

    private RendererMemory(int[] processes) => _processes = processes;

    /// <summary>That of the pages which are open now.</summary>
    public static async Task<RendererMemory> OfAsync(IBrowser browser)
    {
        var session = await browser.NewBrowserCDPSessionAsync();
        var processes = (await session.SendAsync("SystemInfo.getProcessInfo"))!.Value.GetProperty("processInfo").EnumerateArray()
            .Where(process => process.GetProperty("type").GetString() == "renderer")
            .Select(process => process.GetProperty("id").GetInt32())
            .ToArray();
        Assert.NotEmpty(processes);
        return new RendererMemory(processes);
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

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TrueCopy.Client;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// A folder of many small files against the real service, beside the naive ways. Small by default;
/// <c>TRUECOPY_VERIFY_FILES=10000</c> runs the size that docs/benchmarks.md quotes.
/// </summary>
public sealed partial class VerifyManyFilesTests(OnLocal service) : IClassFixture<OnLocal>, IDisposable
{
    private static readonly int Count = Extent.Of("TRUECOPY_VERIFY_FILES", 150, 10_000);
    private static readonly int Processes = Count < 1000 ? 3 : 10;
    private static readonly int Requests = Math.Min(Count, 1000);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_takes_a_request_a_thousand_files_and_less_time_than_a_loop()
    {
        Directory.CreateDirectory(_folder.At("inbox"));
        for (var i = 0; i < Count; i++)
            _folder.File($"inbox/{i:00000}.txt", Encoding.UTF8.GetBytes($"small file {i}"));
        var tool = new ToolProcess(ToolProcess.Built, _folder.At("config"));
        await SucceedAsync(tool, "manifest", _folder.At("inbox"), "--output", _folder.At("all.manifest.jsonl"));
        await SucceedAsync(tool, "issue", _folder.At("all.manifest.jsonl"), "--issuer", "demo-bank", "--inbox", service.Inbox, "--timeout", "600");
        string[] at = ["--service", service.Address];

        // The first contact also asks for the key.
        await SucceedAsync(tool, ["verify", _folder.At("inbox/00000.txt"), .. at]);
        var (folder, output) = await TimeAsync(() => SucceedAsync(tool, ["verify", _folder.At("inbox"), .. at]));

        // A busy machine may make a try be repeated; how many there are without is for FolderVerifyTests to say.
        var requests = int.Parse(SummaryPattern().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var batches = (Count + 999) / 1000;
        Assert.InRange(requests, batches, 4 * batches);

        // Naive: a request a file, one after the other, over one connection.
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri(service.Address) });
        await client.KeysAsync(TestContext.Current.CancellationToken);
        var (loop, _) = await TimeAsync(async () =>
        {
            foreach (var path in Directory.EnumerateFiles(_folder.At("inbox")).Take(Requests))
            {
                await using var file = File.OpenRead(path);
                Assert.Equal(Verdict.Verified, (await client.VerifyAsync(file, cancellationToken: TestContext.Current.CancellationToken)).Verdict);
            }

            return "";
        });
        Assert.InRange(client.RequestsSent, Requests + 1, 2 * Requests);
        loop = loop / Requests * Count;

        // More naive: a process a file, for a few of them.
        var (processes, _) = await TimeAsync(async () =>
        {
            for (var i = 0; i < Processes; i++)
                await SucceedAsync(tool, ["verify", _folder.At($"inbox/{i:00000}.txt"), .. at]);
            return "";
        });
        var each = processes / Processes * Count;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count:N0} files: truecopy verify FOLDER {folder.TotalSeconds:0.00} s, {requests} requests; a request a file {loop.TotalSeconds:0.00} s for all ({Requests} measured), {loop / folder:0.0} times as long; a process a file {each.TotalSeconds:0} s for all ({Processes} measured), {each / folder:0} times as long"));
        Assert.True(folder < each);
    }

    [GeneratedRegex(@"files, (\d+) requests? in")]
    private static partial Regex SummaryPattern();

    private static async Task<string> SucceedAsync(ToolProcess tool, params string[] arguments)
    {
        var run = await tool.RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.Output;
    }

    private static async Task<(TimeSpan Time, string Output)> TimeAsync(Func<Task<string>> work)
    {
        var began = Stopwatch.GetTimestamp();
        var output = await work();
        return (Stopwatch.GetElapsedTime(began), output);
    }
}

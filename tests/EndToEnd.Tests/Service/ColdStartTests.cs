using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TrueCopy.FunctionsHost;
using TrueCopy.Local;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// From the start of the worker's process to its first answer, beside the least app with the same extensions, in turns on one
/// machine, both built for release and compiled ahead of time; and what it holds in memory, what uploads wait for and how often
/// queues are looked into.
/// <c>TRUECOPY_COLD_START=1</c> runs it and prints; nothing about time is asserted.
/// </summary>
public sealed partial class ColdStartTests : IDisposable
{
    private const int Turns = 9;
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_app_beside_an_empty_one()
    {
        SkipUnlessAsked();
        var sample = await BuildAsync("tests/FunctionsHost/Sample", "sample");
        var built = await BuildAsync("functions/App", "app");
        await using var azurite = await AzuriteFixture.StartAsync(Stop);
        await using var local = await LocalProcess.StartAsync(_folder.At("data"), "--azurite", "none", "--connection", azurite.Inbox);
        var settings = HostedApp.LaptopSettings(azurite.Inbox, azurite.Inbox, LocalOptions.Origin, _folder.At("data/keys"));
        await azurite.Connect().Queues.CreateQueueAsync("sample", cancellationToken: Stop);
        var (apps, samples) = (new List<Start>(), new List<Start>());
        for (var turn = 0; turn < Turns; turn++)
        {
            samples.Add(await StartAsync(sample, settings, "/"));
            apps.Add(await StartAsync(built, settings, $"/v1/verify/sha-256/{new string('0', 64)}"));
        }

        Tell("worker loaded", apps.Select(start => start.Ready), samples.Select(start => start.Ready));
        Tell("first answer", apps.Select(start => start.Answer), samples.Select(start => start.Answer));
        Tell("processor time until then", apps.Select(start => start.Processor), samples.Select(start => start.Processor));
        await local.StopAsync();
    }

    [Fact]
    public async Task The_app_while_it_runs()
    {
        SkipUnlessAsked();
        await using var service = await FunctionsService.StartAsync(_folder.At("running"), BlobEventQueues.Most);
        using var http = new HttpClient();
        var (before, watch) = (service.App.Polls, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(20), Stop);
        Print(string.Create(CultureInfo.InvariantCulture, $"polls a second, idle, all queues: {(service.App.Polls - before) / watch.Elapsed.TotalSeconds:0.0}"));
        Print($"resident memory at idle: {Resident(service.App.WorkerId)} MiB");
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            var content = RandomNumberGenerator.GetBytes(1000);
            var address = new Uri($"{service.Address}/v1/verify/sha-256/{Convert.ToHexStringLower(SHA256.HashData(content))}");
            await Task.Delay(TimeSpan.FromMilliseconds(2000 + (97 * i)), Stop);
            await service.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").UploadBlobAsync($"{i}", BinaryData.FromBytes(content), Stop);
            var began = Stopwatch.GetTimestamp();
            while (!(await http.GetStringAsync(address, Stop)).Contains("\"verified\"", StringComparison.Ordinal))
                await Task.Delay(10, Stop);
            waits.Add(Stopwatch.GetElapsedTime(began));
        }

        Print(string.Create(CultureInfo.InvariantCulture, $"upload to verified, p50: {Median(waits).TotalMilliseconds:0} ms"));
        for (var i = 0; i < 1000; i++)
            await http.GetStringAsync(new Uri($"{service.Address}/v1/verify/sha-256/{i:x64}"), Stop);
        Print($"resident memory after 1,000 verifications: {Resident(service.App.WorkerId)} MiB");
    }

    private static void SkipUnlessAsked() =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("TRUECOPY_COLD_START") == "1", "Measures; TRUECOPY_COLD_START=1 runs it.");

    private static async Task<Start> StartAsync(string folder, IReadOnlyDictionary<string, string> settings, string path)
    {
        var began = Stopwatch.GetTimestamp();
        await using var app = await HostedApp.StartAsync(folder, settings, Stop);
        var ready = app.LoadedAfter;
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(app.Address + path), Stop);
        answer.EnsureSuccessStatusCode();
        var answered = Stopwatch.GetElapsedTime(began);
        using var worker = Process.GetProcessById(app.WorkerId);
        return new Start(ready, answered, worker.TotalProcessorTime);
    }

    // As it is published: optimised, and compiled ahead of time.
    private async Task<string> BuildAsync(string project, string name)
    {
        var (source, sample, folder) = (RepositoryFolder.At(project), RepositoryFolder.At("tests/FunctionsHost/Sample"), _folder.At(name));
        await DotnetAsync("build", source, "-c", "Release", "-o", folder);
        await DotnetAsync("build", sample, "-t:CompileAheadOfTime", "-p:RuntimeIdentifier=linux-x64", "-p:SelfContained=false", "-p:PublishReadyToRun=true", $"-p:Folder={folder}");
        return folder;
    }

    private static async Task DotnetAsync(params string[] arguments)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", [.. arguments, "-v", "q", "--nologo"]))!;
        await build.WaitForExitAsync(Stop);
        Assert.Equal(0, build.ExitCode);
    }

    private static void Tell(string what, IEnumerable<TimeSpan> app, IEnumerable<TimeSpan> sample) => Print(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}, p50 of {Turns}: {Median(app).TotalMilliseconds:0} ms, the empty app {Median(sample).TotalMilliseconds:0} ms, {Median(app) / Median(sample):0.00} times"));

    private static TimeSpan Median(IEnumerable<TimeSpan> times) => times.Order().ElementAt(times.Count() / 2);

    private static long Resident(int process) =>
        long.Parse(ResidentPattern().Match(File.ReadAllText($"/proc/{process}/status")).Groups[1].Value, CultureInfo.InvariantCulture) / 1024;

    private static void Print(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    private sealed record Start(TimeSpan Ready, TimeSpan Answer, TimeSpan Processor);

    [GeneratedRegex(@"VmRSS:\s+(\d+) kB")]
    private static partial Regex ResidentPattern();
}

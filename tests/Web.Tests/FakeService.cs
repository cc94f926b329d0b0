using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace TrueCopy.Web.Tests;

/// <summary>
/// A service whose every word is made by the test (clients/Web/tests/fakeService.ts), so that it can lie about handovers; its storage
/// is of another origin, as in a cloud.
/// </summary>
internal sealed class FakeService : IVisited, IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly Lazy<Task<string>> Program = new(BundleAsync);

    private readonly HttpClient _http = new();
    private readonly Process _process;
    private readonly Started _started;

    private FakeService(Process process, Started started)
    {
        _process = process;
        _started = started;
    }

    public string Address => _started.Service;

    public string Storage => _started.Storage;

    public IReadOnlyList<string> Origins => [Address, Storage];

    public DateTimeOffset Now => _started.At;

    public bool MayRefuse { get; private set; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<FakeService> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("node", [await Program.Value, RepositoryFolder.At("clients/Web/obj/page")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync(Stop);
        return new FakeService(process, JsonSerializer.Deserialize<Started>(line!, Json)!);
    }

    /// <summary>Issues a document.</summary>
    public async Task<FilePayload> IssueAsync(string name, byte[] content)
    {
        await AskAsync("issue", content);
        return Site.FileOf(name, content);
    }

    /// <summary>Issues a document of that name, whose content is its own.</summary>
    public Task<FilePayload> IssueAsync(string name) => IssueAsync(name, Encoding.UTF8.GetBytes($"%PDF-1.7 {name} {Guid.NewGuid()}"));

    public Task RevokeAsync(FilePayload document) => AskAsync("revoke", document.Buffer);

    /// <summary>From now on it lies about this (<c>fakeHandovers.ts</c>).</summary>
    public Task LieAsync(string about)
    {
        MayRefuse = about is "down" or "notForYou";
        return AskAsync("lie", Encoding.UTF8.GetBytes(about));
    }

    /// <summary>Somebody sends the lender a package of this kind (<c>abuse.ts</c>), past the page.</summary>
    /// <returns>The handover's id.</returns>
    public async Task<string> AbuseAsync(string kind)
    {
        using var answer = JsonDocument.Parse(await AskAsync("abuse", Encoding.UTF8.GetBytes(kind)));
        return answer.RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>What is in its storage.</summary>
    public async Task<IReadOnlyList<StoredPackage>> PackagesAsync() => JsonSerializer.Deserialize<StoredPackage[]>(await AskAsync("packages", []), Json)!;

    /// <summary>A receiver's identity file.</summary>
    public FilePayload IdentityOf(string receiver) => Site.FileOf($"{receiver}.key", Encoding.ASCII.GetBytes($"# created: {Now:O}\n{_started.Identities[receiver]}\n"));

    /// <summary>A receiver's secret key.</summary>
    public string SecretOf(string receiver) => _started.Identities[receiver];

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<string> AskAsync(string what, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await _http.PostAsync(new Uri($"{Address}/test/{what}"), content, Stop);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    private static async Task<string> BundleAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "fakeService.mjs");
        var run = await FinishedProcess.RunAsync(
            new ProcessStartInfo(RepositoryFolder.At("clients/Web/node_modules/.bin/esbuild"), ["tests/fakeService.ts", "--bundle", "--platform=node", "--format=esm", $"--outfile={program}", "--log-level=warning"]) { WorkingDirectory = RepositoryFolder.At("clients/Web") },
            CancellationToken.None);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return program;
    }

    private sealed record Started(string Service, string Storage, DateTimeOffset At, IReadOnlyDictionary<string, string> Identities);
}

/// <summary>A package in the fake service's storage.</summary>
/// <param name="Id">The handover's id.</param>
/// <param name="Package">The sealed bytes in base64; null where they are not there any more.</param>
internal sealed record StoredPackage(string Id, string? Package);

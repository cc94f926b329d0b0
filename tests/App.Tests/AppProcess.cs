using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using TrueCopy.AzureStorage;
using TrueCopy.Testing;
using TrueCopy.Verification.Signing;

[assembly: AssemblyFixture(typeof(TrueCopy.App.Tests.AppProcess))]

namespace TrueCopy.App.Tests;

/// <summary>The Function App as a process of its own on the doubles' host, with settings as a laptop has them, on an Azurite of its own.</summary>
public sealed partial class AppProcess : IAsyncLifetime
{
    public const string Origin = "app.example/log";

    private readonly string _folder = Directory.CreateTempSubdirectory("truecopy-app-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AzuriteFixture _azurite = null!;
    private Process _process = null!;

    public StorageAccounts Accounts { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public LogIdentity Identity { get; private set; } = null!;

    public string Inbox => _azurite.Inbox;

    public string Output => string.Join('\n', _output);

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(CancellationToken.None);
        Accounts = _azurite.Connect();
        await Accounts.CreateIssuerAsync("bank", new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" }, CancellationToken.None);
        await KeyFiles.CreateMissingAsync(_folder, CancellationToken.None);
        Identity = await KeyFiles.ReadAsync(_folder, Origin, CancellationToken.None);

        var start = new ProcessStartInfo("dotnet", [typeof(AppHost).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Settings())
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The app stopped: {Output}"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Client = new HttpClient { BaseAddress = await _listening.Task.WaitAsync(TimeSpan.FromMinutes(1)) };
    }

    public async ValueTask DisposeAsync()
    {
        // Null where the start failed; that failure is the one to be seen.
        Client?.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Asks until the answer is as it should be; fails with the app's log if it does not come to that.</summary>
    public async Task<T> EventuallyAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"It did not come to that. The app said:\n{Output}");
            }
        }
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        ["Inbox"] = _azurite.Inbox,
        ["Ledger"] = _azurite.Ledger,
        ["Log__Origin"] = Origin,
        ["Signing__Mode"] = "file",
        ["Signing__Folder"] = _folder,
        ["Access__SignIn"] = "true",
        ["Access__Issuers"] = """{"bank":["00000000-0000-0000-0000-00000000000a"]}""",
    };

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (AddressPattern().Match(line) is { Success: true } address)
            _listening.TrySetResult(new Uri(address.Groups[1].Value));
    }

    [GeneratedRegex(@"listening on: (http://\S+)")]
    private static partial Regex AddressPattern();
}

using System.Text.RegularExpressions;
using TrueCopy.Testing;

namespace TrueCopy.App.Tests;

/// <summary>The Function App as a process of its own on the doubles' host, with settings as a laptop has them.</summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private readonly DotnetProcess _process;

    private AppProcess(DotnetProcess process)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = new Uri(AddressPattern().Match(process.Output).Groups[1].Value) };
    }

    public HttpClient Client { get; }

    public string Output => _process.Output;

    public static async Task<AppProcess> StartAsync(
        string inbox,
        string ledger,
        string origin,
        string keyFolder,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] more)
    {
        var command = DotnetProcess.Command(typeof(AppHost).Assembly.Location);
        (string Name, string Value)[] settings =
        [
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            ("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information"),
            ("Inbox", inbox),
            ("Ledger", ledger),
            ("Log__Origin", origin),
            ("Signing__Mode", "file"),
            ("Signing__Folder", keyFolder),
            .. more,
        ];
        foreach (var (name, value) in settings)
            command.Environment[name] = value;
        return new AppProcess(await DotnetProcess.StartAsync(command, AddressPattern(), cancellationToken));
    }

    /// <summary>Asks until there is an answer; fails with the app's log if there is none.</summary>
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

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _process.DisposeAsync();
    }

    [GeneratedRegex(@"listening on: (http://\S+)")]
    private static partial Regex AddressPattern();
}

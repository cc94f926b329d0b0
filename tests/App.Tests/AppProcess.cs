using TrueCopy.FunctionsHost;

namespace TrueCopy.App.Tests;

/// <summary>The Function App on the tests' host, its log begun.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly HostedApp _app;

    private AppProcess(HostedApp app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Address) };
    }

    public HttpClient Client { get; }

    public string Output => _app.Output;

    public IReadOnlyCollection<string> Failures => _app.Failures;

    public static async Task<AppProcess> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var app = await HostedApp.StartAsync(HostedApp.BuiltApp, settings, cancellationToken);
        await app.RunTimerAsync("DrainStagedActs", cancellationToken);
        return new AppProcess(app);
    }

    /// <summary>Runs a function with a timer trigger now.</summary>
    public Task RunTimerAsync(string name, CancellationToken cancellationToken) => _app.RunTimerAsync(name, cancellationToken);

    /// <summary>Asks until there is an answer; fails with the app's log if there is none.</summary>
    public async Task<T> EventuallyAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Wait.Limit);
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
                throw new TimeoutException($"It did not come to that. Failed: {string.Join('\n', Failures)}\nThe app said:\n{Output}");
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _app.DisposeAsync();
    }
}

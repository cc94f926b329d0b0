using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>
/// A built Function App that runs as the platform runs it: the worker is a process of its own, told by gRPC what to do; HTTP
/// is forwarded to the port that it announces; queues are served by the platform's own listeners.
/// </summary>
public sealed partial class HostedApp : IAsyncDisposable
{
    private readonly MemoryLog _log = new();
    private readonly WorkerChannel _channel;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Invoker _invoker;
    private WebApplication _rpc = null!;
    private DotnetProcess _process = null!;
    private HttpFront _front = null!;
    private IHost _queues = null!;
    private Timers _timers = null!;
    private Task _ticking = Task.CompletedTask;

    private HostedApp()
    {
        _channel = new WorkerChannel(_log.Lines.Enqueue);
        _invoker = new Invoker(_channel);
    }

    /// <summary>Where the build of this configuration put <c>functions/App</c>.</summary>
    public static string BuiltApp { get; } = typeof(HostedApp).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "App").Value!;

    /// <summary>Where clients reach it.</summary>
    public string Address => _front.Address;

    /// <summary>Its functions, in the order of their names.</summary>
    public IReadOnlyList<DeclaredFunction> Functions { get; private set; } = [];

    /// <summary>Everything that worker and listeners printed and logged.</summary>
    public string Output => string.Join('\n', [_process.Output, .. _log.Lines]);

    /// <summary>Invocations that failed, as <c>function: reason</c>.</summary>
    public IReadOnlyCollection<string> Failures => _invoker.Failures;

    /// <summary>How often the platform's listeners have looked into a queue.</summary>
    public long Polls => _log.Polls;

    /// <summary>From the start of the worker's process until its last function was loaded.</summary>
    public TimeSpan LoadedAfter { get; private set; }

    /// <summary>The worker's process id.</summary>
    public int WorkerId => _process.Id;

    /// <summary>The settings of <c>local.settings.template.json</c>, for accounts and keys elsewhere.</summary>
    /// <param name="inbox">Connection string of the inbox account.</param>
    /// <param name="ledger">Connection string of the ledger account.</param>
    /// <param name="origin">The log's name.</param>
    /// <param name="keyFolder">Where its keys are.</param>
    /// <param name="eventQueues">Of how many queues of uploads the triggers run; each that nothing comes to is looked into all the same, as is its poison.</param>
    public static IReadOnlyDictionary<string, string> LaptopSettings(string inbox, string ledger, string origin, string keyFolder, int eventQueues = BlobEventQueues.Default)
    {
        var settings = new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] = ledger,
            ["Inbox"] = inbox,
            ["Ledger"] = ledger,
            ["Log__Origin"] = origin,
            ["Signing__Mode"] = "file",
            ["Signing__Folder"] = keyFolder,
        };
        for (var queue = eventQueues; queue < BlobEventQueues.Most; queue++)
            settings[$"AzureWebJobs.OnBlobCreated{queue}.Disabled"] = settings[$"AzureWebJobs.OnPoisonBlobEvent{queue}.Disabled"] = "true";
        return settings;
    }

    /// <summary>Starts it; returns when it serves requests and messages.</summary>
    /// <param name="folder">The built app.</param>
    /// <param name="settings">Application settings, as environment variables are named; <c>AzureWebJobs.(name).Disabled</c> leaves a function's trigger out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<HostedApp> StartAsync(string folder, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var app = new HostedApp();
        try
        {
            await app.RunAsync(folder, settings, cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a timer function now, as an operator can.</summary>
    public Task RunTimerAsync(string name, CancellationToken cancellationToken) => _timers.RunNowAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _ticking;
        if (_queues is not null)
            await _queues.StopAsync(CancellationToken.None);
        _queues?.Dispose();
        if (_front is not null)
            await _front.DisposeAsync();
        _channel.Terminate();
        if (_process is not null)
            await _process.DisposeAsync();
        if (_rpc is not null)
            await _rpc.DisposeAsync();
        _log.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(string folder, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        _rpc = await ListenAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        _process = DotnetProcess.Start(Command(folder, settings), NeverPattern());
        var ended = await Task.WhenAny(_channel.Connected, _process.Ready).WaitAsync(Wait.Limit, cancellationToken);
        await ended;

        var initialised = (await _channel.AskAsync(
            new StreamingMessage { WorkerInitRequest = new WorkerInitRequest { HostVersion = "4.0.0", WorkerDirectory = folder, FunctionAppDirectory = folder } },
            cancellationToken)).WorkerInitResponse;
        Functions = await LoadAsync(folder, cancellationToken);
        LoadedAfter = Stopwatch.GetElapsedTime(started);
        var hostJson = new HostJson(folder);
        var worker = new Uri(initialised.Capabilities["HttpUri"]);
        await UntilListeningAsync(worker, cancellationToken);
        DeclaredFunction[] Those(string trigger) => [.. Functions.Where(function => function.IsTriggeredBy(trigger) && !IsDisabled(function, settings))];
        _front = await HttpFront.StartAsync(_invoker, worker, Those("httpTrigger"), hostJson, cancellationToken);
        _queues = await QueueListeners.StartAsync(_invoker, Those("queueTrigger"), hostJson, settings, _log, cancellationToken);
        _timers = new Timers(_invoker, Those("timerTrigger"), TimeProvider.System);
        _ticking = _timers.RunAsync(_stopping.Token);
    }

    private static bool IsDisabled(DeclaredFunction function, IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault($"AzureWebJobs.{function.Name}.Disabled") == "true";

    private async Task<WebApplication> ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton(_channel);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        var rpc = builder.Build();
        rpc.MapGrpcService<WorkerChannel>();
        await rpc.StartAsync(cancellationToken);
        return rpc;
    }

    private ProcessStartInfo Command(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var id = Guid.NewGuid().ToString();
        string[] arguments =
        [
            "--functions-uri", _rpc.Urls.Single(),
            "--functions-worker-id", id,
            "--functions-request-id", Guid.NewGuid().ToString(),
            "--functions-grpc-max-message-length", $"{int.MaxValue}",
        ];
        var command = DotnetProcess.Command(Path.Combine(folder, WorkerIn(folder)), arguments);
        command.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        command.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = folder;
        command.Environment["FUNCTIONS_WORKER_DIRECTORY"] = folder;
        foreach (var (name, value) in settings)
            command.Environment[name] = value;
        return command;
    }

    private static string WorkerIn(string folder) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(folder, "worker.config.json")))
            .GetProperty("description").GetProperty("defaultWorkerPath").GetString()!;

    private async Task<IReadOnlyList<DeclaredFunction>> LoadAsync(string folder, CancellationToken cancellationToken)
    {
        var answer = (await _channel.AskAsync(
            new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = folder } },
            cancellationToken)).FunctionMetadataResponse;
        var functions = answer.FunctionMetadataResults
            .Select(metadata => new DeclaredFunction(metadata))
            .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .ToArray();
        foreach (var function in functions)
        {
            var loaded = (await _channel.AskAsync(
                new StreamingMessage { FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.Metadata.FunctionId, Metadata = function.Metadata } },
                cancellationToken)).FunctionLoadResponse;
            if (loaded.Result.Status != StatusResult.Types.Status.Success)
                throw new InvalidOperationException($"The worker cannot load {function.Name}: {loaded.Result.Exception?.Message}");
        }

        return functions;
    }

    private static async Task UntilListeningAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Wait.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(address.Host, address.Port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
    }

    [GeneratedRegex("(?!)")]
    private static partial Regex NeverPattern();
}

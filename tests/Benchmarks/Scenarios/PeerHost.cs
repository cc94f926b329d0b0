using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using TrueCopy.Benchmarks.Ports;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>
/// This log behind an address that takes one entry a request: the body is hashed, its act goes through the real sequencer,
/// and the answer, its number, is given once the receipt is written. What the log keeps is on a disk before it counts; the
/// queue before it and the index after it are in memory, where the one who asked still has the entry and the other can be made anew.
/// </summary>
internal sealed class PeerHost : IAsyncDisposable
{
    public const string Path = "/add";

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _waiting = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly LeanService _service;
    private readonly WebApplication _app;
    private readonly Task _draining;
    private int _entries;

    private PeerHost(string folder, SequencerOptions? options)
    {
        var operations = new OperationCounts();
        _service = new LeanService(operations, new LeanLedger(operations), new LeanContainers(operations, Answer), TimeSpan.Zero, options, folder: folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost(Path, AddAsync);
        _draining = Task.Run(DrainAsync);
    }

    public Uri Address => new(_app.Urls.Single() + Path);

    /// <param name="folder">Where the log is written.</param>
    /// <param name="options">How patient its sequencer is; null for as it is deployed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<PeerHost> StartAsync(string folder, SequencerOptions? options, CancellationToken cancellationToken)
    {
        var host = new PeerHost(folder, options);
        await host._app.StartAsync(cancellationToken);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _stop.CancelAsync();
        await _draining;
        await _service.DisposeAsync();
        _arrived.Dispose();
        _stop.Dispose();
    }

    private async Task AddAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        var digest = new Digest(DigestAlgorithm.Sha256, await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted));
        var number = Interlocked.Increment(ref _entries) - 1;
        var done = _waiting[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _service.StageAsync(Uploads.Document(number, digest), context.RequestAborted);
        if (_arrived.CurrentCount == 0)
            _arrived.Release();
        await await Task.WhenAny(done.Task, _draining);
        var answer = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private void Answer(int number)
    {
        if (_waiting.TryRemove(number, out var done))
            done.SetResult();
    }

    private async Task DrainAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _service.Sequencer.DrainAsync(CancellationToken.None);
            await _arrived.WaitAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }
    }
}

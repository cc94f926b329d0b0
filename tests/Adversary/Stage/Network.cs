using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>Whoever sits between a client and the real service: passes everything on until told otherwise.</summary>
internal sealed class Network : IAsyncDisposable
{
    private const string LogPath = "/log/";
    private const string VerifyPath = "/v1/verify";
    private readonly WebApplication _app;
    private readonly HttpClient _upstream;

    private Network(WebApplication app, HttpClient upstream)
    {
        _app = app;
        _upstream = upstream;
    }

    /// <summary>Where clients find it; a port of its own.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Answers a request itself; false to pass it on. Given the path.</summary>
    public Func<HttpContext, string, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Alters what the service replied. Given the path.</summary>
    public Action<string, Reply> Tamper { get; set; } = (_, _) => { };

    /// <summary>Every path that was asked for, with its query.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Asked { get; } = new();

    public static async Task<Network> StartAsync(Uri upstream, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var network = new Network(app, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = upstream });
        app.Run(network.PassAsync);
        await app.StartAsync(cancellationToken);
        return network;
    }

    /// <summary>Alters every verdict that is answered.</summary>
    public void TamperWithVerdicts(Action<JsonNode> change) => Tamper = (path, reply) =>
    {
        if (path == VerifyPath)
            reply.Json(answer =>
            {
                foreach (var verdict in answer["results"]!.AsArray())
                    change(verdict!);
            });
    };

    /// <summary>Alters what the first institution is said to say.</summary>
    public void TamperWithResults(Action<JsonNode> change) => TamperWithVerdicts(verdict => change(verdict["results"]![0]!));

    /// <summary>Answers one path with something else.</summary>
    public void Answer(string at, Action<Reply> answer) => Tamper = (path, reply) =>
    {
        if (path == at)
            answer(reply);
    };

    /// <summary>Answers every question about documents with something else.</summary>
    public void AnswerVerify(Action<Reply> answer) => Answer(VerifyPath, answer);

    /// <summary>Shows another log in place of the real one, and answers every question about documents with this.</summary>
    /// <param name="log">The log.</param>
    /// <param name="answer">The body of every answer about documents.</param>
    /// <param name="keys">The body of the list of keys; the real one if it is not given.</param>
    public void Pose(ForgedLog log, JsonNode answer, string? keys = null) => Tamper = (path, reply) =>
    {
        if (path == "/v1/keys" && keys is not null)
            reply.Text = keys;
        if (path == VerifyPath)
            reply.Text = answer.ToJsonString();
        if (path.StartsWith(LogPath, StringComparison.Ordinal))
            (reply.Status, reply.Body) = log.Serve(path[LogPath.Length..]) is { } bytes ? (200, bytes) : (404, []);
    };

    public async ValueTask DisposeAsync()
    {
        // Whoever still drips bytes at a client that has gone is cut off.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Asked.Enqueue(path + context.Request.QueryString);
        if (await Instead(context, path))
            return;
        var reply = await AskAsync(context.Request, context.RequestAborted);
        Tamper(path, reply);
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
            context.Response.Headers[name] = value;
        if (reply.Status is not (204 or 304))
            await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
    }

    private async Task<Reply> AskAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var question = new HttpRequestMessage(new HttpMethod(request.Method), request.Path + request.QueryString.Value);
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellationToken);
            question.Content = new ByteArrayContent(body.ToArray());
            question.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        using var response = await _upstream.SendAsync(question, cancellationToken);
        var reply = new Reply { Status = (int)response.StatusCode, Body = await response.Content.ReadAsByteArrayAsync(cancellationToken) };
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Content-Length" or "Connection" or "Date" or "Server" or "Keep-Alive"))
                reply.Headers[name] = string.Join(", ", values);
        }

        return reply;
    }
}

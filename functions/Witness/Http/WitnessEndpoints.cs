using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Logging;
using TrueCopy.Witness.Mirroring;

namespace TrueCopy.Witness.Http;

/// <summary>The witness over HTTP: what C2SP tlog-witness and tlog-mirror say, as plain text.</summary>
public sealed partial class WitnessEndpoints(WitnessService witness, Mirror mirror, WitnessOptions options, WitnessMetrics metrics, ILogger<WitnessEndpoints> logger)
{
    private const string Plain = "text/plain; charset=utf-8";
    private const string NoStore = "no-store";
    private const string Moment = "public, max-age=2";
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>Cosigns a checkpoint, or says why not.</summary>
    public Task AddCheckpointAsync(HttpContext context) => AnswerAsync(context, async stop =>
    {
        var body = await ReadBodyAsync(context.Request, stop);
        var answer = await witness.AddCheckpointAsync(body, stop);
        if (answer.Status == WitnessStatus.Cosigned)
            mirror.Wake();
        return new Answer((int)answer.Status, answer.Body, answer.Status == WitnessStatus.OtherSize ? AddCheckpointRequest.SizeType : Plain, NoStore);
    });

    /// <summary>The last checkpoint that was cosigned of a log.</summary>
    public Task CheckpointAsync(HttpContext context) => AnswerAsync(context, async stop =>
        await witness.ReadCheckpointAsync(Value(context, "origin"), stop) is { } note ? new Answer(200, note, Plain, Moment) : Text(404, "Nothing was cosigned of this log."));

    /// <summary>The last checkpoint whose log the mirror has whole.</summary>
    public Task MirrorCheckpointAsync(HttpContext context) => AnswerAsync(context, async stop =>
        await mirror.ReadCheckpointAsync(Value(context, "origin"), stop) is { } note ? new Answer(200, note, Plain, Moment) : Text(404, "Nothing is mirrored of this log."));

    /// <summary>A tile or an entry bundle of a mirrored log.</summary>
    public Task MirrorTileAsync(HttpContext context) => AnswerAsync(context, async stop =>
        TileId.TryParse("tile/" + Value(context, "path"), out var tile) && await mirror.ReadTileAsync(Value(context, "origin"), tile, stop) is { } bytes
            ? new Answer(200, bytes, "application/octet-stream", Immutable)
            : Text(404, "The mirror has no such tile."));

    /// <summary>Who this is: what a log's operator and a policy need to know.</summary>
    public Task AboutAsync(HttpContext context) => AnswerAsync(context, _ =>
    {
        var about = new StringBuilder("A witness of transparency logs (C2SP tlog-witness).\n");
        Append("witness", options.Cosigners);
        Append("mirror", options.MirrorCosigners);
        foreach (var log in options.Logs)
            about.Append("log ").Append(log.Key).Append('\n');
        return Task.FromResult(Text(200, about.ToString().TrimEnd('\n')));

        void Append(string kind, IReadOnlyList<Cosigner> cosigners)
        {
            foreach (var cosigner in cosigners)
                about.Append(kind).Append(' ').Append(cosigner.Verifier).Append('\n');
        }
    });

    /// <summary>The process runs.</summary>
    public Task LiveAsync(HttpContext context) => AnswerAsync(context, _ => Task.FromResult(Text(200, "live")));

    /// <summary>The witness can answer, and no log broke a rule of its mirror's.</summary>
    public Task ReadyAsync(HttpContext context) => AnswerAsync(context, _ =>
        Task.FromResult(mirror.Broken is { } broken ? Text(503, broken) : Text(200, "ready")));

    /// <summary>Answers where the pipeline has left nothing but a status.</summary>
    public static Task AnswerStatusAsync(HttpContext context) => WriteAsync(context, Text(context.Response.StatusCode, context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "Nothing is here.",
        StatusCodes.Status405MethodNotAllowed => "Not by this method.",
        _ => "The witness cannot answer now. Ask again later.",
    }));

    private async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task<Answer>> answer)
    {
        try
        {
            await WriteAsync(context, await answer(context.RequestAborted));
        }
        catch (BadHttpRequestException)
        {
            await WriteAsync(context, Text(400, "The request could not be read."));
        }
        catch (Exception) when (context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true } && !context.Response.HasStarted)
        {
            // Storage says in its own way that it was stopped; this is the one that the timeout of requests knows.
            metrics.Failed();
            throw new OperationCanceledException();
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read it: no failure of ours.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            metrics.Failed();
            LogFailed(logger, exception);
            await WriteAsync(context, Text(503, "The witness cannot answer now. Ask again later."));
        }
    }

    // One byte more than is taken is enough to know; a length that the client states is not trusted.
    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        while (body.WrittenCount <= WitnessService.MaxBodyLength)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4096), cancellationToken);
            if (read == 0)
                break;
            body.Advance(read);
        }

        return body.WrittenMemory;
    }

    private static async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.Headers.CacheControl = answer.CacheControl;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        response.ContentLength = answer.Body.Length;
        if (answer.Status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = "5";
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static Answer Text(int status, string text) => new(status, Encoding.UTF8.GetBytes(text + "\n"), Plain, NoStore);

    private static string Value(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    private sealed record Answer(int Status, ReadOnlyMemory<byte> Body, string ContentType, string CacheControl);
}

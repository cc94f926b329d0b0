using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Api;

/// <summary>Turns failures into problem documents, the same in every host; a failure is never a verdict.</summary>
public sealed partial class FailureResponses(ApiMetrics metrics, TimeProvider time, ILogger<FailureResponses> logger)
{
    /// <summary>Answers by an endpoint; what it throws becomes 503, without a word about the inside of the service.</summary>
    public async Task AnswerAsync(HttpContext context, Func<HttpRequest, CancellationToken, ValueTask<IResult>> endpoint) =>
        await WriteAsync(context, await FindAnswerAsync(context, endpoint));

    /// <summary>Answers what was not let in: 429 where the client has used up its share, else 503.</summary>
    public Task RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        if (lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
        {
            metrics.Limited();
            return WriteAsync(context, Problem.ShareUsedUp(wait)).AsTask();
        }

        metrics.Shed();
        return WriteAsync(context, Problem.Overloaded()).AsTask();
    }

    /// <summary>Answers where the pipeline has left nothing but a status: no route, a method that the route does not take, or no time left.</summary>
    public Task AnswerStatusAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        if (status == StatusCodes.Status503ServiceUnavailable)
            metrics.Failed();
        return WriteAsync(context, Problem.ForStatus(status)).AsTask();
    }

    /// <summary>Goes on, and sees to it that a request whose time ran out while it waited is one that failed: the rate limiter returns as if it were answered.</summary>
    public static async Task FailIfLateAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (IsLate(context) && !context.Response.HasStarted)
            throw new OperationCanceledException();
    }

    private static bool IsLate(HttpContext context) =>
        context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true };

    private async ValueTask WriteAsync(HttpContext context, IResult answer)
    {
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();

        try
        {
            // Most answers are with the server at once, which sends them.
            var writing = answer.ExecuteAsync(context);
            if (!writing.IsCompletedSuccessfully)
                await FinishAsync(context, writing);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read it: no failure of ours, in whatever way the connection says so.
        }
    }

    private async Task FinishAsync(HttpContext context, Task writing)
    {
        // The status is sent, so a client that takes longer than this to read can only be cut off; until then it holds the answer and its place.
        using var deadline = new CancellationTokenSource(HttpLimits.MaxWriteTime, time);
        await using var late = deadline.Token.Register(context.Abort);
        await writing;
    }

    private async ValueTask<IResult> FindAnswerAsync(HttpContext context, Func<HttpRequest, CancellationToken, ValueTask<IResult>> endpoint)
    {
        try
        {
            var answer = await endpoint(context.Request, context.RequestAborted);
            metrics.Answered();
            return answer;
        }
        catch (Exception) when (IsLate(context))
        {
            // Storage says in its own way that it was stopped; this is the one that the timeout of requests knows.
            throw new OperationCanceledException();
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Storage and the connection each say in their own way that they were stopped.
            return Results.Empty;
        }
        catch (BadHttpRequestException exception)
        {
            metrics.Answered();
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem.TooLarge("The body is longer than this server takes.")
                : Problem.MalformedRequest("The request could not be read.");
        }
        catch (HandoverRefusedException exception)
        {
            metrics.Answered();
            return Problem.HandoverRefused(exception);
        }
        catch (NotReadyException exception)
        {
            metrics.Failed();
            LogUnavailable(logger, exception.Message);
            return exception.Problem;
        }
        catch (LogUnavailableException exception)
        {
            metrics.Failed();
            LogUnavailable(logger, exception.Message);
            return Problem.Unavailable();
        }
        catch (Exception exception)
        {
            metrics.Failed();
            LogFailed(logger, exception);
            return Problem.Unavailable();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request could not be answered: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

/// <summary>What the API counts, under the meter <c>TrueCopy.Api</c>. Requests are not told apart: their addresses hold digests.</summary>
public sealed class ApiMetrics : ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Api";

    private readonly Counter<long> _answers;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _shed;
    private readonly Counter<long> _limited;

    /// <summary>Creates the instruments.</summary>
    public ApiMetrics()
        : base(MeterName)
    {
        _answers = Counter("truecopy.api.answers", "{request}", "Requests answered, if only with what is wrong about them");
        _failures = Counter("truecopy.api.failures", "{request}", "Requests that the service failed to answer: 503");
        _shed = Counter("truecopy.api.shed", "{request}", "Those of the failures that were refused because the process had too much to do");
        _limited = Counter("truecopy.api.limited", "{request}", "Requests refused because their client has used up its share: 429");
    }

    internal void Answered() => _answers.Add(1);

    internal void Failed() => _failures.Add(1);

    internal void Limited() => _limited.Add(1);

    internal void Shed()
    {
        Failed();
        _shed.Add(1);
    }
}

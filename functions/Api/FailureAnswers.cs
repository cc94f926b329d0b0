using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Api;

/// <summary>Admits requests, bounds the time that they take, and turns failures into problem documents, the same in every host; a failure is never a verdict.</summary>
public sealed partial class FailureAnswers(Admission admission, ApiMetrics metrics, TimeProvider time, ILogger<FailureAnswers> logger)
{
    /// <summary>Answers by an endpoint, once there is room for it; what it throws becomes 503, without a word about the inside of the service.</summary>
    public Task GuardAsync(HttpContext context, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) => AnswerAsync(context, async (request, stop) =>
    {
        using var admitted = await admission.EnterAsync(stop);
        return await endpoint(request, stop);
    });

    /// <summary>Likewise for batches, which are long.</summary>
    public Task GuardBatchAsync(HttpContext context, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) => AnswerAsync(context, async (request, stop) =>
    {
        await admission.EnterBatchAsync(context.Response, stop);
        return await endpoint(request, stop);
    });

    /// <summary>
    /// Likewise, however much there is to do: health, so that a busy process is not taken for a dead one; the checkpoint, which
    /// monitors and witnesses live on; and what costs nothing.
    /// </summary>
    public Task GuardAlwaysAsync(HttpContext context, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint) => AnswerAsync(context, endpoint);

    private async Task AnswerAsync(HttpContext context, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint)
    {
        var answer = await FindAnswerAsync(context.Request, endpoint);

        // The status is sent, so a client that takes longer than this to read can only be cut off; until then it holds the answer and a place among the batches.
        using var deadline = new CancellationTokenSource(HttpLimits.MaxWriteTime, time);
        await using var late = deadline.Token.Register(context.Abort);
        try
        {
            await answer.ExecuteAsync(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read it: no failure of ours, in whatever way the connection says so.
        }
    }

    private async Task<IResult> FindAnswerAsync(HttpRequest request, Func<HttpRequest, CancellationToken, Task<IResult>> endpoint)
    {
        using var deadline = new CancellationTokenSource(HttpLimits.MaxAnswerTime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, request.HttpContext.RequestAborted);
        try
        {
            var answer = await endpoint(request, stop.Token);
            metrics.Answered();
            return answer;
        }
        catch (Exception) when (request.HttpContext.RequestAborted.IsCancellationRequested)
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
        catch (OverloadedException)
        {
            metrics.Shed();
            return Problem.Overloaded();
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            metrics.Failed();
            LogTooLate(logger, HttpLimits.MaxAnswerTime.TotalSeconds);
            return Problem.Unavailable();
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request was not answered within {Seconds} seconds.")]
    private static partial void LogTooLate(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Api;

/// <summary>Turns failures into problem documents, the same in every host; a failure is never a verdict.</summary>
public sealed partial class FailureAnswers(ApiMetrics metrics, ILogger<FailureAnswers> logger)
{
    /// <summary>Runs an endpoint; what it throws becomes 503, without a word about the inside of the service.</summary>
    public async Task<IResult> GuardAsync(HttpRequest request, Func<Task<IResult>> endpoint)
    {
        try
        {
            var answer = await endpoint();
            metrics.Answered();
            return answer;
        }
        catch (Exception) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read an answer. Storage and the connection each say in their own way that they were stopped.
            return Results.Empty;
        }
        catch (BadHttpRequestException exception)
        {
            metrics.Answered();
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem.TooLarge("The body is longer than this server takes.")
                : Problem.MalformedRequest("The request could not be read.");
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

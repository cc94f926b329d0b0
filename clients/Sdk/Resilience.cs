using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace TrueCopy.Client;

/// <summary>Asks again where that can help, within one limit of time. Every question may be asked again: none changes anything.</summary>
internal static class Resilience
{
    /// <param name="options">How often, and how long.</param>
    /// <param name="isPersistent">Whether whatever may be over in a while is waited out, a connection that is refused too: for work of hours.</param>
    /// <param name="time">The clock.</param>
    public static ResiliencePipeline<HttpResponseMessage> Build(TrueCopyClientOptions options, bool isPersistent, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        builder.AddTimeout(options.TotalTimeout);
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.MaxRetries,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = attempt => ValueTask.FromResult(isPersistent ? MayBeOver(attempt.Outcome) : MayPass(attempt.Outcome, options, time)),
                DelayGenerator = attempt => ValueTask.FromResult(RetryAfter(attempt.Outcome.Result, time) is { } asked ? (asked < options.MaxRetryDelay ? asked : options.MaxRetryDelay) : (TimeSpan?)null),
                OnRetry = _ =>
                {
                    ClientTelemetry.Retried();
                    return ValueTask.CompletedTask;
                },
            });
        }

        return builder.AddTimeout(options.AttemptTimeout).Build();
    }

    // A refused connection or an unknown name is told at once: somebody has to mend an address or start a service.
    private static bool MayPass(Outcome<HttpResponseMessage> outcome, TrueCopyClientOptions options, TimeProvider time) => outcome switch
    {
        { Exception: HttpRequestException exception } => exception.HttpRequestError is not (HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ConfigurationLimitExceeded),
        { Exception: TimeoutRejectedException or IOException } => true,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout } => !(RetryAfter(outcome.Result, time) > options.MaxRetryDelay),
        _ => false,
    };

    private static bool MayBeOver(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or IOException or TimeoutRejectedException } => true,
        { Result.StatusCode: var status } => (int)status is 408 or 429 or >= 500,
        _ => false,
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage? response, TimeProvider time) => response?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };
}

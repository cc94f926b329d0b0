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
        {
            Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        } => !(RetryAfter(outcome.Result, time) > options.MaxRetryDelay),
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

/// <summary>
/// A limit on the time that is spent waiting for a service, over all requests: the clock runs while at least one is
/// under way, so hashing does not count, and requests side by side count once.
/// </summary>
internal sealed class Patience(TimeSpan limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TimeSpan _spent;
    private long _since;
    private int _underWay;

    /// <summary>Begins a request.</summary>
    public Wait Begin(CancellationToken cancellationToken)
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return new Wait(this, Timeout.InfiniteTimeSpan, cancellationToken);
        lock (_lock)
        {
            if (_underWay++ == 0)
                _since = time.GetTimestamp();
            var left = limit - _spent - time.GetElapsedTime(_since);
            return new Wait(this, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        }
    }

    private void End()
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return;
        lock (_lock)
        {
            if (--_underWay == 0)
                _spent += time.GetElapsedTime(_since);
        }
    }

    /// <summary>A request under way.</summary>
    internal sealed class Wait : IDisposable
    {
        private readonly Patience _patience;
        private readonly CancellationTokenSource _limit;
        private readonly CancellationTokenSource _either;

        public Wait(Patience patience, TimeSpan left, CancellationToken cancellationToken)
        {
            _patience = patience;
            _limit = new CancellationTokenSource(left, patience.Clock);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, cancellationToken);
        }

        /// <summary>Cancelled when the time is over, and with the caller's token.</summary>
        public CancellationToken Token => _either.Token;

        /// <summary>Whether the time is over.</summary>
        public bool IsOver => _limit.IsCancellationRequested;

        public void Dispose()
        {
            _patience.End();
            _either.Dispose();
            _limit.Dispose();
        }
    }

    private TimeProvider Clock => time;
}

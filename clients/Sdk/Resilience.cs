using System.Net;
using Polly;
using Polly.Retry;

namespace TrueCopy.Client;

/// <summary>
/// Asks again where that can help, within one limit of time. Every question may be asked again: none changes anything. The
/// library that knows how to wait comes in once the first try calls for it, which few do.
/// </summary>
internal sealed class Resilience
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private readonly TrueCopyClientOptions _options;
    private readonly bool _isPersistent;
    private readonly TimeProvider _time;
    private readonly Lazy<ResiliencePipeline<HttpResponseMessage>> _retries;

    /// <param name="options">How often, and how long.</param>
    /// <param name="isPersistent">Whether whatever may be over in a while is waited out, a connection that is refused too: for work of hours.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">The options say how long in a way that means nothing.</exception>
    public Resilience(TrueCopyClientOptions options, bool isPersistent, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxRetries);
        Check(options.RetryDelay, TimeSpan.Zero, nameof(options.RetryDelay));
        Check(options.MaxRetryDelay, TimeSpan.Zero, nameof(options.MaxRetryDelay));
        Check(options.AttemptTimeout, TimeSpan.FromMilliseconds(10), nameof(options.AttemptTimeout));
        Check(options.TotalTimeout, TimeSpan.FromMilliseconds(10), nameof(options.TotalTimeout));
        (_options, _isPersistent, _time) = (options, isPersistent, time);
        _retries = new Lazy<ResiliencePipeline<HttpResponseMessage>>(Retries);
    }

    /// <summary>Tries, and again where that can help.</summary>
    /// <exception cref="TimeoutException">The last try, or all of them, took too long.</exception>
    public Task<HttpResponseMessage> ExecuteAsync(Func<CancellationToken, Task<HttpResponseMessage>> attempt, CancellationToken cancellationToken) =>
        WithinAsync(_options.TotalTimeout, stop => TryAsync(attempt, stop), cancellationToken);

    private async Task<HttpResponseMessage> TryAsync(Func<CancellationToken, Task<HttpResponseMessage>> attempt, CancellationToken cancellationToken)
    {
        Outcome<HttpResponseMessage> first;
        try
        {
            var response = await WithinAsync(_options.AttemptTimeout, attempt, cancellationToken);
            first = Outcome.FromResult(response);
            if (!MayHelp(first))
                return response;
        }
        catch (Exception exception) when (MayHelp(Outcome.FromException<HttpResponseMessage>(exception)))
        {
            first = Outcome.FromException<HttpResponseMessage>(exception);
        }

        var isFirst = true;
        return await _retries.Value.ExecuteAsync(
            async stop =>
            {
                if (!isFirst)
                    return await WithinAsync(_options.AttemptTimeout, attempt, stop);
                isFirst = false;
                first.ThrowIfException();
                return first.Result!;
            },
            cancellationToken);
    }

    private async Task<HttpResponseMessage> WithinAsync(TimeSpan limit, Func<CancellationToken, Task<HttpResponseMessage>> action, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            return await action(either.Token);
        }
        catch (OperationCanceledException exception) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("It took too long.", exception);
        }
    }

    private ResiliencePipeline<HttpResponseMessage> Retries() => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = _options.MaxRetries,
            Delay = _options.RetryDelay,
            MaxDelay = _options.MaxRetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = attempt => ValueTask.FromResult(MayHelp(attempt.Outcome)),
            DelayGenerator = attempt => ValueTask.FromResult(RetryAfter(attempt.Outcome.Result, _time) is { } asked ? (asked < _options.MaxRetryDelay ? asked : _options.MaxRetryDelay) : (TimeSpan?)null),
            OnRetry = _ =>
            {
                ClientTelemetry.Retried();
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private bool MayHelp(Outcome<HttpResponseMessage> outcome) =>
        _options.MaxRetries > 0 && (_isPersistent ? MayBeOver(outcome) : MayPass(outcome, _options, _time));

    private static void Check(TimeSpan value, TimeSpan least, string name)
    {
        if (value < least || value > Longest)
            throw new ArgumentOutOfRangeException(name, value, $"It is from {least} to {Longest}.");
    }

    // A refused connection or an unknown name is told at once: somebody has to mend an address or start a service.
    private static bool MayPass(Outcome<HttpResponseMessage> outcome, TrueCopyClientOptions options, TimeProvider time) => outcome switch
    {
        { Exception: HttpRequestException exception } => exception.HttpRequestError is not (HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ConfigurationLimitExceeded),
        { Exception: TimeoutException or IOException } => true,
        {
            Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        } => !(RetryAfter(outcome.Result, time) > options.MaxRetryDelay),
        _ => false,
    };

    private static bool MayBeOver(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or IOException or TimeoutException } => true,
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

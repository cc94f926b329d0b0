namespace TrueCopy.Client;

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

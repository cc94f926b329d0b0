namespace TrueCopy.Ledger;

/// <summary>
/// One reading for all who ask at the same time. It is nobody's: whoever gives up leaves it to the others, and only when
/// nobody waits any more is it given up. What came of it is not kept.
/// </summary>
/// <param name="read">Reads.</param>
public sealed class SharedRead<T>(Func<CancellationToken, Task<T>> read)
{
    private readonly Lock _lock = new();
    private Reading? _current;

    /// <summary>What a reading gives that began now or is under way.</summary>
    /// <returns>It, and whether the reading began with this call or later.</returns>
    public async Task<(T Value, bool IsNew)> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isNew;
        Reading reading;
        lock (_lock)
        {
            isNew = _current is null;
            reading = _current ??= new Reading();
            reading.Waiting++;
            if (isNew)
                reading.Task = ReadAsync(reading);
        }

        try
        {
            return (await reading.Task.WaitAsync(cancellationToken), isNew);
        }
        finally
        {
            Leave(reading);
        }
    }

    private async Task<T> ReadAsync(Reading reading)
    {
        // Not while the lock is held.
        await Task.Yield();
        try
        {
            return await read(reading.Abandoned.Token);
        }
        finally
        {
            lock (_lock)
                Forget(reading);
        }
    }

    private void Leave(Reading reading)
    {
        lock (_lock)
        {
            if (--reading.Waiting > 0)
                return;
            Forget(reading);
        }

        reading.Abandoned.Cancel();
    }

    private void Forget(Reading reading)
    {
        if (_current == reading)
            _current = null;
    }

    private sealed class Reading
    {
        public int Waiting { get; set; }

        public Task<T> Task { get; set; } = null!;

        public CancellationTokenSource Abandoned { get; } = new();
    }
}

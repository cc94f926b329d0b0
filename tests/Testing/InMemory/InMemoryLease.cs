namespace TrueCopy.Testing.InMemory;

/// <summary>A lease that one holds at a time, unless it is broken on purpose.</summary>
public sealed class InMemoryLease(Operations operations) : ISequencerLease
{
    private readonly Operations _operations = operations;
    private Held? _holder;

    /// <summary>Hands the lease to everyone who asks.</summary>
    public bool Broken { get; set; }

    /// <summary>Whether somebody holds it.</summary>
    public bool IsHeld => Volatile.Read(ref _holder) is not null;

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken) =>
        _operations.RunAsync("lease.acquire", IAsyncDisposable? () =>
        {
            var held = new Held(this);
            return Interlocked.CompareExchange(ref _holder, held, null) is null || Broken ? held : null;
        });

    /// <summary>Holds the lease as a process that the test does not otherwise have would, until disposed.</summary>
    public IDisposable HoldElsewhere()
    {
        var held = new Held(this);
        return Interlocked.CompareExchange(ref _holder, held, null) is null ? held : throw new InvalidOperationException("The lease is held.");
    }

    /// <summary>Drops the lease, as its expiry does after a crash.</summary>
    public void Expire() => Volatile.Write(ref _holder, null);

    private void Drop(Held held) => Interlocked.CompareExchange(ref _holder, null, held);

    private sealed class Held(InMemoryLease lease) : IAsyncDisposable, IDisposable
    {
        public void Dispose() => lease.Drop(this);

        public async ValueTask DisposeAsync()
        {
            try
            {
                // Only the holder's own release counts: the lease may have expired and be another's by now.
                await lease._operations.RunAsync("lease.release", Dispose);
            }
            catch (InjectedFaultException)
            {
                // As on storage, a release that fails is left to the expiry.
            }
        }
    }
}

using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Testing.InMemory;

/// <summary>A lease that one holds at a time, unless it is broken on purpose.</summary>
public sealed class InMemoryLease(Operations operations) : ISequencerLease
{
    private int _held;

    /// <summary>Hands the lease to everyone who asks.</summary>
    public bool Broken { get; set; }

    /// <summary>Whether somebody holds it.</summary>
    public bool IsHeld => Volatile.Read(ref _held) == 1;

    /// <summary>Runs just before a release, while the lease is still held.</summary>
    public Func<Task>? BeforeRelease { get; set; }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        var taken = await operations.RunAsync("lease.acquire", () => Interlocked.Exchange(ref _held, 1) == 0);
        return taken || Broken ? new Held(this) : null;
    }

    /// <summary>Drops the lease, as its expiry does after a crash.</summary>
    public void Expire() => Volatile.Write(ref _held, 0);

    private sealed class Held(InMemoryLease lease) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (lease.BeforeRelease is { } hook)
                await hook();
            lease.Expire();
        }
    }
}

namespace TrueCopy.Ledger.Signing;

/// <summary>The keys that sign for the log. They change when a key is rotated.</summary>
public interface ILogKeys
{
    /// <summary>The keys as they were a moment ago, or, while they cannot be read, as they were when they last could.</summary>
    ValueTask<LogIdentity> CurrentAsync(CancellationToken cancellationToken);

    /// <summary>The keys as they are now; fails rather than to answer with older ones.</summary>
    Task<LogIdentity> ReloadAsync(CancellationToken cancellationToken);
}

/// <summary>Reads the keys from where they are held, anew each time.</summary>
public interface ILogKeySource
{
    /// <summary>The keys that are to sign now.</summary>
    Task<LogIdentity> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>Keys that never change while the process runs.</summary>
public sealed class FixedKeys(LogIdentity identity) : ILogKeys
{
    /// <inheritdoc/>
    public ValueTask<LogIdentity> CurrentAsync(CancellationToken cancellationToken) => new(identity);

    /// <inheritdoc/>
    public Task<LogIdentity> ReloadAsync(CancellationToken cancellationToken) => Task.FromResult(identity);
}

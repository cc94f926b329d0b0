namespace TrueCopy.Ledger.Index;

/// <summary>Which keys sign, as an entry of the log says it: the genesis, or one of the kind <c>keys</c>.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Note">The first signed checkpoint that holds the entry; null where the log is older than the rule to keep it.</param>
public sealed record KeyRecord(long LogIndex, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte>? Note);

/// <summary>Every announcement of keys. Derived: the journal can rebuild it.</summary>
public interface IKeyHistory
{
    /// <summary>Every announcement that the log holds, oldest first.</summary>
    Task<IReadOnlyList<KeyRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Adds an announcement; adding it again changes nothing.</summary>
    Task AddAsync(KeyRecord record, CancellationToken cancellationToken);
}

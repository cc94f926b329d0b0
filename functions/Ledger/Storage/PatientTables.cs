namespace TrueCopy.Ledger.Storage;

/// <summary>
/// Tables whose writers wait when storage is busy, and try the same again: what a batch has written by then is not found out
/// anew row by row, which would ask for much more of what is short already. Whoever reads is not kept waiting.
/// </summary>
public sealed class PatientTables(ITableStore tables, TimeProvider time) : ITableStore
{
    // Then whoever writes begins again from what storage says.
    private const int MaxTries = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, CancellationToken cancellationToken) =>
        tables.QueryAsync(table, query, columns, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> TryInsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await tables.TryInsertAsync(table, rows, cancellationToken);
            }
            catch (StorageBusyException exception) when (tries < MaxTries)
            {
                await Task.Delay(PauseAfter(tries, exception.After), time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async Task UpsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await tables.UpsertAsync(table, rows, cancellationToken);
                return;
            }
            catch (StorageBusyException exception) when (tries < MaxTries)
            {
                await Task.Delay(PauseAfter(tries, exception.After), time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken) =>
        tables.DeleteAsync(table, partition, key, cancellationToken);

    /// <summary>How long to wait after so many refusals in a row: as long as storage says, or longer each time.</summary>
    internal static TimeSpan PauseAfter(int refusals, TimeSpan? after) =>
        after ?? TimeSpan.FromTicks(Math.Min(MaxPause.Ticks, FirstPause.Ticks << Math.Min(refusals - 1, 10)));
}

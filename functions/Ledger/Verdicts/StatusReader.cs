namespace TrueCopy.Ledger.Verdicts;

/// <summary>The status of the whole log, or what of it is no longer as somebody has it.</summary>
/// <param name="Checkpoint">The newest checkpoint.</param>
/// <param name="Entry">The exact bytes of its last entry, which commits to the status.</param>
/// <param name="Path">Inclusion path of that entry.</param>
/// <param name="Since">Number of entries whose status is known already; 0 where everything is told.</param>
/// <param name="Pages">Pages by number, ascending: those that differ from what is known; all others that are not all zero where nothing is.</param>
public sealed record StatusReading(
    SignedCheckpoint Checkpoint,
    ReadOnlyMemory<byte> Entry,
    IReadOnlyList<MerkleHash> Path,
    long Since,
    IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>>> Pages);

/// <summary>Reads the status for those who keep it. What did not change since is not read.</summary>
public sealed class StatusReader(CheckpointSource checkpoints, StatusSource statuses, PackStore packs)
{
    /// <summary>Reads the status under the newest checkpoint.</summary>
    /// <param name="since">What a status entry covers whose status is known; anything else, such as 0, for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogUnavailableException">The log has not begun, keeps no status yet, or is not stored as it should be.</exception>
    public async Task<StatusReading> ReadSinceAsync(long since, CancellationToken cancellationToken)
    {
        var checkpoint = await checkpoints.GetAsync(0, cancellationToken);
        var status = await statuses.GetAsync(checkpoint, cancellationToken) ?? throw new LogUnavailableException("The log keeps no status yet.");
        var known = since > 0 && since < checkpoint.Size ? await packs.FindAsync(since + 1, cancellationToken) : null;
        return new StatusReading(
            checkpoint,
            status.Bytes,
            status.Path,
            known is null ? 0 : since,
            await PackedStatus.DifferingAsync(packs, status.Packed.At, known?.Root ?? default, cancellationToken));
    }
}

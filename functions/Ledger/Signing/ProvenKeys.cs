namespace TrueCopy.Ledger.Signing;

/// <summary>The log's announcements of keys, each proven under the first checkpoint that holds it: the one that the keys before signed too.</summary>
public sealed class ProvenKeys(KeyHistory history, CheckpointSource checkpoints, IHashTileSource tiles)
{
    /// <summary>Every announcement, oldest first; none before the log has begun.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<IReadOnlyList<KeysEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var entries = new List<KeysEntry>();
        foreach (var record in await history.ListAsync(cancellationToken))
        {
            // Where the first checkpoint was not kept, the newest proves the entry to whoever knows a key that signs now.
            var note = record.Note ?? (await checkpoints.GetAsync(record.LogIndex + 1, cancellationToken)).Note;
            var size = Checkpoint.Parse(SignedNote.Parse(note.Span).Text).Size;
            var path = await new TreeReader(tiles, size).InclusionProofAsync(record.LogIndex, cancellationToken);
            entries.Add(KeysEntry.Create(record.LogIndex, record.Entry, path, note));
        }

        return entries;
    }
}

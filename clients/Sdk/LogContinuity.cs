using System.Text;
using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;

namespace TrueCopy.Client;

/// <summary>Holds the checkpoints of a service's answers to each other and to what is known of the log.</summary>
internal sealed class LogContinuity(TrueCopyClient client)
{
    /// <summary>First contact: the service's own keys, as far as they signed.</summary>
    public async Task<TrustedLog> BeginAsync(IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        var keys = await client.KeysAsync(cancellationToken);
        var (newest, _) = await OrderAsync(notes, keys, known: null, cancellationToken);
        return new TrustedLog(LogKeys.Of(newest.Signers, keys.Pinned), [], newest);
    }

    /// <summary>A later contact.</summary>
    public async Task<TrustedLog> GoOnAsync(TrustedLog known, IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        var (largest, newest) = await OrderAsync(notes, known.Keys, known.Checkpoint, cancellationToken);
        var keys = await SucceedAsync(known.Keys, newest, cancellationToken);
        NoteVerifier[] retired = [.. known.Keys.Verifiers.Where(key => !keys.Contains(key))];
        return new TrustedLog(LogKeys.Pin(keys), [.. known.Retired, .. retired], largest);
    }

    // The largest of all, and the largest of those that the service shows now. The service may lag a moment behind what it showed before.
    private async Task<(SignedCheckpoint Largest, SignedCheckpoint Newest)> OrderAsync(
        IReadOnlyCollection<string> notes,
        LogKeys keys,
        SignedCheckpoint? known,
        CancellationToken cancellationToken)
    {
        SignedCheckpoint[] seen = [.. notes.Distinct().Select(note => Open(note, keys)).OrderBy(checkpoint => checkpoint.Size)];
        if (seen.Length == 0)
            throw new ArgumentException("There is no checkpoint to go by.", nameof(notes));
        var largest = known is not null && known.Size > seen[^1].Size ? known : seen[^1];
        foreach (var smaller in known is null ? seen : seen.Prepend(known))
            await ExtendsAsync(smaller, largest, cancellationToken);
        return (largest, seen[^1]);
    }

    private static SignedCheckpoint Open(string note, LogKeys keys)
    {
        try
        {
            var checkpoint = SignedCheckpoint.Open(Encoding.UTF8.GetBytes(note), keys.Origin, keys.Verifiers);

            // The key that receipts are judged by is held more closely than the one for witnesses: one does not stand in for the other.
            return keys.Verifiers.All(key => checkpoint.Signers.Any(signer => signer.SignatureType == key.SignatureType))
                ? checkpoint
                : throw new LogChangedException("One of the log's keys signs no more, and no successor was announced while it did.");
        }
        catch (LogFormatException exception)
        {
            throw new LogChangedException($"What the service shows is not the log of the keys that are known: {exception.Message}.", exception);
        }
    }

    private async Task ExtendsAsync(SignedCheckpoint smaller, SignedCheckpoint larger, CancellationToken cancellationToken)
    {
        try
        {
            MerkleHash[] proof = smaller.Size == larger.Size || smaller.Size == 0
                ? []
                : await new TreeReader(new UncachedTiles(new RemoteTiles(client.Connection)), larger.Size).ConsistencyProofAsync(smaller.Size, cancellationToken);
            if (!ProofVerifier.Extends(smaller.Size, smaller.Checkpoint.Root, larger.Size, larger.Checkpoint.Root, proof))
                throw new LogChangedException($"The log of {larger.Size} entries does not go on from the log of {smaller.Size} entries that was shown before: history was rewritten.");
        }
        catch (Exception exception) when (exception is TileNotFoundException or LogFormatException)
        {
            throw new LogChangedException($"The log does not show that it goes on from what it was: {exception.Message}", exception);
        }
    }

    // A key succeeds a known one of its kind if both signed the same checkpoint. The known one retires when it no longer signs.
    private async Task<IReadOnlyList<NoteVerifier>> SucceedAsync(LogKeys keys, SignedCheckpoint newest, CancellationToken cancellationToken)
    {
        var unknown = newest.Signatures
            .Where(line => line.Name == keys.Origin && !keys.Verifiers.Any(key => key.KeyId == line.KeyId))
            .Select(line => line.KeyId)
            .ToHashSet();
        if (unknown.Count == 0)
            return newest.Signers;
        var served = (await client.ServedKeysAsync(cancellationToken)).Verifiers;
        NoteVerifier[] candidates =
        [
            .. served.Where(key => key.Name == keys.Origin && unknown.Contains(key.KeyId) && newest.Signers.Any(signer => signer.SignatureType == key.SignatureType)),
        ];
        if (candidates.Length == 0)
            return newest.Signers;
        try
        {
            return [.. newest.Signers, .. SignedNote.Parse(newest.Note.Span).Verify(candidates)];
        }
        catch (LogFormatException exception)
        {
            throw new LogChangedException($"A key that the service names did not sign what it should have: {exception.Message}.", exception);
        }
    }
}

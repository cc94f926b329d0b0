namespace TrueCopy.Ledger.Recovery;

/// <summary>Compares the public log with what the journal says that it holds.</summary>
internal sealed class LogCheckup(LogStore log, Findings findings)
{
    private const string RepairTile = "It is written again from the journal.";

    /// <summary>
    /// Looks at the tiles and bundles of a batch. Partial ones that have filled since are left alone: nobody needs them,
    /// and the full one begins with them.
    /// </summary>
    public Task CheckTilesAsync(JournalBatch batch, long size, CancellationToken cancellationToken)
    {
        var lasting = batch.Tiles.Where(tile => !tile.Id.IsPartial || TileId.At(tile.Id.Level, tile.Id.Index, size).IsPartial);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(lasting, options, async (tile, stop) =>
        {
            switch (await CompareAsync(tile, stop))
            {
                case null:
                    await findings.RepairAsync(FindingKind.Tile, "# tiles or bundles are missing", RepairTile, tile.Id.ToPath(), () => log.ReplaceAsync(tile, stop));
                    break;
                case false:
                    await findings.RepairAsync(FindingKind.Tile, "# tiles or bundles have other bytes than the journal", RepairTile, tile.Id.ToPath(), () => log.ReplaceAsync(tile, stop));
                    break;
            }
        });
    }

    /// <summary>Looks at the published checkpoint, which is to be the head's; after the tiles, because it promises them.</summary>
    /// <param name="published">What is published; null for nothing.</param>
    /// <param name="head">The head's checkpoint.</param>
    /// <param name="isFinished">Whether it was published before; one that was not is not published here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CheckCheckpointAsync(ReadOnlyMemory<byte>? published, SignedCheckpoint head, bool isFinished, CancellationToken cancellationToken)
    {
        if (published is not { } note)
        {
            if (!isFinished)
                return;
            await RepairAsync("the published checkpoint is missing", remove: false);
            return;
        }

        // Witnesses sign the published one, and not the head.
        var stated = TryParse(note);
        if (TryOwn(note, head) is { } own && own.Note.Span.SequenceEqual(head.Note.Span))
            return;
        if (stated is null || stated.Origin != head.Checkpoint.Origin || (stated.Size == head.Size && stated.Root == head.Checkpoint.Root))
            await RepairAsync("the published checkpoint is not the head's, but for what witnesses signed", remove: true);
        else if (stated.Size < head.Size && !isFinished)
            return;
        else if (stated.Size < head.Size)
            await RepairAsync("the published checkpoint is older than the head", remove: false);
        else if (stated.Size == head.Size)
            findings.Note(FindingKind.Checkpoint, "the published checkpoint has another root than the head of the same size: that is a fork", "Stop the service. Keep both checkpoints; which one was shown to whom has to be found out by people.");

        Task RepairAsync(string what, bool remove) => findings.RepairAsync(FindingKind.Checkpoint, what, "The head's is published.", null, async () =>
        {
            if (remove)
                await log.RemoveCheckpointAsync(cancellationToken);
            await log.PublishCheckpointAsync(head.Note, head.Size, cancellationToken);
        });
    }

    private static SignedCheckpoint? TryOwn(ReadOnlyMemory<byte> note, SignedCheckpoint head)
    {
        try
        {
            return SignedCheckpoint.Open(note, head.Checkpoint.Origin, head.Signers).WithoutCosignatures();
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    /// <summary>The checkpoint that a note states, unverified; null if it states none.</summary>
    public static Checkpoint? TryParse(ReadOnlyMemory<byte> note)
    {
        try
        {
            return Checkpoint.Parse(SignedNote.Parse(note.Span).Text);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    /// <summary>A checkpoint, if one of these keys signed it; null if not.</summary>
    public static SignedCheckpoint? TryOpen(ReadOnlyMemory<byte> note, string origin, IReadOnlyList<string> keys)
    {
        try
        {
            return SignedCheckpoint.Open(note, origin, [.. keys.Select(NoteVerifier.Parse)]);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    private async Task<bool?> CompareAsync(TileContent tile, CancellationToken cancellationToken)
    {
        try
        {
            return (await log.ReadAsync(tile.Id, cancellationToken)).Span.SequenceEqual(tile.Bytes.Span);
        }
        catch (TileNotFoundException)
        {
            return null;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}

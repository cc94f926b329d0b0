namespace TrueCopy.Witness.Mirroring;

/// <summary>How a pull ended.</summary>
internal enum PullOutcome
{
    /// <summary>The mirror has all that was cosigned.</summary>
    Whole,

    /// <summary>What the log serves does not prove what it signed, or is not there yet: asked again later.</summary>
    Behind,

    /// <summary>The log broke a rule, which its own signature proves. The mirror signs no more of it.</summary>
    Broken,
}

/// <summary>The copy of one log: every tile and entry, checked against the checkpoint that the witness beside it has cosigned.</summary>
internal sealed class MirroredLog(IBlobStore blobs, string origin, ITileReader log, IReadOnlyList<Cosigner> cosigners, TimeProvider time)
{
    /// <summary>After so long the cosignature is made anew, for its time.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(15);

    private const string BrokenName = "mirror-broken";
    private const int Parallelism = 8;
    private static readonly BlobHeaders Text = new("text/plain; charset=utf-8", "public, max-age=2");
    private static readonly BlobHeaders Tile = new("application/octet-stream", "public, max-age=31536000, immutable");

    private readonly string _folder = CosignedHead.HashOf(origin);
    private readonly EvidenceStore _evidence = new(blobs);

    /// <summary>Which rule the log broke; null if none, or as long as nothing has been pulled.</summary>
    public string? Broken { get; private set; }

    /// <summary>Brings the copy to a checkpoint.</summary>
    /// <param name="pending">What the witness has cosigned; consistent with all that it cosigned before.</param>
    /// <param name="cancellationToken">Gives up; what was copied stays, and is copied again.</param>
    /// <returns>How it ended, and why where it is not whole.</returns>
    public async Task<(PullOutcome Outcome, string? Reason)> PullAsync(ReadOnlyMemory<byte> pending, CancellationToken cancellationToken)
    {
        if (await FindBrokenAsync(cancellationToken) is { } broken)
            return (PullOutcome.Broken, broken);

        var stored = await blobs.ReadAsync(MemoryBlob, cancellationToken);
        var memory = stored is null ? null : MirrorMemory.Decode(stored.Content);
        var note = SignedNote.Parse(pending.Span);
        var checkpoint = Checkpoint.Parse(note.Text);
        if (memory is null || checkpoint.Size > memory.Checkpoint.Size)
        {
            var plain = (note with { Signatures = [.. note.Signatures.Where(line => line.Name == origin)] }).Encode();
            var (copied, reason, isProven) = await CopyAsync(memory, plain, checkpoint, cancellationToken);
            if (copied is null && !isProven)
                return (PullOutcome.Behind, reason);
            if (copied is null)
                return await StopAsync(memory, plain, checkpoint, reason!, cancellationToken);

            // Another instance that was faster has what this one has.
            if (await blobs.TryWriteAsync(MemoryBlob, copied.Encode(), BlobCondition.Is(stored?.ETag), BlobHeaders.None, cancellationToken) is null)
                return (PullOutcome.Behind, "another instance mirrors the log too");
            memory = copied;
        }
        else if (checkpoint.Size == memory.Checkpoint.Size && checkpoint.Root != memory.Checkpoint.Root)
        {
            return await StopAsync(memory, pending, checkpoint, "the log signed two different trees of one size", cancellationToken);
        }

        await PublishAsync(memory, cancellationToken);
        return (PullOutcome.Whole, null);
    }

    /// <summary>The mirror's checkpoint; null if nothing was mirrored yet.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken) => (await blobs.ReadAsync(CheckpointBlob, cancellationToken))?.Content;

    /// <summary>A tile or bundle of the mirror's checkpoint; null if it has no such tile.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadTileAsync(TileId tile, CancellationToken cancellationToken)
    {
        // What is beyond the checkpoint is not checked yet.
        if (await ReadCheckpointAsync(cancellationToken) is not { } note)
            return null;
        var count = TileId.CountAt(tile.Level, Checkpoint.Parse(SignedNote.Parse(note.Span).Text).Size);
        if (count < tile.Width || tile.Index > (count - tile.Width) / TileId.FullWidth)
            return null;
        try
        {
            return await Copy.ReadAsync(tile, cancellationToken);
        }
        catch (TileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>When the mirror last cosigned; null if never.</summary>
    public async Task<DateTimeOffset?> FindLastCosignedAsync(CancellationToken cancellationToken)
    {
        if (await ReadCheckpointAsync(cancellationToken) is not { } published)
            return null;
        var note = SignedNote.Parse(published.Span);
        return cosigners.Select(cosigner => cosigner.Verifier.FindIn(note.Text, note.Signatures)?.Time).Min();
    }

    private BlobAddress MemoryBlob => new(WitnessContainers.Mirror, $"{_folder}/memory");

    private BlobAddress CheckpointBlob => new(WitnessContainers.Mirror, $"{_folder}/checkpoint");

    private CopiedTiles Copy => new(blobs, _folder);

    private async Task<string?> FindBrokenAsync(CancellationToken cancellationToken) =>
        Broken ??= await _evidence.FindAsync(origin, BrokenName, cancellationToken) is { } text ? text.Split('\n')[0] : null;

    // Null with a reason: what is served does not prove the checkpoint, or proves that a rule is broken.
    private async Task<(MirrorMemory? Memory, string? Reason, bool IsProven)> CopyAsync(MirrorMemory? memory, ReadOnlyMemory<byte> note, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var from = memory?.Prefix ?? AuditedPrefix.Empty;
        var rules = new MeaningRules(origin, from.Size, memory?.Meaning ?? Meaning.None);
        var audit = await new TreeAudit(new CopyingReader(log, Copy), Parallelism).RunAsync(from, checkpoint, rules, cancellationToken);
        if (audit.Faults.Count > 0)
            return (null, audit.Faults[0].ToString(), false);

        // From here on the tree is the one that is signed, so what is wrong with it is the log's doing.
        var tiles = new UncachedTiles(Copy);
        if (memory is not null && await CheckpointHistory.CompareAsync(tiles, memory.Checkpoint, checkpoint, cancellationToken) != Consistency.Holds)
            return (null, "the log signed a tree that does not begin with one that it signed before", true);
        if ((rules.Broken ?? rules.CheckEnd(checkpoint.Size) ?? await FindWrongTargetAsync(rules.Named, checkpoint.Size, cancellationToken) ?? FindUnannouncedKey(rules, note)) is { } broken)
            return (null, broken, true);
        return (new MirrorMemory(note, audit.Prefix, rules.Whole, rules.Announced), null, true);
    }

    private async Task<string?> FindWrongTargetAsync(IReadOnlyList<NamedEntry> named, long size, CancellationToken cancellationToken)
    {
        foreach (var bundle in named.GroupBy(issue => issue.Target / TileId.FullWidth).OrderBy(bundle => bundle.Key))
        {
            var id = TileId.At(TileId.EntriesLevel, bundle.Key, size);
            var entries = EntryBundle.Parse(await Copy.ReadAsync(id, cancellationToken), id.Width);
            foreach (var issue in bundle)
            {
                if (issue.Breach(Entry.Parse(entries[(int)(issue.Target % TileId.FullWidth)].Span)) is { } rule)
                    return $"entry {issue.Index}: {rule}";
            }
        }

        return null;
    }

    private string? FindUnannouncedKey(MeaningRules rules, ReadOnlyMemory<byte> note)
    {
        if (rules.Announced is not { } announced)
            return null;
        try
        {
            var keys = announced.Keys.Distinct().Select(NoteVerifier.Parse).ToArray();
            return SignedCheckpoint.Open(note, origin, keys).Signers.Count == keys.Length
                ? null
                : $"the checkpoint is not signed by all of the keys that entry {announced.LogIndex} announces";
        }
        catch (LogFormatException exception)
        {
            return $"the checkpoint is not signed by the keys that entry {announced.LogIndex} announces ({exception.Message})";
        }
    }

    private async Task<(PullOutcome Outcome, string? Reason)> StopAsync(MirrorMemory? memory, ReadOnlyMemory<byte> note, Checkpoint checkpoint, string reason, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>[] notes = memory is null ? [note] : [memory.Note, note];
        await _evidence.KeepAsync(origin, BrokenName, $"At {checkpoint.Size} entries: {reason}", notes, cancellationToken);
        return (PullOutcome.Broken, await FindBrokenAsync(cancellationToken) ?? reason);
    }

    private async Task PublishAsync(MirrorMemory memory, CancellationToken cancellationToken)
    {
        var stored = await blobs.ReadAsync(CheckpointBlob, cancellationToken);
        var published = stored is null ? null : SignedNote.Parse(stored.Content.Span);
        if (published is not null && Checkpoint.Parse(published.Text) is var before)
        {
            if (before.Size > memory.Checkpoint.Size)
                return;
            var isRecent = cosigners.All(cosigner => cosigner.Verifier.FindIn(published.Text, published.Signatures) is { } found && found.Time > time.GetUtcNow() - RefreshAfter);
            if (before.Size == memory.Checkpoint.Size && isRecent)
                return;
        }

        var plain = SignedNote.Parse(memory.Note.Span);
        var lines = new List<NoteSignature>(plain.Signatures);
        foreach (var cosigner in cosigners)
            lines.Add(await cosigner.CosignAsync(memory.Checkpoint, cancellationToken));

        // Lost to another instance: what that one has written is as good, or better.
        await blobs.TryWriteAsync(CheckpointBlob, (plain with { Signatures = lines }).Encode(), BlobCondition.Is(stored?.ETag), Text, cancellationToken);
    }

    /// <summary>Tiles and bundles of the copy.</summary>
    private sealed class CopiedTiles(IBlobStore blobs, string folder) : ITileReader
    {
        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
            PartialTiles.ReadAsync(tile, async (one, stop) => (await blobs.ReadAsync(AddressOf(one), stop))?.Content, cancellationToken);

        // Whatever is there: only what is beyond the mirror's checkpoint is written, so what a log served wrongly once is replaced.
        public Task<string?> KeepAsync(TileId tile, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            blobs.TryWriteAsync(AddressOf(tile), bytes, BlobCondition.None, Tile, cancellationToken);

        private BlobAddress AddressOf(TileId tile) => new(WitnessContainers.Mirror, $"{folder}/{tile.ToPath()}");
    }

    /// <summary>Reads from the log and keeps what it reads.</summary>
    private sealed class CopyingReader(ITileReader log, CopiedTiles copy) : ITileReader
    {
        public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
        {
            var bytes = await log.ReadAsync(tile, cancellationToken);
            await copy.KeepAsync(tile, bytes, cancellationToken);
            return bytes;
        }
    }
}

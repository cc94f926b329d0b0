namespace TrueCopy.Receipts.Auditing;

/// <summary>
/// Audits a log as any outsider can: with what it publishes, the keys that it is known by, and the memory of what it said
/// before. Only what is new since then is downloaded.
/// </summary>
/// <param name="log">The log; an exception other than for missing and malformed resources ends the audit without a report.</param>
/// <param name="keeper">Where the memory is kept.</param>
/// <param name="parallelism">How many bundles are fetched at a time.</param>
/// <param name="findKeys">
/// Asks for the log's announcements of keys with their proofs, for when none of the trusted keys signs any more; null where
/// nobody can be asked. It may find none, and throws <see cref="LogFormatException"/> where what it finds is malformed.
/// </param>
public sealed class LogAudit(IPublicLog log, IAuditMemory keeper, int parallelism = 8, Func<CancellationToken, Task<KeyChain?>>? findKeys = null)
{
    /// <summary>After so many entries progress is saved, so that an interrupted audit goes on from there.</summary>
    public const int SaveEvery = 64 * TileId.FullWidth;

    /// <summary>The policy that the caller relies on; null for the one that the log's service named at the first audit, if it did.</summary>
    public TrustPolicy? Policy { get; init; }

    /// <summary>Asks the log's service for its policy file; null where nobody can be asked.</summary>
    public Func<CancellationToken, Task<ReadOnlyMemory<byte>?>>? FindPolicy { get; init; }

    /// <summary>How long ago the quorum of a policy may have seen the checkpoint.</summary>
    public TimeSpan MaxSightingAge { get; init; } = Witnessing.DefaultMaxAge;

    /// <summary>Tells how old cosignatures are.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told of every entry whose leaf hash was checked, in log order; those of the last, partial bundle again in the next audit.</summary>
    public Action<long, ReadOnlyMemory<byte>>? Watch { get; init; }

    /// <summary>Runs one audit and keeps what is to be remembered of it.</summary>
    /// <param name="memory">What is remembered.</param>
    /// <param name="progress">Told the number of entries audited; null for nobody.</param>
    /// <param name="cancellationToken">Stops it; what was done so far is saved.</param>
    public async Task<AuditReport> RunAsync(AuditMemory memory, IProgress<(long Done, long Of)>? progress, CancellationToken cancellationToken)
    {
        var note = await ReadNoteAsync(cancellationToken);
        var report = new AuditReport(AuditOutcome.Untrusted, note.Bytes, memory.Note, 0, 0, [], []);
        if (note.Fault is { } unreadable)
            return report with { Faults = [unreadable] };
        string[] newKeys = [];
        if (!TryOpen(note.Bytes, KeySet.Parse(memory.Trusted), out var checkpoint, out var untrusted))
        {
            var (learned, lost) = await FollowAsync(memory, cancellationToken);
            if (learned is null)
                return report with { Faults = lost is null ? [untrusted!] : [untrusted!, lost] };

            // Read again, so that it is not of a time before the checkpoints that prove the keys.
            note = await ReadNoteAsync(cancellationToken);
            report = report with { Note = note.Bytes };
            if (note.Fault is not null || !TryOpen(note.Bytes, learned.Keys, out checkpoint, out untrusted))
                return report with { Faults = [note.Fault ?? untrusted!] };
            foreach (var step in learned.Steps)
            {
                var unproven = new List<LogFault>();
                var consistency = await CompareAsync(step.Checkpoint, checkpoint!.Checkpoint, unproven, cancellationToken);
                if (consistency is Consistency.SplitView or Consistency.Rollback)
                    return report with { Outcome = consistency == Consistency.SplitView ? AuditOutcome.SplitView : AuditOutcome.Rollback, SeenNote = step.Note, Size = checkpoint.Size };
                if (consistency == Consistency.Unproven)
                    return report with { Faults = unproven };
            }

            string[] trusted = [.. learned.Keys.Verifiers.Select(key => key.ToString())];
            newKeys = [.. trusted.Except(memory.Trusted)];
            memory = memory with { Trusted = trusted };
        }

        report = report with { Size = checkpoint!.Size, Checkpoint = checkpoint, NewKeys = newKeys };
        var witnessing = await AuditPolicy.SettleAsync(Policy, memory, FindPolicy, checkpoint, (Clock.GetUtcNow(), MaxSightingAge), cancellationToken);
        report = report with { Witnesses = witnessing.Result, OfferedPolicy = witnessing.Offered };
        memory = memory with { Policy = witnessing.Pinned };
        var faults = new List<LogFault>();
        switch (await CompareAsync(memory.Seen, checkpoint.Checkpoint, faults, cancellationToken))
        {
            case Consistency.SplitView:
                return report with { Outcome = AuditOutcome.SplitView };
            case Consistency.Rollback:
                return report with { Outcome = AuditOutcome.Rollback };
            case Consistency.Holds when witnessing.Fault is { } unwitnessed:
                return report with { Outcome = AuditOutcome.Unwitnessed, Faults = [unwitnessed] };
            case Consistency.Holds:
                // Remembered before the long part: whoever shows another log tomorrow is found out even if this audit is cut short.
                memory = memory with { Note = note.Bytes };
                await keeper.SaveAsync(memory, cancellationToken);
                break;
        }

        if (faults.Count == 0 && memory.AuditedSize == checkpoint.Size)
            return report with { Outcome = memory.HoldsOtherEntries ? AuditOutcome.OtherEntries : AuditOutcome.Holds };
        return await AuditAsync(memory, checkpoint, report, faults, progress, cancellationToken);
    }

    // From the keys that are trusted to those that sign now, by the rule of KeyChain.
    private async Task<(LearnedKeys? Learned, LogFault? Fault)> FollowAsync(AuditMemory memory, CancellationToken cancellationToken)
    {
        try
        {
            if (findKeys is null || await findKeys(cancellationToken) is not { } chain)
                return (null, null);
            var announced = memory.Confirmed.Announced;
            var listed = announced is not null && announced.Keys.ToHashSet().SetEquals(memory.Trusted);
            return (chain.Walk(KeySet.Parse(memory.Trusted), listed ? announced!.LogIndex : null), null);
        }
        catch (LogFormatException exception)
        {
            return (null, new LogFault(null, exception.Message));
        }
    }

    private async Task<AuditReport> AuditAsync(
        AuditMemory memory,
        SignedCheckpoint checkpoint,
        AuditReport report,
        List<LogFault> faults,
        IProgress<(long Done, long Of)>? progress,
        CancellationToken cancellationToken)
    {
        var from = memory.Progress is { } interrupted && interrupted.Prefix.Size <= checkpoint.Size ? interrupted : memory.Confirmed;
        var visitor = new Visitor(memory, keeper, new EntryRules(checkpoint.Checkpoint.Origin, from.Prefix.Size, from.Announced, from.Status), from, checkpoint.Size, progress, Watch);
        TreeAuditResult tree;
        try
        {
            tree = await new TreeAudit(log, parallelism).RunAsync(from.Prefix, checkpoint.Checkpoint, visitor, cancellationToken);
        }
        catch
        {
            await visitor.SaveAsync(CancellationToken.None);
            throw;
        }

        var found = new List<LogFault>(tree.Faults);
        if (found.Count == 0)
            found.AddRange(await CheckMeaningAsync(visitor.Rules, checkpoint.Checkpoint, cancellationToken));

        // Progress that did not end under a signed root may itself be what is wrong: the log may have lied then and not now.
        if (found.Count > 0 && from == memory.Progress)
            return await AuditAsync(memory with { Progress = null }, checkpoint, report, faults, progress, cancellationToken);

        var announced = visitor.Rules.Announced;
        faults.AddRange(found);
        if (faults.Count == 0 && announced is not null && !IsSignedByAll(checkpoint, announced.Keys))
            faults.Add(new LogFault(null, $"the checkpoint is not signed by all of the keys that entry {announced.LogIndex} announces"));
        report = report with { Entries = tree.Entries, Faults = faults };
        if (faults.Count > 0)
        {
            await keeper.SaveAsync(memory with { Progress = null }, cancellationToken);
            return report with { Outcome = AuditOutcome.Damaged };
        }

        var trusted = announced?.Keys ?? memory.Trusted;
        await keeper.SaveAsync(
            memory with { Trusted = trusted, AuditedSize = checkpoint.Size, Confirmed = new AuditPoint(tree.Prefix, announced, visitor.Rules.Marked), Progress = null },
            cancellationToken);
        return report with { Outcome = visitor.Rules.AreOthers ? AuditOutcome.OtherEntries : AuditOutcome.Holds, NewKeys = [.. report.NewKeys, .. trusted.Except(memory.Trusted)] };
    }

    // What needs more than one entry to be seen: the tree is the one that is signed.
    private async Task<IEnumerable<LogFault>> CheckMeaningAsync(EntryRules rules, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        if (rules.CheckEnd(checkpoint.Size) is { } rule)
            return [new LogFault(null, rule)];
        return await new NamedIssues(log, checkpoint).CheckAsync(rules.Named, cancellationToken);
    }

    private async Task<(ReadOnlyMemory<byte> Bytes, LogFault? Fault)> ReadNoteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await log.ReadCheckpointAsync(cancellationToken), null);
        }
        catch (LogFormatException exception)
        {
            return (default, new LogFault(null, exception.Message));
        }
    }

    private async Task<Consistency> CompareAsync(Checkpoint? seen, Checkpoint now, List<LogFault> faults, CancellationToken cancellationToken)
    {
        if (seen is null)
            return Consistency.Holds;
        try
        {
            var consistency = await CheckpointHistory.CompareAsync(new UncachedTiles(log), seen, now, cancellationToken);
            if (consistency == Consistency.Unproven)
                faults.Add(new LogFault(null, $"the tiles do not prove that the log of {now.Size} entries begins with the {seen.Size} that were seen before"));
            return consistency;
        }
        catch (TileNotFoundException exception)
        {
            faults.Add(new LogFault(exception.Tile, "it is missing, so that nothing proves that the log has only grown"));
            return Consistency.Unproven;
        }
        catch (LogFormatException exception)
        {
            faults.Add(new LogFault(null, exception.Message));
            return Consistency.Unproven;
        }
    }

    private static bool TryOpen(ReadOnlyMemory<byte> note, KeySet keys, out SignedCheckpoint? checkpoint, out LogFault? fault)
    {
        (checkpoint, fault) = (null, null);
        try
        {
            checkpoint = keys.Open(note);
            return true;
        }
        catch (LogFormatException exception)
        {
            fault = new LogFault(null, exception.Message);
            return false;
        }
    }

    private static bool IsSignedByAll(SignedCheckpoint checkpoint, IReadOnlyList<string> keys) =>
        TryOpen(checkpoint.Note, KeySet.Parse(keys), out var opened, out _) && opened!.Signers.Count == keys.Distinct().Count();

    /// <summary>Checks entries, reports progress, and saves it from time to time.</summary>
    private sealed class Visitor(
        AuditMemory memory,
        IAuditMemory keeper,
        EntryRules rules,
        AuditPoint from,
        long size,
        IProgress<(long Done, long Of)>? progress,
        Action<long, ReadOnlyMemory<byte>>? watch) : IAuditVisitor
    {
        private AuditPoint _reached = from;
        private long _saved = from.Prefix.Size;

        public EntryRules Rules => rules;

        public string? Visit(long index, ReadOnlyMemory<byte> entry)
        {
            watch?.Invoke(index, entry);
            return rules.Check(index, entry.Span);
        }

        public async Task ReachedAsync(AuditedPrefix prefix, CancellationToken cancellationToken)
        {
            progress?.Report((prefix.Size, size));
            rules.Mark(prefix.Size);
            _reached = new AuditPoint(prefix, rules.Announced, rules.Marked);
            if (prefix.Size - _saved >= SaveEvery)
                await SaveAsync(cancellationToken);
        }

        public async Task SaveAsync(CancellationToken cancellationToken)
        {
            if (_reached.Prefix.Size == _saved)
                return;
            _saved = _reached.Prefix.Size;
            await keeper.SaveAsync(memory with { Progress = _reached }, cancellationToken);
        }
    }
}

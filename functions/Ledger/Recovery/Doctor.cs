using Microsoft.Extensions.Logging.Abstractions;

namespace TrueCopy.Ledger.Recovery;

/// <summary>What a look at a ledger covers and does.</summary>
/// <param name="Apply">Whether what can be repaired is; otherwise nothing is changed.</param>
/// <param name="Receipts">Whether answers are looked for that issuers do not have: two requests an upload.</param>
/// <param name="Kept">The newest signed checkpoint that anybody kept; null for none. What is older than it was set back.</param>
public sealed record DoctorOptions(bool Apply = false, bool Receipts = false, ReadOnlyMemory<byte>? Kept = null);

/// <summary>
/// Compares everything that the service keeps with the journal, its source of truth, and repairs what follows from it.
/// What would contradict a signature, it never touches. Safe beside a running service, whose newest batch may be found
/// unfinished.
/// </summary>
public sealed class Doctor(IBlobStore blobs, IQueueStore queues, ITableStore tables, IIssuerContainers containers, TimeProvider time)
{
    /// <summary>After this long a staged upload should be in the log.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly LogState _state = new(blobs);
    private readonly Journal _journal = new(blobs);
    private readonly LogStore _log = new(blobs);

    /// <summary>Looks at everything.</summary>
    /// <param name="options">What to look at, and whether to repair.</param>
    /// <param name="progress">Told how many entries were looked at; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; what was repaired stays so.</param>
    public async Task<RecoveryReport> RunAsync(DoctorOptions options, IProgress<(long Done, long Of)>? progress, CancellationToken cancellationToken)
    {
        var findings = new Findings(options.Apply);

        // The checkpoint first: it is never ahead of a head that is read after it.
        var published = await _log.ReadCheckpointAsync(cancellationToken);
        var finished = await _state.LoadFinishedAsync(cancellationToken);
        var (size, batches) = (0L, 0L);
        try
        {
            var checkup = new HeadCheckup(_state, _journal, tables, findings);
            var stored = await _state.LoadHeadAsync(cancellationToken);
            var head = options.Kept is { } kept ? await checkup.CompareAsync(stored, kept, cancellationToken)
                : stored?.Head ?? await RestoreHeadAsync(published, finished, checkup, findings, cancellationToken);
            if (head is not null && await checkup.IsNewestAsync(head, published, finished, cancellationToken))
            {
                var chain = await JournalChain.FindAsync(_journal, head.Journal, cancellationToken);
                batches = chain.Count;
                size = await CheckAsync(head, published, finished, chain, options, findings, progress, cancellationToken);
            }
        }
        catch (LogFormatException exception)
        {
            findings.Note(FindingKind.Journal, exception.Message, "Bring the blob back from its versions, or from another copy of the journal. What comes after it was not looked at.");
        }

        await CheckPendingAsync(findings, cancellationToken);
        return new RecoveryReport(size, batches, findings.ToList());
    }

    private async Task<long> CheckAsync(
        Head head,
        ReadOnlyMemory<byte>? published,
        long finished,
        JournalChain chain,
        DoctorOptions options,
        Findings findings,
        IProgress<(long Done, long Of)>? progress,
        CancellationToken cancellationToken)
    {
        var stated = LogCheckup.TryParse(head.Note);
        if (stated is null || JournalChain.NameOf((stated.Size, stated.Root)) != head.Journal)
        {
            findings.Note(FindingKind.Head, "the head's checkpoint is not that of its journal batch", "Bring back the blob state/head from its versions.");
            return 0;
        }

        var publicLog = new LogCheckup(_log, findings);
        var index = new IndexCheckup(tables, chain, findings);
        using var packs = new PackStore(blobs);
        using var statuses = new StatusCheckup(packs, chain, findings);

        // What is not finished may wait for witnesses: it is shown, and looked up, by nobody until the sequencer finishes it.
        var isFinished = finished >= stated.Size;
        IReadOnlyList<string> keys = [];
        await foreach (var batch in chain.ReadAsync(cancellationToken))
        {
            keys = batch.OwnEntries().LastOrDefault(own => own.Entry.Keys is not null).Entry?.Keys ?? keys;
            await publicLog.CheckTilesAsync(batch, stated.Size, cancellationToken);
            await statuses.CheckAsync(batch, cancellationToken);
            if (batch.Size <= finished)
                await index.CheckAsync(batch, cancellationToken);
            progress?.Report((batch.Size, stated.Size));
        }

        if (isFinished)
            await index.CheckExtraAsync(stated.Size, cancellationToken);
        CheckFinished(finished, stated.Size, findings);
        if (LogCheckup.TryOpen(head.Note, stated.Origin, keys) is not { } signed)
        {
            findings.Note(FindingKind.Head, "the head's checkpoint is not signed by the keys that the log announces", "Bring back the blob state/head from its versions; it is not published as it is.");
            return stated.Size;
        }

        await publicLog.CheckCheckpointAsync(published, signed, isFinished, cancellationToken);
        if (options.Receipts && (OpenPublished(published, chain, stated.Origin, keys) ?? (isFinished ? signed : null)) is { } shown)
            await CheckReceiptsAsync(chain, shown, findings, cancellationToken);
        return stated.Size;
    }

    // With what witnesses signed: a receipt that is written again is as good as the first.
    private static SignedCheckpoint? OpenPublished(ReadOnlyMemory<byte>? published, JournalChain chain, string origin, IReadOnlyList<string> keys) =>
        published is { } note && LogCheckup.TryOpen(note, origin, keys) is { } open && chain.Holds(JournalChain.NameOf((open.Size, open.Checkpoint.Root))) ? open : null;

    private async Task CheckReceiptsAsync(JournalChain chain, SignedCheckpoint shown, Findings findings, CancellationToken cancellationToken)
    {
        using var tiles = new CachedTiles(_log);
        var outbox = new Outbox(containers, NullLogger<Outbox>.Instance);
        using var packs = new PackStore(blobs);
        var statuses = new StatusSource(packs, _log, tiles, NullLogger<StatusSource>.Instance);
        var writer = new AnswerWriter(outbox, new Packages(containers), _journal, new ActIndex(tables), new HeadOnly(shown), tiles, statuses);
        var receipts = new ReceiptCheckup(writer, outbox, new Packages(containers), new DeadLetters(blobs), time, findings);
        await receipts.CheckGivenUpAsync(cancellationToken);
        await foreach (var batch in chain.ReadAsync(cancellationToken))
        {
            if (batch.Size <= shown.Size)
                await receipts.CheckAsync(batch, cancellationToken);
        }
    }

    // What was committed after the last published checkpoint was never shown to anyone, and its uploads are still staged.
    private async Task<Head?> RestoreHeadAsync(ReadOnlyMemory<byte>? published, long finished, HeadCheckup checkup, Findings findings, CancellationToken cancellationToken)
    {
        const string What = "there is no head";
        if (published is not { } note || LogCheckup.TryParse(note) is not { } stated)
        {
            findings.Note(FindingKind.Head, $"{What}, and no published checkpoint either", "If a log has begun here, stop the service before it begins another, and bring back the blob state/head from its versions. If none has, all is well.");
            return null;
        }

        if (finished > stated.Size)
        {
            findings.Note(FindingKind.Head, $"{What}, and the published checkpoint is older than what was published last", "Stop the service. Bring back the blob state/head, and the checkpoint, from their versions.");
            return null;
        }

        var head = new Head(JournalChain.NameOf((stated.Size, stated.Root)), note);
        if (!await checkup.IsNewestAsync(head, published, finished, cancellationToken))
            return null;
        var keys = await (await JournalChain.FindAsync(_journal, head.Journal, cancellationToken)).KeysAsync(cancellationToken);
        var signed = LogCheckup.TryOpen(head.Note, stated.Origin, keys)
            ?? throw new LogFormatException("head: there is none, and the published checkpoint is not signed by the keys that the journal announces");
        head = head with { Note = signed.WithoutCosignatures().Note };
        await findings.RepairAsync(FindingKind.Head, What, "It is made again from the published checkpoint and its journal batch.", null, async () =>
        {
            if (await _state.TryReplaceHeadAsync(head, null, cancellationToken) is null)
                throw new LogFormatException("head: another one appeared meanwhile");
        });
        return head;
    }

    private static void CheckFinished(long finished, long size, Findings findings)
    {
        if (finished < size)
            findings.Note(FindingKind.Finished, $"the log is committed up to {size} entries and finished up to {finished}", "The sequencer finishes it by itself, within a minute; if it does not, look at its errors, and at whether the witnesses of its policy answer.");
    }

    private async Task CheckPendingAsync(Findings findings, CancellationToken cancellationToken)
    {
        var staged = new StagedActs(blobs, queues, time, NullLogger<StagedActs>.Instance);
        if (await staged.OldestAsync(cancellationToken) is { } oldest && time.GetUtcNow() - oldest > Patience)
            findings.Note(FindingKind.Pending, $"an upload is staged since {oldest:u}", "The sequencer takes it when it runs; look at its errors.");
        var poison = 0L;
        foreach (var queue in StorageNames.Queues)
            poison += await queues.CountAsync(queue + StorageNames.PoisonSuffix, cancellationToken);
        if (poison > 0)
            findings.Note(FindingKind.Pending, $"{poison} messages that failed for good wait in poison queues", "The service answers and keeps them when it runs.");
        if (await new DeadLetters(blobs).CountAsync(cancellationToken) is > 0 and var letters)
            findings.Note(FindingKind.Pending, $"{letters} dead letters", "Read what each says, mend its cause, and remove it from the container dead-letters.");
    }

    /// <summary>The checkpoint that was looked at, and no other.</summary>
    private sealed class HeadOnly(SignedCheckpoint head) : ICheckpointSource
    {
        public ValueTask<SignedCheckpoint> GetAsync(long minimumSize, CancellationToken cancellationToken) => head.Size >= minimumSize
            ? new(head)
            : throw new LogUnavailableException("The log has grown since the doctor looked at its head.");
    }
}

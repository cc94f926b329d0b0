namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// What a timer runs: picks up what a crash left staged or unfinished, what waits for its document or for witnesses, changes of
/// the registry, new keys, and packages that nobody took; and keeps the published cosignatures fresh.
/// </summary>
public sealed class Housekeeping(RegistryWatch registry, HandoverExpiry expiry, Sequencer sequencer, CheckpointRefresh refresh, Backlog backlog, SequencerMetrics metrics, AnswerMetrics answerMetrics)
{
    /// <summary>Runs once; whatever fails, the next run tries again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Before the drain, so that what waits is seen also when draining is what fails.
        var work = await backlog.ReadAsync(cancellationToken);
        metrics.StagedAge(work.StagedFor);
        metrics.Standstill(work.StandingFor);
        answerMetrics.Waiting(work.Answers);
        await registry.CheckAsync(cancellationToken);
        await expiry.RunAsync(cancellationToken);
        await sequencer.DrainAsync(cancellationToken);
        metrics.Unpublished(sequencer.WaitsForWitnesses ? await backlog.ReadUnpublishedAsync(cancellationToken) : TimeSpan.Zero);
        await refresh.RunAsync(cancellationToken);
        metrics.HousekeepingRan();
    }
}

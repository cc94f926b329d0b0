using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Handovers;

/// <summary>
/// Has the log record what receivers and holders do with a package. What may be is decided by the sequencer; here it is looked at
/// before, so that nothing is staged in vain, staged, and waited for. Asking again comes to the same act.
/// </summary>
public sealed partial class HandoverActs(HandoverTraces traces, StagedActs staged, Sequencer sequencer, HandoverOptions options, TimeProvider time, ILogger<HandoverActs> logger)
{
    private const int UseLength = 32;

    /// <summary>What a receiver does: <c>received</c>, <c>declined</c> or <c>used</c>.</summary>
    /// <param name="receiver">The receiver's id.</param>
    /// <param name="id">The handover's id.</param>
    /// <param name="act">What it does.</param>
    /// <param name="cancellationToken">Gives up; what was staged goes on.</param>
    /// <returns>The act with its receipt; null where it takes longer, and the trace will tell.</returns>
    /// <exception cref="HandoverRefusedException">It is malformed, of no handover to this receiver, or may not be.</exception>
    public async Task<HandoverEventDocument?> ActAsync(string receiver, string id, HandoverActDocument act, CancellationToken cancellationToken)
    {
        if (Breach(act, out var note) is { } rule)
            throw new HandoverRefusedException(HandoverFault.Malformed, HandoverRefusal.Malformed(rule));
        return await RecordAsync(id, handover => handover.Receiver == receiver, act.Act, act.Proof, note?.Encode(), act.Use, cancellationToken);
    }

    /// <summary>The holder takes her consent back.</summary>
    /// <param name="id">The handover's id.</param>
    /// <param name="proof">The withdraw key, 64 lower-case hex digits.</param>
    /// <param name="cancellationToken">Gives up; what was staged goes on.</param>
    /// <returns>The act with its receipt; null where it takes longer, and the trace will tell.</returns>
    /// <exception cref="HandoverRefusedException">It is malformed, of no handover, or may not be.</exception>
    public Task<HandoverEventDocument?> WithdrawAsync(string id, string proof, CancellationToken cancellationToken) =>
        RecordAsync(id, _ => true, ActKind.Withdrawn, proof, null, null, cancellationToken);

    private async Task<HandoverEventDocument?> RecordAsync(string id, Func<Handover, bool> isTheirs, ActKind kind, string? proof, string? note, string? use, CancellationToken cancellationToken)
    {
        if (await traces.FindAsync(id, cancellationToken) is not { } handover || !isTheirs(handover))
            throw new HandoverRefusedException(HandoverFault.NotFound, HandoverRefusal.NoSuchHandover());
        if (handover is not { Record.Sent: { } sent, Life: { } life })
            throw new HandoverRefusedException(HandoverFault.Conflict, HandoverRefusal.NotSent());
        if (HandoverRule.RefuseProof(life, kind, proof) is { } wrong)
            throw new HandoverRefusedException(HandoverFault.Conflict, wrong);

        var asked = new StagedHandover(sent.Source, id, kind, time.WholeSecond(), sent.Package) { Proof = proof, Note = note, Use = use };
        if (Outcome(handover, asked) is { } recorded)
            return await traces.EventAsync(recorded, cancellationToken);
        await staged.StageAsync(asked, cancellationToken);
        await DrainAsync(cancellationToken);
        return await WaitAsync(id, asked, cancellationToken);
    }

    // What the sequencer of another process drains shows in the index as well.
    private async Task<HandoverEventDocument?> WaitAsync(string id, StagedHandover asked, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            if (await traces.FindAsync(id, cancellationToken) is { } handover && Outcome(handover, asked) is { } recorded)
                return await traces.EventAsync(recorded, cancellationToken);
            if (time.GetElapsedTime(since) >= options.Patience)
                return null;
            await Task.Delay(options.LookEvery, time, cancellationToken);
        }
    }

    // What ended meanwhile stays so: what is refused now will be when it is sequenced.
    private static IndexedAct? Outcome(Handover handover, StagedHandover asked) =>
        handover.Find(asked.Id) ?? (HandoverRule.Refuse(handover.Life, asked.Kind, asked.Proof) is { } refusal
            ? throw new HandoverRefusedException(HandoverFault.Conflict, refusal)
            : null);

    // Once staged, the act is safe; who asked is told that it takes longer.
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await sequencer.DrainAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogDrainFailed(logger, exception);
        }
    }

    private static string? Breach(HandoverActDocument act, out HandoverNote? note)
    {
        note = null;
        if (act.Act is not (ActKind.Received or ActKind.Declined or ActKind.Used))
            return "act is one of received, declined, used";
        if (act.Proof is not null && !HandoverLocks.IsHex(act.Proof))
            return "proof is 64 lower-case hex digits";
        if (act.Act == ActKind.Used ? act.Use is not { Length: UseLength } || !act.Use.All(char.IsAsciiHexDigitLower) : act.Use is not null)
            return "use is 32 lower-case hex digits, and goes with used alone";
        var (reason, purpose) = (default(DeclineReason?), default(HandoverPurpose?));
        if (act.Reason is not null)
            reason = WireName.TryParse(act.Reason, out DeclineReason why) ? why : null;
        if (act.Purpose is not null)
            purpose = WireName.TryParse(act.Purpose, out HandoverPurpose what) ? what : null;
        if (act.Act == ActKind.Received)
            return act is { Reason: null, Text: null, Purpose: null } ? null : "nothing is noted with received";
        note = new HandoverNote(reason, act.Text, purpose);
        return note.Check(act.Act);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Sequencing failed; what was staged waits for the next drain.")]
    private static partial void LogDrainFailed(ILogger logger, Exception exception);
}

using System.Globalization;
using System.Text;

namespace TrueCopy.Client.Handovers;

/// <summary>One thing that became of a handover, proven.</summary>
/// <param name="LogIndex">Index of its entry.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Receipt">What proves it.</param>
/// <param name="Checkpoint">The checkpoint that it is proven under.</param>
/// <param name="Note">What was noted with it; null where nothing was.</param>
public sealed record HandoverStep(long LogIndex, Entry Entry, Receipt Receipt, SignedCheckpoint Checkpoint, HandoverNote? Note);

/// <summary>What became of a handover.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Receiver">The receiver's id: the service's word, for the log names none.</param>
/// <param name="State">How far it has come: what the steps prove. <c>announced</c> and <c>refused</c> are the service's word.</param>
/// <param name="Steps">What the log holds of it, in log order; all proven.</param>
/// <param name="Expires">When the sealed package is deleted if nobody takes it; null unless it waits. The service's word.</param>
/// <param name="Refused">Why it was refused; the service's word.</param>
public sealed record HandoverTrace(string Id, string Receiver, HandoverState State, IReadOnlyList<HandoverStep> Steps, DateTimeOffset? Expires, string? Refused)
{
    /// <summary>The step of a kind; null if there is none.</summary>
    public HandoverStep? Find(ActKind kind) => Steps.FirstOrDefault(step => step.Entry.Kind == kind);

    /// <summary>Checks what a service says of a handover against the receipts that it shows.</summary>
    /// <param name="said">What it says.</param>
    /// <param name="id">What it was asked.</param>
    /// <param name="known">What the caller knows of the handover, and the log has to agree with.</param>
    /// <param name="open">Verifies the checkpoint of a receipt; throws <see cref="LogFormatException"/> if it does not count.</param>
    /// <exception cref="ReceiptException">Something that it says is not proven, or it cannot be so.</exception>
    internal static HandoverTrace Check(TraceDocument said, string id, KnownHandover known, Func<ReadOnlyMemory<byte>, SignedCheckpoint> open)
    {
        if (said.Id != id)
            throw Differs("It is about another handover.");
        var steps = new List<HandoverStep>(said.Events.Count);
        foreach (var shown in said.Events)
        {
            var step = Prove(shown, known, open);
            if (Breach(step, steps) is { } rule)
                throw Differs(string.Create(CultureInfo.InvariantCulture, $"Entry {step.LogIndex} of the log cannot be of this handover: {rule}."));
            steps.Add(step);
        }

        if (steps.Count > 0 && known.WithdrawLock is { } withdrawLock && steps[0].Entry.WithdrawLock != withdrawLock)
            throw Differs("What it shows is another handover than that of the trace link.");
        if (steps.Count > 0 && known.ConsentLock is { } consentLock && steps[0].Entry.Lock != consentLock)
            throw Differs("What it shows is the handover of another package, with another consent.");
        var proven = StateOf(steps);
        return (proven is null ? said.State is HandoverState.Announced or HandoverState.Refused : said.State == proven)
            ? new HandoverTrace(id, said.Receiver, said.State, steps, said.Expires, said.Refused)
            : throw Differs("It says of the handover what the log does not.");
    }

    private static HandoverStep Prove(HandoverEventDocument shown, KnownHandover known, Func<ReadOnlyMemory<byte>, SignedCheckpoint> open)
    {
        try
        {
            var receipt = Receipt.Parse(Encoding.UTF8.GetBytes(shown.Receipt));
            var entry = receipt.ReadEntry();
            if (entry.Kind != shown.Act || entry.At != shown.At || receipt.Proof.Index != shown.LogIndex)
                throw Differs("A receipt is of something else than what it comes with.");
            if (HandoverEntry.Rule(entry) is { } rule || !(entry.Kind == ActKind.Handover || HandoverEntry.IsOutcome(entry.Kind)))
                throw Differs("A receipt is not of what becomes of a handover.");
            if (known.Package is { } package && entry.Commitment != receipt.Opening.Commit(package))
                throw Differs("A receipt is of another package.");
            if (entry.NoteCommitment != (receipt.Note is { } note ? receipt.Opening.CommitNote(note) : null))
                throw Differs("A receipt has another note than its entry.");
            var checkpoint = open(receipt.Proof.Checkpoint);
            return ProofVerifier.Includes(TreeHasher.Leaf(receipt.Entry.Span), receipt.Proof.Index, checkpoint.Size, [.. receipt.Proof.Path], checkpoint.Checkpoint.Root)
                ? new HandoverStep(receipt.Proof.Index, entry, receipt, checkpoint, receipt.Note is null ? null : HandoverNote.Parse(receipt.Note))
                : throw new ReceiptException(ReceiptFault.Inclusion, "An entry is not in the log that the checkpoint signs.");
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Checkpoint, $"A receipt cannot be relied on: {exception.Message}.", exception);
        }
    }

    private static string? Breach(HandoverStep step, List<HandoverStep> before)
    {
        if (before.Count == 0)
            return step.Entry.Kind == ActKind.Handover ? null : "nothing was handed over before";
        var first = before[0];
        if (step.LogIndex <= before[^1].LogIndex)
            return "it is not shown in the order of the log";
        if (step.Entry.Kind == ActKind.Handover)
            return "it was handed over before";
        if (step.Entry.Target != first.LogIndex)
            return "it names another";
        if (HandoverEntry.Breach(step.Entry.Kind, step.Entry.Proof, first.Entry) is { } wrong)
            return $"it names one {wrong}";
        return (before.Last(done => done.Entry.Kind != ActKind.Used).Entry.Kind, step.Entry.Kind) switch
        {
            (ActKind.Handover, not ActKind.Used) => null,
            (ActKind.Received, ActKind.Used or ActKind.Withdrawn) => null,
            var (last, _) => $"nothing of the kind comes after it was {(last == ActKind.Handover ? "handed over" : WireName.Of(last))}",
        };
    }

    private static HandoverState? StateOf(List<HandoverStep> steps) => steps.Count == 0 ? null : steps.Last(step => step.Entry.Kind != ActKind.Used).Entry.Kind switch
    {
        ActKind.Received => HandoverState.Received,
        ActKind.Declined => HandoverState.Declined,
        ActKind.Withdrawn => HandoverState.Withdrawn,
        ActKind.Expired => HandoverState.Expired,
        _ => HandoverState.Sent,
    };

    private static ReceiptException Differs(string message) => new(ReceiptFault.Document, message);
}

/// <summary>What one who asks about a handover knows of it already; whatever is null is not compared.</summary>
/// <param name="WithdrawLock">What the holder's secret makes.</param>
/// <param name="ConsentLock">What the consent makes that was opened here, or was written here.</param>
/// <param name="Package">SHA-256 of the sealed package.</param>
public sealed record KnownHandover(string? WithdrawLock = null, string? ConsentLock = null, Digest? Package = null)
{
    /// <summary>What the holder knows who has nothing but the trace link.</summary>
    public static KnownHandover Of(HandoverSecret secret) => new(secret.WithdrawLock);

    /// <summary>What the receiver knows who opened the package.</summary>
    /// <param name="consentFile">The exact bytes of <c>consent.json</c>.</param>
    public static KnownHandover Of(ReadOnlyMemory<byte> consentFile) => new(ConsentLock: HandoverLocks.Lock(HandoverLocks.ConsentProof(consentFile.Span)));
}

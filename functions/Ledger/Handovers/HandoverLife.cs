namespace TrueCopy.Ledger.Handovers;

/// <summary>How far a handover has come in the log.</summary>
/// <param name="LogIndex">Index of its entry.</param>
/// <param name="Package">The sealed package.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="Lock">What the proof of the opened consent hashes to.</param>
/// <param name="WithdrawLock">What the withdraw key hashes to.</param>
public sealed record HandoverLife(long LogIndex, Digest Package, DateTimeOffset SentAt, string? Lock, string? WithdrawLock)
{
    /// <summary>What was done last that was no use: <see cref="ActKind.Handover"/> while it waits.</summary>
    public ActKind Last { get; private init; } = ActKind.Handover;

    /// <summary>How often what was handed over was used.</summary>
    public int Uses { get; private init; }

    /// <summary>Whether it waits for its receiver.</summary>
    public bool Waits => Last == ActKind.Handover;

    /// <summary>The same as clients are told.</summary>
    public HandoverState State => Last switch
    {
        ActKind.Received => HandoverState.Received,
        ActKind.Declined => HandoverState.Declined,
        ActKind.Withdrawn => HandoverState.Withdrawn,
        ActKind.Expired => HandoverState.Expired,
        _ => HandoverState.Sent,
    };

    /// <summary>The life that the rows of a handover tell; null where there is none yet.</summary>
    /// <param name="rows">Of one handover, in log order.</param>
    public static HandoverLife? Of(IEnumerable<IndexedAct> rows)
    {
        HandoverLife? life = null;
        foreach (var row in rows)
            life = row.Entry.Kind == ActKind.Handover ? Begin(row.LogIndex, row.Digest, row.Entry) : life?.After(row.Entry.Kind);
        return life;
    }

    /// <summary>How it begins.</summary>
    public static HandoverLife Begin(long logIndex, Digest package, Entry entry) => new(logIndex, package, entry.At, entry.Lock, entry.WithdrawLock);

    /// <summary>The life after an act that <see cref="HandoverRule"/> admits.</summary>
    public HandoverLife After(ActKind kind) => kind == ActKind.Used ? this with { Uses = Uses + 1 } : this with { Last = kind };
}

/// <summary>
/// What may become of a handover: a pure function of what the log holds of it. The first of <c>received</c>, <c>declined</c>,
/// <c>withdrawn</c> and <c>expired</c> ends its waiting; what was received may be used until it is withdrawn; after that, and
/// after a package was declined or expired, nothing comes.
/// </summary>
public static class HandoverRule
{
    /// <summary>The most uses of one handover that are recorded, so that none can make its trace dear.</summary>
    public const int MaxUses = 100;

    /// <summary>Whether acts of this kind are of handovers.</summary>
    public static bool IsOfHandover(ActKind kind) =>
        kind is ActKind.Handover or ActKind.Received or ActKind.Declined or ActKind.Used or ActKind.Withdrawn or ActKind.Expired;

    /// <summary>Whether the sealed package is deleted once an act of this kind is published.</summary>
    public static bool EndsWaiting(ActKind kind) => kind is ActKind.Received or ActKind.Declined or ActKind.Withdrawn or ActKind.Expired;

    /// <summary>Why an act may not be recorded; null if it may.</summary>
    /// <param name="life">The handover so far; null where it was not sent.</param>
    /// <param name="kind">What is to be done.</param>
    /// <param name="proof">What is to open a lock; null where nothing is given.</param>
    public static Rejection? Refuse(HandoverLife? life, ActKind kind, string? proof)
    {
        if (kind == ActKind.Handover)
            return life is null ? null : HandoverRefusal.SentAlready();
        if (life is null)
            return HandoverRefusal.NotSent();
        return RefuseProof(life, kind, proof) ?? (life.Last, kind) switch
        {
            (ActKind.Handover, ActKind.Used) => HandoverRefusal.NotReceived(),
            (ActKind.Handover, _) or (ActKind.Received, ActKind.Withdrawn) => null,
            (ActKind.Received, ActKind.Used) => life.Uses < MaxUses ? null : HandoverRefusal.UsedTooOften(),
            _ => HandoverRefusal.Over(life.State),
        };
    }

    /// <summary>Why a proof does not allow an act, whatever became of the handover; null if it does.</summary>
    public static Rejection? RefuseProof(HandoverLife life, ActKind kind, string? proof) => kind switch
    {
        ActKind.Received => HandoverLocks.Opens(proof, life.Lock) ? null : HandoverRefusal.ConsentNotOpened(),
        ActKind.Declined => proof is null || HandoverLocks.Opens(proof, life.Lock) ? null : HandoverRefusal.ConsentNotOpened(),
        ActKind.Withdrawn => HandoverLocks.Opens(proof, life.WithdrawLock) ? null : HandoverRefusal.NotTheHolder(),
        _ => proof is null ? null : HandoverRefusal.Malformed("a proof goes with received, declined and withdrawn"),
    };
}

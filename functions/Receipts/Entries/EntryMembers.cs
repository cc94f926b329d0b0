namespace TrueCopy.Receipts.Entries;

// How an entry is kept in memory: nearly all of them issue a document, so what others say as well takes no room in those. Times are ticks in UTC.
public sealed partial record Entry
{
    private const long NoTime = -1;

    private readonly ActMembers? _ofAct;
    private readonly OtherMembers? _other;
    private readonly long _at;
    private readonly long _validFrom = NoTime;
    private readonly long _expires = NoTime;

    private ActMembers OfAct { get => _ofAct ?? ActMembers.None; init => _ofAct = value == ActMembers.None ? null : value; }

    private OtherMembers Other { get => _other ?? OtherMembers.None; init => _other = value == OtherMembers.None ? null : value; }

    /// <summary>Whether it says nothing but what acts on documents do.</summary>
    internal bool IsOfDocument => _other is null;

    private static long TicksOf(DateTimeOffset? time) => time?.UtcTicks ?? NoTime;

    private static DateTimeOffset? TimeOf(long ticks) => ticks == NoTime ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    /// <summary>What acts on documents say, and issues of what was issued before.</summary>
    private sealed record ActMembers
    {
        public static readonly ActMembers None = new();

        public long? Replaces { get; init; }

        public long? Yields { get; init; }

        public long? Target { get; init; }

        public ReasonCode? Reason { get; init; }

        public string? SuccessorCommitment { get; init; }

        public string? NoteCommitment { get; init; }
    }

    /// <summary>What other entries than those of acts on documents say.</summary>
    private sealed record OtherMembers
    {
        public static readonly OtherMembers None = new();

        public string? Domain { get; init; }

        public DomainWord? Outcome { get; init; }

        public Retention? Retention { get; init; }

        public IReadOnlyList<string>? Algorithms { get; init; }

        public string? Receiver { get; init; }

        public string? EncryptionKey { get; init; }

        public IReadOnlyList<string>? Purposes { get; init; }

        public long? KeepsDays { get; init; }

        public string? Lock { get; init; }

        public string? WithdrawLock { get; init; }

        public string? Proof { get; init; }

        public string? Origin { get; init; }

        public IReadOnlyList<string>? Keys { get; init; }

        public long? Covers { get; init; }

        public string? Root { get; init; }

        public long? From { get; init; }
    }
}

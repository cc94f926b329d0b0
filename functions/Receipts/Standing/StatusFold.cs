using System.Collections.Immutable;

namespace TrueCopy.Receipts.Standing;

/// <summary>When an act takes effect: acts go by their time, then their position in the upload, then their index.</summary>
/// <param name="At">When it was done.</param>
/// <param name="Position">Its position in its upload.</param>
/// <param name="Index">Its index in the log.</param>
public readonly record struct ActOrder(DateTimeOffset At, long? Position, long Index)
{
    /// <summary>Whether it takes effect after another.</summary>
    public bool IsAfter(ActOrder other) => (At, Position, Index).CompareTo((other.At, other.Position, other.Index)) > 0;
}

/// <summary>The holds on one issue entry, as far as later ones may be decided by them: acts may come in another order than that of their effect.</summary>
/// <param name="Suspended">The last suspension in the order of effect; null for none.</param>
/// <param name="Reinstated">The last reinstatement; null for none.</param>
public readonly record struct HoldHistory(ActOrder? Suspended, ActOrder? Reinstated)
{
    /// <summary>Whether it is on hold.</summary>
    public bool IsOnHold => Suspended is { } suspended && (Reinstated is not { } reinstated || suspended.IsAfter(reinstated));
}

/// <summary>An entry that a later one names, which has to be there and go with it.</summary>
/// <param name="Index">The entry that names it.</param>
/// <param name="Target">The index that it names.</param>
/// <param name="Kind">What the entry that names it records.</param>
/// <param name="Party">Whose the one that is named has to be: the id of an issuer or a receiver; null where it is nobody's.</param>
/// <param name="Algorithm">What it has to commit with; null where that does not matter.</param>
/// <param name="Proof">What opens a lock of it; null for nothing.</param>
public readonly record struct NamedEntry(long Index, long Target, ActKind Kind, string? Party, string? Algorithm, string? Proof = null)
{
    /// <summary>What an entry names; null if nothing.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="entry">An issue that replaces or yields, a receiver's that replaces, an act, or what became of a handover.</param>
    public static NamedEntry? In(long index, Entry entry) => entry switch
    {
        { Kind: ActKind.Issue } => (entry.Replaces ?? entry.Yields) is { } other ? new NamedEntry(index, other, entry.Kind, entry.Issuer, entry.Algorithm) : null,
        { Kind: ActKind.Receiver } => entry.Replaces is { } before ? new NamedEntry(index, before, entry.Kind, entry.Receiver, null) : null,
        { Target: { } target } when HandoverEntry.IsOutcome(entry.Kind) => new NamedEntry(index, target, entry.Kind, null, entry.Algorithm, entry.Proof),
        { Target: { } target } => new NamedEntry(index, target, entry.Kind, entry.Issuer, null),
        _ => null,
    };

    /// <summary>The rule that is broken by what is there; null if none.</summary>
    /// <param name="target">The entry that is named.</param>
    public string? Breach(Entry target)
    {
        if (Kind == ActKind.Receiver)
            return target.Kind == ActKind.Receiver && target.Receiver == Party ? null : $"it names entry {Target}, which does not describe the same receiver";
        if (HandoverEntry.IsOutcome(Kind))
            return HandoverEntry.Breach(Kind, Proof, target) is { } rule ? $"it names entry {Target}, {rule}" : null;
        if (target.Kind != ActKind.Issue)
            return $"it names entry {Target}, which issues nothing";
        if (target.Issuer != Party)
            return $"it names entry {Target}, which is another issuer's";
        return Algorithm is not null && target.Algorithm != Algorithm ? $"it names entry {Target}, whose digest is of another algorithm" : null;
    }
}

/// <summary>What an entry did to the status of others.</summary>
/// <param name="Changes">The codes that changed; at most two.</param>
/// <param name="Named">The entry that it names, if it does; what is there is for the caller to look at.</param>
/// <param name="Breach">The rule that it breaks, by itself or by the status of what it names; null if none. Then nothing changed.</param>
public readonly record struct StatusStep(IReadOnlyList<StatusChange> Changes, NamedEntry? Named, string? Breach);

/// <summary>
/// The status of every entry as a pure function of the entries, in log order: what the service commits to, and what an auditor
/// or a mirror computes again. It remembers codes and holds, and so little while little is taken back.
/// </summary>
public sealed class StatusFold
{
    private static readonly StatusChange[] Nothing = [];
    private readonly StatusTree _tree;

    /// <summary>Begins at the first entry whose status is kept.</summary>
    /// <param name="from">Its index: 0, or in a log of before, where the first batch with a status begins.</param>
    public StatusFold(long from)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        (From, _tree) = (from, new StatusTree());
        _tree.Grow(from);
    }

    /// <summary>Goes on from what was kept.</summary>
    /// <exception cref="LogFormatException">It says something of entries that were not there.</exception>
    public StatusFold(StatusState state)
    {
        if (state.From < 0 || state.Size < state.From || state.Last < -1 || state.Last >= state.Size || state.Holds.Keys.Any(index => index < 0 || index >= state.Size))
            throw new LogFormatException("status: it says something of an entry beyond the last one");
        (From, _tree, Holds, Last) = (state.From, new StatusTree(state.Size, state.Pages), state.Holds, state.Last);
    }

    /// <summary>Index of the first entry whose status is kept.</summary>
    public long From { get; }

    /// <summary>How many entries there are: the index of the next one.</summary>
    public long Size => _tree.Size;

    /// <summary>Index of the last status entry; -1 if there was none yet.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>How far this has come.</summary>
    public StatusState State => new(From, Size, Last, Pages, Holds);

    /// <summary>The pages that are not all zero; what is handed out never changes.</summary>
    public ImmutableSortedDictionary<long, ReadOnlyMemory<byte>> Pages => _tree.Pages;

    /// <summary>The holds on entries that are neither superseded nor revoked nor reissued; what is handed out never changes.</summary>
    public ImmutableDictionary<long, HoldHistory> Holds { get; private set; } = ImmutableDictionary<long, HoldHistory>.Empty;

    /// <summary>The status of an entry so far.</summary>
    public EntryStatus this[long index] => _tree[index];

    /// <summary>The root over the status of all entries so far.</summary>
    public MerkleHash Root() => _tree.Root();

    /// <summary>The path of a page under <see cref="Root"/>, from its sibling upwards.</summary>
    public IReadOnlyList<MerkleHash> Path(long page) => _tree.Path(page);

    /// <summary>Takes in the next entry.</summary>
    public StatusStep Add(Entry entry)
    {
        var index = Size;
        var step = entry.Kind switch
        {
            ActKind.Issue => Issue(index, entry),
            ActKind.Revoke or ActKind.Suspend or ActKind.Reinstate or ActKind.Supersede => Act(index, entry),
            ActKind.Status => new StatusStep(Nothing, null, Misstatement(index, entry)),
            ActKind.Receiver => Describe(index, entry),
            _ when HandoverEntry.IsOutcome(entry.Kind) => new StatusStep(Nothing, NamedEntry.In(index, entry), null),
            _ => new StatusStep(Nothing, null, null),
        };
        Skip(index + 1);
        foreach (var change in step.Changes)
            _tree[change.Index] = change.Status;
        if (entry.Kind == ActKind.Status)
            Last = index;
        return step;
    }

    /// <summary>Passes over entries that say nothing of the status of others.</summary>
    /// <param name="size">How many entries there are then.</param>
    public void Skip(long size) => _tree.Grow(size);

    private string? Misstatement(long index, Entry entry)
    {
        if (StatusProof.Misstatement(entry, index) is { } malformed)
            return malformed;
        if ((entry.From ?? 0) != From)
            return $"it says that status is kept from entry {entry.From ?? 0}, and that is entry {From}";
        return entry.Root == Convert.ToHexStringLower(Root().Bytes) ? null : "the status that it commits to is not that of the entries before it";
    }

    private StatusStep Issue(long index, Entry entry)
    {
        if ((entry.Replaces ?? entry.Yields) is not { } other)
            return new StatusStep(Nothing, null, null);
        if (entry is { Replaces: not null, Yields: not null })
            return Broken("it cannot both replace an issue and yield to one");
        if (other < 0 || other >= index)
            return Broken("an issue comes after the one that it replaces or yields to");
        var named = NamedEntry.In(index, entry);
        var status = _tree[other];
        if (entry.Yields is not null)
        {
            return status == EntryStatus.Reissued
                ? Broken($"it yields to entry {other}, which does not count itself")
                : new StatusStep([new StatusChange(index, EntryStatus.Reissued)], named, null);
        }

        if (status != EntryStatus.Stands)
            return Broken($"it replaces entry {other}, which is {NameOf(status)}");
        if (Holds.TryGetValue(other, out var hold))
            Holds = Holds.Remove(other).Add(index, hold);
        return new StatusStep([new StatusChange(other, EntryStatus.Reissued)], named, null);
    }

    private StatusStep Describe(long index, Entry entry)
    {
        if (entry.Replaces is not { } before)
            return new StatusStep(Nothing, null, null);
        if (before < 0 || before >= index)
            return Broken("the description of a receiver comes after the one that it replaces");
        return _tree[before] == EntryStatus.Stands
            ? new StatusStep([new StatusChange(before, EntryStatus.Reissued)], NamedEntry.In(index, entry), null)
            : Broken($"it replaces entry {before}, which is {NameOf(_tree[before])}");
    }

    private StatusStep Act(long index, Entry entry)
    {
        if (entry.Target is not { } target)
            return Broken("it acts on a document without naming the entry that issued it");
        if (target < 0 || target >= index)
            return Broken("an act comes after what it acts on");
        var before = _tree[target];
        if (before is not (EntryStatus.Stands or EntryStatus.Suspended or EntryStatus.Superseded))
            return Broken($"it acts on entry {target}, which is {NameOf(before)}");
        var after = After(index, entry, target, before);
        return new StatusStep(after == before ? Nothing : [new StatusChange(target, after)], NamedEntry.In(index, entry), null);
    }

    private EntryStatus After(long index, Entry entry, long target, EntryStatus before)
    {
        if (entry.Kind == ActKind.Revoke || entry.Kind == ActKind.Supersede || before == EntryStatus.Superseded)
        {
            Holds = Holds.Remove(target);
            return entry.Kind == ActKind.Revoke ? EntryStatus.Revoked : EntryStatus.Superseded;
        }

        var act = new ActOrder(entry.At, entry.Position, index);
        var hold = Holds.GetValueOrDefault(target);
        hold = entry.Kind == ActKind.Suspend
            ? hold with { Suspended = Later(hold.Suspended, act) }
            : hold with { Reinstated = Later(hold.Reinstated, act) };
        Holds = Holds.SetItem(target, hold);
        return hold.IsOnHold ? EntryStatus.Suspended : EntryStatus.Stands;
    }

    private static ActOrder Later(ActOrder? one, ActOrder other) => one is { } known && known.IsAfter(other) ? known : other;

    private static StatusStep Broken(string rule) => new(Nothing, null, rule);

    private static string NameOf(EntryStatus status) => Enum.IsDefined(status) ? WireName.Of(status) : $"of status {(int)status}";
}

namespace TrueCopy.Receipts.Auditing;

/// <summary>
/// Holds a log to its status from the first status entry on: computes it again, entry by entry. In a log of before, what came
/// earlier in the same batch counts too, and only the status entry says where that began; so acts are kept until then.
/// </summary>
/// <param name="start">Index of the first entry to come.</param>
/// <param name="known">The status of all before it; null where no status entry was there.</param>
internal sealed class StatusRules(long start, StatusState? known)
{
    private readonly List<(long Index, Entry Entry)> _early = [];
    private StatusFold? _fold = known is null ? null : new StatusFold(known);
    private (long Size, StatusState? State) _marked = (start, known);

    /// <summary>The status of all entries up to the last mark; null where the log kept none by then.</summary>
    public StatusState? Marked => _marked.State;

    /// <summary>What entries name whose status is kept, for somebody to look at.</summary>
    public List<NamedEntry> Named { get; } = [];

    /// <summary>Takes in the next entry.</summary>
    /// <returns>The rule that it breaks; null if none.</returns>
    public string? Add(long index, Entry entry)
    {
        if (_fold is null)
        {
            if (entry.Kind != ActKind.Status)
            {
                if (NamedEntry.In(index, entry) is not null)
                    _early.Add((index, entry));
                return null;
            }

            if (Begin(index, entry) is { } rule)
                return rule;
        }

        return Fold(entry);
    }

    /// <summary>Marks the place up to which the next audit need not look.</summary>
    public void Mark(long size) => _marked = (size, _fold?.State);

    /// <summary>The rule that a checkpoint of so many entries breaks; null if none.</summary>
    public string? CheckEnd(long size) => _fold is not null && _fold.Last != size - 1
        ? $"the last of the {size} entries is not the status of those before it, which the log has kept since entry {_fold.From}"
        : null;

    // The status entry says from where on; what that part of the batch did is done now.
    private string? Begin(long index, Entry status)
    {
        var from = status.From ?? 0;
        if (from < start || from > index)
            return $"it says that status is kept from entry {from}, of which an earlier checkpoint said nothing";
        _fold = new StatusFold(from);
        string? broken = null;
        foreach (var (early, entry) in _early.Where(early => early.Index >= from))
        {
            Pass(early);
            if (Fold(entry) is { } rule)
                broken ??= $"entry {early}, whose status it is the first to say: {rule}";
        }

        Pass(index);
        _early.Clear();
        return broken;
    }

    // What was marked in that part is known now too.
    private void Pass(long index)
    {
        if (_marked.State is null && _marked.Size > _fold!.From && _marked.Size >= _fold.Size && _marked.Size <= index)
        {
            _fold.Skip(_marked.Size);
            _marked = (_marked.Size, _fold.State);
        }

        _fold!.Skip(index);
    }

    private string? Fold(Entry entry)
    {
        var step = _fold!.Add(entry);
        if (step.Named is { } named)
            Named.Add(named);
        return step.Breach;
    }
}

namespace TrueCopy.Ledger.Handovers;

/// <summary>What handovers that are staged come to, now.</summary>
/// <param name="known">What the log holds of each handover, by its id; null where that is nothing.</param>
/// <param name="packages">Which package was sent under the id.</param>
/// <param name="inEffect">The acts that are in the log already.</param>
public sealed class HandoversOfBatch(
    IReadOnlyDictionary<string, HandoverLife?> known,
    IReadOnlyDictionary<string, BlobVersion?> packages,
    IReadOnlySet<ActId> inEffect)
{
    private readonly Dictionary<string, HandoverLife?> _lives = new(known);
    private readonly Dictionary<string, BlobVersion?> _packages = new(packages);
    private readonly HashSet<ActId> _seen = [.. inEffect];
    private readonly HashSet<string> _begun = [];
    private readonly List<BlobVersion> _unwanted = [];

    /// <summary>Packages that came where one had been sent already.</summary>
    public IReadOnlyList<BlobVersion> Unwanted => _unwanted;

    /// <summary>Whether something comes of a handover that begins in this batch, and so has no index yet that could be named.</summary>
    public bool MustWait(StagedHandover staged) => staged.Kind != ActKind.Handover && _begun.Contains(staged.Handover);

    /// <summary>Decides what may be recorded, in the order of the log.</summary>
    /// <returns>The act; null if it is recorded already, or may not be.</returns>
    public Act? Admit(StagedHandover staged)
    {
        if (!_seen.Add(staged.Id))
            return null;
        var life = _lives.GetValueOrDefault(staged.Handover);
        if (HandoverRule.Refuse(life, staged.Kind, staged.Proof) is not null)
        {
            if (staged.Kind == ActKind.Handover && _packages.GetValueOrDefault(staged.Handover) != staged.Source)
                _unwanted.Add(staged.Source);
            return null;
        }

        var act = staged.ToAct(life?.LogIndex);
        _lives[staged.Handover] = life?.After(staged.Kind) ?? HandoverLife.Begin(-1, staged.Package, act.Entry);
        if (life is null)
        {
            _packages[staged.Handover] = staged.Source;
            _begun.Add(staged.Handover);
        }

        return act;
    }
}

/// <summary>Looks up what the log holds of the handovers of a batch.</summary>
public sealed class HandoverAdmission(HandoverRecords records, ActIndex index)
{
    private const int Parallelism = 64;

    /// <summary>Looks them up, each once.</summary>
    /// <exception cref="LogFormatException">The index holds a handover and not its acts.</exception>
    public async Task<HandoversOfBatch> LookUpAsync(IReadOnlyList<StagedHandover> staged, CancellationToken cancellationToken)
    {
        var handovers = staged.GroupBy(item => item.Handover).ToArray();
        var found = new (SentHandover? Sent, IReadOnlyList<IndexedAct> Rows)[handovers.Length];
        var options = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForAsync(0, found.Length, options, async (i, stop) => found[i] = await FindAsync(handovers[i].Key, stop));
        if (found.Any(item => item.Sent is not null && item.Rows.Count == 0))
            throw new LogFormatException("index: it holds a handover and not its acts; let the doctor look");
        return new HandoversOfBatch(
            handovers.Zip(found).ToDictionary(item => item.First.Key, item => HandoverLife.Of(item.Second.Rows)),
            handovers.Zip(found).ToDictionary(item => item.First.Key, item => item.Second.Sent?.Source),
            found.SelectMany(item => item.Rows).Select(row => row.ActId).ToHashSet());
    }

    /// <summary>What is in the log of a handover, and its acts in log order.</summary>
    internal async Task<(SentHandover? Sent, IReadOnlyList<IndexedAct> Rows)> FindAsync(string handover, CancellationToken cancellationToken) =>
        (await records.FindAsync(handover, cancellationToken)).Sent is { } sent ? (sent, await FindAsync(sent, cancellationToken)) : (null, []);

    /// <summary>The acts of a handover, in log order. Under the same digest may be others': the same bytes can be sent twice.</summary>
    internal async Task<IReadOnlyList<IndexedAct>> FindAsync(SentHandover sent, CancellationToken cancellationToken) =>
        [.. (await index.FindAsync(sent.Package, cancellationToken)).Where(row => HandoverRule.IsOfHandover(row.Entry.Kind) && row.Unpublished.Reference == sent.Id)];
}

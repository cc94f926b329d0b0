namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// The acts of a batch that is being made, each once, and what they do to the status of documents. It is decided here, before the
/// commit, which issue of a document counts. No document is both issued and acted on in one batch.
/// </summary>
public sealed class ActsOfBatch
{
    /// <summary>
    /// Where entries of the batch may be named before it is known where they will be: the first act has this log index, the next one
    /// the next.
    /// </summary>
    public const long FirstIndex = 1L << 62;

    private readonly List<Act> _acts = [];
    private readonly HashSet<(ActId, Digest)> _seen = [];
    private readonly Dictionary<(string Issuer, Digest Document), Document> _documents = [];
    private readonly Dictionary<long, EntryStatus> _statuses = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Act> All => _acts;

    /// <summary>How many.</summary>
    public int Count => _acts.Count;

    /// <summary>How many of an issuer on a document.</summary>
    public int CountOf(string issuer, Digest document) => _documents.GetValueOrDefault((issuer, document))?.Count ?? 0;

    /// <summary>Whether one of them revokes a document of an issuer.</summary>
    public bool Revokes(string issuer, Digest document) => _documents.GetValueOrDefault((issuer, document)) is { IsRevoked: true };

    /// <summary>Whether one of them issues a document of an issuer.</summary>
    public bool Issues(string issuer, Digest document) => _documents.GetValueOrDefault((issuer, document)) is { IsIssued: true };

    /// <summary>Whether one of them acts on a document of an issuer without issuing it.</summary>
    public bool ActsOn(string issuer, Digest document) => _documents.GetValueOrDefault((issuer, document)) is { Count: > 0, IsIssued: false };

    /// <summary>Adds an act of a handover, which is not there yet and says nothing of documents.</summary>
    public void Add(Act act) => _acts.Add(act);

    /// <summary>Adds acts on documents; those that are there already stay as they are.</summary>
    /// <param name="acts">The acts.</param>
    /// <param name="before">What their issuer did to the documents before.</param>
    public void Add(IEnumerable<Act> acts, IReadOnlyDictionary<Digest, IReadOnlyList<IndexedAct>> before)
    {
        foreach (var act in acts.Where(act => _seen.Add((act.Id, act.Digest))))
        {
            var document = DocumentOf(act, before[act.Digest]);
            document.IsRevoked |= act.Kind == ActKind.Revoke;
            Add(act, document, hasRow: true);
        }
    }

    /// <summary>Adds what one message issues: all of it, or, if it has entries already, nothing.</summary>
    /// <param name="requests">What it issues, a document under each of its digests.</param>
    /// <param name="before">What its issuer did before to documents that may have been issued; in the order of effect.</param>
    /// <param name="from">Index of the first entry whose status is kept.</param>
    public void AddIssues(IReadOnlyList<IReadOnlyList<Act>> requests, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before, long from)
    {
        if (requests.Any(request => request.Any(act => IsThere(act, before))))
            return;
        foreach (var request in requests)
        {
            // All digests of a document or none: what is refused under one is not issued under another.
            var planned = request.Select(act => (Act: act, Plan: DocumentActs.Plan(RowOf(act), OwnOf(act, before), from))).ToArray();
            var isRefused = planned.Any(item => item.Plan.Displaced?.Refusal is not null);
            foreach (var (act, _) in planned.Where(item => !isRefused || item.Plan.Displaced?.Refusal is not null))
            {
                // Once more, since a document may be listed twice under the same digest.
                var plan = DocumentActs.Plan(RowOf(act), OwnOf(act, before), from);
                _seen.Add((act.Id, act.Digest));
                var document = DocumentOf(act, before.GetValueOrDefault((act.Issuer, act.Digest), []));
                document.IsIssued = true;
                if (plan.Replaces is { } replaced)
                    _statuses[replaced] = EntryStatus.Reissued;
                if (plan.Yields is not null)
                    _statuses[FirstIndex + _acts.Count] = EntryStatus.Reissued;
                Add(act with { Entry = act.Entry with { Replaces = plan.Replaces, Yields = plan.Yields } }, document, plan.Displaced is null);
            }
        }
    }

    /// <summary>The codes that change, by log index; those of the batch's own entries as if it began at <see cref="FirstIndex"/>.</summary>
    /// <param name="from">Index of the first entry whose status is kept; what was done before says nothing.</param>
    public IReadOnlyDictionary<long, EntryStatus> Statuses(long from)
    {
        var statuses = new Dictionary<long, EntryStatus>(_statuses);
        foreach (var document in _documents.Values.Where(document => document is { IsIssued: false, Count: > 0 }))
            statuses[document.Own[^1].Entry.Target!.Value] = DocumentActs.StatusOf(document.Own.Where(act => act.LogIndex >= from));
        return statuses;
    }

    private void Add(Act act, Document document, bool hasRow)
    {
        if (hasRow)
            document.Own.Add(RowOf(act));
        document.Count++;
        _acts.Add(act);
    }

    private bool IsThere(Act act, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before) =>
        _seen.Contains((act.Id, act.Digest)) || (before.TryGetValue((act.Issuer, act.Digest), out var rows) && rows.Any(row => row.ActId == act.Id));

    private IReadOnlyList<IndexedAct> OwnOf(Act act, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before) =>
        _documents.TryGetValue((act.Issuer, act.Digest), out var document) ? [.. document.Own.Order(VerdictRule.Effect)] : before.GetValueOrDefault((act.Issuer, act.Digest), []);

    private Document DocumentOf(Act act, IReadOnlyList<IndexedAct> before)
    {
        if (!_documents.TryGetValue((act.Issuer, act.Digest), out var document))
            _documents.Add((act.Issuer, act.Digest), document = new Document { Own = [.. before] });
        return document;
    }

    // As the index will have it, but for what is known at the commit.
    private IndexedAct RowOf(Act act) => new(act.Digest, act.Id, FirstIndex + _acts.Count, default, Unopened, act.Unpublished) { Entry = act.Entry };

    private static readonly Opening Unopened = new(new byte[Opening.Size]);

    private sealed class Document
    {
        /// <summary>What its issuer did to it, in the log and then in the batch, without what takes no effect.</summary>
        public required List<IndexedAct> Own { get; init; }

        /// <summary>How much of that is in the batch, what takes no effect included.</summary>
        public int Count { get; set; }

        public bool IsIssued { get; set; }

        public bool IsRevoked { get; set; }
    }
}

using System.Runtime.InteropServices;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// The acts of a batch that is being made, each once, and what they do to the status of documents. It is decided here, before the
/// commit, which issue of a document counts. No document is both issued and acted on in one batch.
/// </summary>
/// <param name="expected">About how many there will be.</param>
public sealed class ActsOfBatch(int expected = 0)
{
    /// <summary>
    /// Where entries of the batch may be named before it is known where they will be: the first act has this log index, the next one
    /// the next.
    /// </summary>
    public const long FirstIndex = 1L << 62;

    private readonly List<Act> _acts = new(expected);
    private readonly Dictionary<(string Issuer, Digest Document), Document> _documents = new(expected);
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
        foreach (var act in acts)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_documents, (act.Issuer, act.Digest), out _);
            var document = known ??= new Document(before[act.Digest]);
            if (document.Has(act.Id))
                continue;
            document.IsRevoked |= act.Kind == ActKind.Revoke;
            Add(act, document, hasRow: true);
        }
    }

    /// <summary>Adds what one message issues: all of it, or, if it has entries already, nothing.</summary>
    /// <param name="requests">What it issues, a document under each of its digests.</param>
    /// <param name="before">What its issuer did before to documents that may have been issued; in the order of effect.</param>
    /// <param name="from">Index of the first entry whose status is kept.</param>
    public void AddIssues(Act[][] requests, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before, long from)
    {
        foreach (var request in requests)
        {
            foreach (var act in request)
            {
                if (IsThere(act, before))
                    return;
            }
        }

        foreach (var request in requests)
        {
            // All digests of a document or none: what is refused under one is not issued under another.
            var isRefused = false;
            for (var i = 0; i < request.Length && request.Length > 1; i++)
                isRefused |= PlanOf(request[i], DocumentOf(request[i], before), from).Displaced?.Refusal is not null;
            foreach (var act in request)
            {
                // Once more, since a document may be listed twice under the same digest.
                var document = DocumentOf(act, before);
                var plan = PlanOf(act, document, from);
                if (!isRefused || plan.Displaced?.Refusal is not null)
                    AddIssue(act, document, plan);
            }
        }
    }

    /// <summary>The codes that change, by log index; those of the batch's own entries as if it began at <see cref="FirstIndex"/>.</summary>
    /// <param name="from">Index of the first entry whose status is kept; what was done before says nothing.</param>
    public IReadOnlyDictionary<long, EntryStatus> Statuses(long from)
    {
        var statuses = new Dictionary<long, EntryStatus>(_statuses);
        foreach (var document in _documents.Values.Where(document => document is { IsIssued: false, Count: > 0 }))
            statuses[document.Own()[^1].Entry.Target!.Value] = DocumentActs.StatusOf(document.Own().Where(act => act.LogIndex >= from));
        return statuses;
    }

    private void AddIssue(Act act, Document document, Succession plan)
    {
        document.IsIssued = true;
        if (plan.Replaces is { } replaced)
            _statuses[replaced] = EntryStatus.Reissued;
        if (plan.Yields is not null)
            _statuses[FirstIndex + _acts.Count] = EntryStatus.Reissued;
        var placed = plan is { Replaces: null, Yields: null } ? act : act with { Entry = act.Entry with { Replaces = plan.Replaces, Yields = plan.Yields } };
        Add(placed, document, plan.Displaced is null);
    }

    private void Add(Act act, Document document, bool hasRow)
    {
        if (hasRow)
            document.Add(act, FirstIndex + _acts.Count);
        document.Note(act.Id);
        _acts.Add(act);
    }

    private bool IsThere(Act act, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before)
    {
        if (_documents.GetValueOrDefault((act.Issuer, act.Digest))?.Has(act.Id) == true)
            return true;
        if (before.Count > 0 && before.TryGetValue((act.Issuer, act.Digest), out var rows))
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].ActId == act.Id)
                    return true;
            }
        }

        return false;
    }

    // Most of what is issued was never issued before.
    private Succession PlanOf(Act act, Document document, long from) =>
        document.OwnInOrder() is { Count: > 0 } own ? DocumentActs.Plan(RowOf(act, FirstIndex + _acts.Count), own, from) : default;

    private Document DocumentOf(Act act, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before)
    {
        ref var document = ref CollectionsMarshal.GetValueRefOrAddDefault(_documents, (act.Issuer, act.Digest), out _);
        return document ??= new Document(before.Count == 0 ? [] : before.GetValueOrDefault((act.Issuer, act.Digest), []));
    }

    // As the index will have it, but for what is known at the commit.
    private static IndexedAct RowOf(Act act, long index) => new(act.Digest, act.Id, index, default, Unopened, act.Unpublished) { Entry = act.Entry };

    private static readonly Opening Unopened = new(new byte[Opening.Size]);

    /// <param name="before">What its issuer did to it, in the log.</param>
    private sealed class Document(IReadOnlyList<IndexedAct> before)
    {
        private IReadOnlyList<IndexedAct> _own = before;

        // Most documents have one act in a batch, of which nobody asks for the row.
        private Act? _last;
        private long _index;
        private ActId _first;
        private HashSet<ActId>? _more;

        /// <summary>How much its issuer did to it in the batch, what takes no effect included.</summary>
        public int Count { get; private set; }

        public bool IsIssued { get; set; }

        public bool IsRevoked { get; set; }

        /// <summary>Whether an act is there, whether it takes effect or not.</summary>
        public bool Has(ActId act) => Count > 0 && (_first == act || _more?.Contains(act) == true);

        public void Note(ActId act)
        {
            if (Count++ == 0)
                _first = act;
            else
                (_more ??= []).Add(act);
        }

        public void Add(Act act, long index)
        {
            _own = Own();
            (_last, _index) = (act, index);
        }

        /// <summary>What its issuer did to it, in the log and then in the batch, without what takes no effect.</summary>
        public IReadOnlyList<IndexedAct> Own()
        {
            if (_last is { } last)
                (_own, _last) = ([.. _own, RowOf(last, _index)], null);
            return _own;
        }

        /// <summary>The same in the order of effect.</summary>
        public IReadOnlyList<IndexedAct> OwnInOrder() => Own() is { Count: > 1 } own ? [.. own.Order(VerdictRule.Effect)] : Own();
    }
}

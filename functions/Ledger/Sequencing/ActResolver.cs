namespace TrueCopy.Ledger.Sequencing;

/// <summary>What a list of acts comes to, now.</summary>
/// <param name="List">The list, or a part of one.</param>
/// <param name="Acts">Acts for the log that are not in it yet.</param>
/// <param name="Before">What the issuer did before to the documents that they are on.</param>
/// <param name="InEffect">The documents of each line that is, or after this batch will be, in the log.</param>
/// <param name="Refused">Lines that can never be done, or that waited for their document in vain.</param>
/// <param name="Waiting">How many lines wait for a document that may still be on its way.</param>
public sealed record ResolvedActs(
    StagedUpload List,
    IReadOnlyList<Act> Acts,
    IReadOnlyDictionary<Digest, IReadOnlyList<IndexedAct>> Before,
    IReadOnlyList<(RequestedAct Request, IReadOnlyList<Digest> Documents)> InEffect,
    IReadOnlyList<RefusedLine> Refused,
    int Waiting)
{
    /// <summary>The answer to the list, once nothing of it waits.</summary>
    public ActListAnswer AnswerTo(DateTimeOffset since) => new(
        List.Source,
        List.At,
        List.Acts.Count,
        [.. InEffect.SelectMany(line => line.Documents.Select(document => new DoneLine(line.Request.Position + 1, line.Request.Kind, document)))],
        Refused,
        List.Answer.Part,
        List.Answer.Parts,
        since);
}

/// <summary>
/// Finds what acts act on. Only documents that the same issuer issued are found, so that nobody acts on another's; and
/// what is done to a document is done to it under every algorithm.
/// </summary>
public sealed class ActResolver(ActIndex index, ReferenceIndex references) : IDisposable
{
    /// <summary>The most documents that one reference may stand for in an act.</summary>
    public const int MaxDocuments = 100;

    // A connection to storage carries one request at a time.
    private const int Parallelism = 64;
    private const string Revoked = "the document is revoked, and that is final";

    private readonly SemaphoreSlim _connections = new(Parallelism);

    /// <summary>Looks up what the lines of lists act on, all of them side by side.</summary>
    /// <returns>What was found, a line each, in the order of the lists.</returns>
    internal async Task<IReadOnlyList<Found[]>> LookUpAsync(IReadOnlyList<StagedUpload> lists, CancellationToken cancellationToken)
    {
        Found[][] found = [.. lists.Select(list => new Found[list.Acts.Count])];
        var lines = lists.SelectMany((list, i) => Enumerable.Range(0, list.Acts.Count).Select(line => (list, i, line))).ToArray();
        var options = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForEachAsync(lines, options, async (item, stop) => found[item.i][item.line] = await FindAsync(item.list, item.list.Acts[item.line], stop));
        return found;
    }

    /// <summary>Resolves the lines of a list against what is in the log.</summary>
    /// <param name="upload">The list, or a part of one.</param>
    /// <param name="all">What was found for each line.</param>
    /// <param name="batch">What else the batch does; not changed.</param>
    /// <param name="overdue">Whether it has waited long enough, so that what is not found is refused.</param>
    internal static ResolvedActs Resolve(StagedUpload upload, Found[] all, ActsOfBatch batch, bool overdue)
    {
        var acts = new List<Act>();
        var inEffect = new List<(RequestedAct, IReadOnlyList<Digest>)>();
        var refused = new List<RefusedLine>();
        var waiting = 0;
        var own = new ActsOfBatch();
        var before = new Dictionary<Digest, IReadOnlyList<IndexedAct>>();
        foreach (var (request, resolved) in upload.Acts.Zip(all))
        {
            var found = resolved.Without(act => batch.Revokes(upload.Issuer.Id, act.Digest) || own.Revokes(upload.Issuer.Id, act.Digest));
            if ((found.Refusal ?? (request.Kind == ActKind.Revoke ? null : RefuseTooMany(upload.Issuer.Id, found, batch, own))) is { } refusal)
                refused.Add(new RefusedLine(request.Position + 1, refusal));
            else if (found.Missing is null)
            {
                acts.AddRange(found.New);
                own.Add(found.New, found.Before);
                foreach (var (document, rows) in found.Before)
                    before.TryAdd(document, rows);
                inEffect.Add((request, found.Documents));
            }
            else if (overdue)
                refused.Add(new RefusedLine(request.Position + 1, found.Missing));
            else
                waiting++;
        }

        return new ResolvedActs(upload, acts, before, inEffect, refused, waiting);
    }

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    // What stands in the index, in this batch and in this list before the line, taken together.
    private static string? RefuseTooMany(string issuer, Found found, ActsOfBatch batch, ActsOfBatch own) =>
        found.New.Any(act => found.Before[act.Digest].Count + batch.CountOf(issuer, act.Digest) + own.CountOf(issuer, act.Digest) >= DocumentActs.MaxActs)
            ? DocumentActs.TooManyActs
            : null;

    private async Task<Found> FindAsync(StagedUpload upload, RequestedAct request, CancellationToken cancellationToken)
    {
        var issuer = upload.Issuer;
        var named = request.Reference is { } reference
            ? await references.FindAsync(issuer.Id, reference, cancellationToken)
            : request.Digests;
        if (named.Count > MaxDocuments)
            return Found.Refuse($"the reference stands for more than {MaxDocuments} documents; name them by digest");

        var targets = await TargetsAsync(issuer, named, cancellationToken);
        if (targets.Count == 0)
            return Found.NotThere(request.Reference is null ? "you have not issued this document" : "you have issued no document under this reference");
        var successor = request.Successor;
        if (request.Kind == ActKind.Supersede)
        {
            successor = await SuccessorAsync(issuer, request, cancellationToken);
            if (successor is null)
                return Found.NotThere("you have not issued the successor");
            if (targets.ContainsKey(successor))
                return Found.Refuse("a document does not supersede itself");
        }

        var acts = new List<Act>();
        var done = new List<Digest>();
        foreach (var (document, rows) in targets)
        {
            var id = ActId.Of(upload.Source, request.Position, document);
            var inEffect = rows.Any(row => row.ActId == id);
            if (!inEffect && rows.Any(row => row.Entry.Kind == ActKind.Revoke))
                continue;
            done.Add(document);
            if (inEffect)
                continue;
            var unpublished = new Unpublished { Note = request.Note, Successor = successor };
            acts.Add(upload.ToAct(request, id, document, unpublished, DocumentActs.Standing(DocumentActs.OwnedBy(issuer.Id, rows))!.LogIndex));
        }

        return done.Count > 0
            ? new Found(acts, done, null, null) { Before = targets.ToDictionary(target => target.Key, target => (IReadOnlyList<IndexedAct>)target.Value) }
            : Found.Refuse(Revoked);
    }

    // The documents that were named and their other digests, each with what the issuer did to it, in log order.
    private async Task<Dictionary<Digest, List<IndexedAct>>> TargetsAsync(
        Issuer issuer,
        IReadOnlyList<Digest> named,
        CancellationToken cancellationToken)
    {
        var targets = new Dictionary<Digest, List<IndexedAct>>();
        var looked = new HashSet<Digest>();
        for (var pending = named; pending.Count > 0;)
        {
            Digest[] next = [.. pending.Where(looked.Add)];
            var found = await Task.WhenAll(next.Select(document => RowsAsync(issuer, document, cancellationToken)));
            var siblings = new List<Digest>();
            foreach (var (document, rows) in next.Zip(found).Where(item => item.Second.Any(row => row.Entry.Kind == ActKind.Issue)))
            {
                targets.Add(document, rows);
                siblings.AddRange(rows.SelectMany(row => row.Unpublished.Siblings));
            }

            pending = siblings;
        }

        return targets;
    }

    private async Task<List<IndexedAct>> RowsAsync(Issuer issuer, Digest document, CancellationToken cancellationToken)
    {
        await _connections.WaitAsync(cancellationToken);
        try
        {
            return [.. (await index.FindAsync(document, cancellationToken)).Where(row => row.Entry.Issuer == issuer.Id)];
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task<Digest?> SuccessorAsync(Issuer issuer, RequestedAct request, CancellationToken cancellationToken)
    {
        if (request.Successor is { } named)
            return (await TargetsAsync(issuer, [named], cancellationToken)).ContainsKey(named) ? named : null;

        // The reference may have been used again: the document issued last under it, by its first algorithm.
        var documents = await references.FindAsync(issuer.Id, request.SuccessorReference!, cancellationToken);
        var targets = await TargetsAsync(issuer, documents, cancellationToken);
        return targets
            .Where(target => documents.Contains(target.Key))
            .OrderByDescending(target => target.Value.Last(row => row.Entry.Kind == ActKind.Issue).Entry.At)
            .ThenBy(target => DigestAlgorithm.All.ToList().IndexOf(target.Key.Algorithm))
            .Select(target => target.Key)
            .FirstOrDefault();
    }

    /// <summary>What a line acts on.</summary>
    internal sealed record Found(IReadOnlyList<Act> New, IReadOnlyList<Digest> Documents, string? Missing, string? Refusal)
    {
        /// <summary>What the issuer has done to each document before.</summary>
        public IReadOnlyDictionary<Digest, IReadOnlyList<IndexedAct>> Before { get; init; } = new Dictionary<Digest, IReadOnlyList<IndexedAct>>();

        /// <summary>The same without acts on documents that another line revokes already; a refusal if nothing is left to do.</summary>
        public Found Without(Func<Act, bool> isRevoked)
        {
            var revoked = New.Where(isRevoked).Select(act => act.Digest).ToHashSet();
            if (revoked.Count == 0)
                return this;
            Digest[] left = [.. Documents.Where(document => !revoked.Contains(document))];
            return left.Length == 0 ? Refuse(Revoked) : this with { New = [.. New.Where(act => !revoked.Contains(act.Digest))], Documents = left };
        }

        public static Found NotThere(string detail) => new([], [], detail, null);

        public static Found Refuse(string detail) => new([], [], null, detail);
    }
}

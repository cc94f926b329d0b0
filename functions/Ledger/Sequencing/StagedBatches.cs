using System.Runtime.InteropServices;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>What staged messages come to, ready to commit.</summary>
/// <param name="Announced">What is new to the log of issuers and receivers: how they are described, and what issuers' domains say.</param>
/// <param name="Acts">Acts that are new to the log, each once. Where they name each other's entries they do as <see cref="ActsOfBatch.FirstIndex"/> says.</param>
/// <param name="Statuses">The codes that they change, named likewise.</param>
/// <param name="Lists">What became of each list of acts.</param>
/// <param name="Repeats">Uploads that issue what stands, which are answered and not logged.</param>
/// <param name="Refused">Uploads of documents that their issuers issued before and may not issue again now, which are told why and not logged.</param>
/// <param name="Unwanted">Packages that came where one had been sent already, which are deleted.</param>
/// <param name="Left">Messages that there was no room for.</param>
public sealed record StagedBatch(
    IReadOnlyList<Entry> Announced,
    IReadOnlyList<Act> Acts,
    IReadOnlyDictionary<long, EntryStatus> Statuses,
    IReadOnlyDictionary<StagedMessage, ResolvedActs> Lists,
    IReadOnlyList<StagedUpload> Repeats,
    IReadOnlyList<(BlobVersion Source, Rejection Why)> Refused,
    IReadOnlyList<BlobVersion> Unwanted,
    IReadOnlySet<StagedMessage> Left)
{
    /// <summary>Whether the batch issues a document, for which another act may wait.</summary>
    public bool Issues => Acts.Any(act => act.Kind == ActKind.Issue);
}

/// <summary>Turns staged messages into what the log is to record: once each, whatever was delivered again.</summary>
public sealed class StagedBatches(
    ActResolver resolver,
    IssuerAnnouncements announcements,
    ReceiverAnnouncements receivers,
    HandoverAdmission handovers,
    RepeatedIssues repeated,
    IssuedDocuments issued,
    ActIndex index,
    SequencerOptions options,
    TimeProvider time)
{
    /// <summary>The most documents that one batch looks up for lists of acts, so that nobody waits long for what another's lists stand for.</summary>
    public const int MaxLookups = 2048;

    private const int Parallelism = 64;

    /// <summary>Notes the documents of a few messages while it is found out whose they are to sequence; a batch of them then need not wait for it.</summary>
    public Task NoteAheadAsync(IReadOnlyList<StagedMessage> messages, long from, CancellationToken cancellationToken) => from > 0 || messages.Count >= options.FewActs
        ? Task.CompletedTask
        : issued.NoteNewAsync(
            messages
                .Where(message => message.DeliveryCount == 1)
                .Select(message => message.Work)
                .OfType<StagedUpload>()
                .Where(upload => upload is { Answer.Kind: UploadKind.Document, Repeats: false })
                .SelectMany(DocumentsOf)
                .ToHashSet(),
            cancellationToken);

    /// <summary>Makes a batch. It has at most as many acts as a full batch and one message more; issuers share the room in it.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="from">Index of the first entry whose status the log keeps.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StagedBatch> MakeAsync(IReadOnlyList<StagedMessage> messages, long from, CancellationToken cancellationToken)
    {
        var lists = new Dictionary<StagedMessage, ResolvedActs>(ReferenceEqualityComparer.Instance);
        var left = new HashSet<StagedMessage>(ReferenceEqualityComparer.Instance);
        var repeats = new List<(StagedMessage Message, StagedUpload Upload)>();
        var refused = new List<(BlobVersion Source, Rejection Why)>();
        var taken = TakeFairly(messages, left);
        var acts = new ActsOfBatch(Math.Min(taken.Sum(item => item.Message.Work.MostActs), Sequencer.MaxBatchActs));
        var admitted = await handovers.LookUpAsync([.. taken.Select(item => item.Message.Work).OfType<StagedHandover>()], cancellationToken);
        var found = await LookUpAsync(taken, from, cancellationToken);
        var toIssue = DocumentsToIssue(found);
        var before = await issued.NoteAsync(toIssue, isComplete: from == 0, cancellationToken);
        await JudgeAsync(taken, found, before, from, cancellationToken);
        foreach (var (item, lookedUp) in taken.Zip(found))
        {
            // What a list comes to is not known before it is resolved.
            var message = item.Message;
            var isFull = acts.Count >= Sequencer.MaxBatchActs;
            if (message.Work is StagedHandover handover)
            {
                if (isFull || admitted.MustWait(handover))
                    left.Add(message);
                else if (admitted.Admit(handover) is { } act)
                    acts.Add(act);
                continue;
            }

            var upload = item.Upload;
            if (isFull || Meets(upload, lookedUp, acts))
            {
                left.Add(message);
            }
            else if (lookedUp.Lines is { } lines)
            {
                var overdue = time.GetUtcNow() - message.StagedAt >= options.DocumentWait;
                var resolved = ActResolver.Resolve(upload, lines, acts, overdue);
                lists.Add(message, resolved);
                acts.Add(resolved.Acts, resolved.Before);
            }
            else if (lookedUp.Repeats)
            {
                repeats.Add((message, upload));
            }
            else if (lookedUp.Refusal is { } refusal)
            {
                refused.Add((upload.Source, refusal));
            }
            else if (lookedUp.Issues)
            {
                acts.AddIssues(lookedUp.New!, before, from);
            }
        }

        // An act of the same batch may change that there is something to repeat.
        foreach (var repeat in repeats.Where(repeat => DocumentsOf(repeat.Upload).Any(item => acts.CountOf(item.Issuer, item.Document) > 0)).ToArray())
        {
            repeats.Remove(repeat);
            left.Add(repeat.Message);
        }

        // Those of uploads and those that are staged by themselves alike.
        StagedWork[] works = [.. messages.Where(message => !left.Contains(message)).Select(message => message.Work)];
        var described = await receivers.NewAsync(works, cancellationToken);
        var statuses = new Dictionary<long, EntryStatus>(acts.Statuses(from));
        foreach (var entry in described.Where(entry => entry.Replaces is not null))
            statuses[entry.Replaces!.Value] = EntryStatus.Reissued;
        return new StagedBatch(
            [.. await announcements.NewAsync(works, cancellationToken), .. described],
            acts.All,
            statuses,
            lists,
            [.. repeats.Select(repeat => repeat.Upload)],
            refused,
            admitted.Unwanted,
            left);
    }

    // What acts on a document goes by what the log has of it, so that one batch does not issue it as well: whoever comes later in
    // it comes in the next.
    private static bool Meets(StagedUpload upload, LookedUp lookedUp, ActsOfBatch acts) =>
        lookedUp.Lines is { } lines ? AreIssued(lines, acts) : AreActedOn(upload, acts);

    private static bool AreIssued(ActResolver.Found[] lines, ActsOfBatch acts) => lines.Any(line => line.New.Any(act => acts.Issues(act.Issuer, act.Digest)));

    private static bool AreActedOn(StagedUpload upload, ActsOfBatch acts)
    {
        for (var i = 0; i < upload.Acts.Count; i++)
        {
            var digests = upload.Acts[i].Digests;
            for (var j = 0; j < digests.Count; j++)
            {
                if (acts.ActsOn(upload.Issuer.Id, digests[j]))
                    return true;
            }
        }

        return false;
    }

    private static HashSet<(string Issuer, Digest Document)> DocumentsToIssue(LookedUp[] found)
    {
        var documents = new HashSet<(string Issuer, Digest Document)>(found.Sum(item => item.New?.Length ?? 0));
        for (var i = 0; i < found.Length; i++)
        {
            if (!found[i].Issues)
                continue;
            foreach (var request in found[i].New!)
            {
                foreach (var act in request)
                    documents.Add((act.Issuer, act.Digest));
            }
        }

        return documents;
    }

    private static IEnumerable<(string Issuer, Digest Document)> DocumentsOf(StagedUpload upload) =>
        upload.Acts.SelectMany(act => act.Digests.Select(digest => (upload.Issuer.Id, digest)));

    // Each container's messages in their order, that of which has the least before it first. What is then too much is left.
    private static List<Taken> TakeFairly(IReadOnlyList<StagedMessage> messages, HashSet<StagedMessage> left)
    {
        var before = new Dictionary<string, int>();
        var all = new List<(Taken Item, int Turn)>(messages.Count);
        var areInTurn = true;
        foreach (var message in messages)
        {
            if (message.Work is not (StagedUpload or StagedHandover))
                continue;
            ref var turn = ref CollectionsMarshal.GetValueRefOrAddDefault(before, message.Work.Container, out _);
            areInTurn &= all.Count == 0 || all[^1].Turn <= turn;
            all.Add((new Taken(message), turn));
            turn += message.Work.MostActs;
        }

        // As those of one container are.
        if (!areInTurn)
            all = [.. all.OrderBy(item => item.Turn)];
        var taken = new List<Taken>(all.Count);
        var lookups = 0;
        foreach (var (item, _) in all)
        {
            if (item.IsList)
            {
                if (lookups >= MaxLookups)
                {
                    left.Add(item.Message);
                    continue;
                }

                lookups += item.Upload.MostActs;
            }

            taken.Add(item);
        }

        return taken;
    }

    private async Task<LookedUp[]> LookUpAsync(List<Taken> taken, long from, CancellationToken cancellationToken)
    {
        var found = new LookedUp[taken.Count];

        // Nonces of all that may be issued, drawn at once; what is made of them is made on all cores.
        var first = new int[taken.Count + 1];
        for (var i = 0; i < found.Length; i++)
            first[i + 1] = first[i] + (taken[i].Message.Work is StagedUpload { Answer.Kind: not UploadKind.ActList } issues ? issues.MostActs : 0);
        var openings = Opening.Create(first[^1]);
        var parallel = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForAsync(0, found.Length, parallel, async (i, stop) =>
        {
            if (taken[i].Message.Work is not StagedUpload upload)
                return;
            var repeats = upload.Answer.Kind != UploadKind.ActList && upload.Repeats && await repeated.AreAllAsync(upload, from, stop);
            var isInEffect = !repeats && await IsInEffectAsync(taken[i], stop);
            found[i] = new LookedUp(repeats, isInEffect, null, repeats || isInEffect || taken[i].IsList ? null : upload.ToIssues(openings.AsSpan(first[i]..first[i + 1])));
        });
        int[] lists = [.. Enumerable.Range(0, found.Length).Where(i => taken[i].IsList)];
        foreach (var (i, lines) in lists.Zip(await resolver.LookUpAsync([.. lists.Select(i => taken[i].Upload)], cancellationToken)))
            found[i] = new LookedUp(Repeats: false, InEffect: false, lines, New: null);
        return found;
    }

    // Documents that their issuers issued before: what is in effect already, what is refused, and what changes nothing.
    private async Task JudgeAsync(List<Taken> taken, LookedUp[] found, IReadOnlyDictionary<(string Issuer, Digest Document), IReadOnlyList<IndexedAct>> before, long from, CancellationToken cancellationToken)
    {
        if (before.Count == 0)
            return;
        await Parallel.ForAsync(0, found.Length, SideBySide.Of(Parallelism, cancellationToken), async (i, stop) =>
        {
            if (!found[i].Issues || taken[i].Upload is not { Answer.Kind: UploadKind.Document } upload)
                return;
            IReadOnlyList<IndexedAct>[] own = [.. DocumentsOf(upload).Select(item => before.GetValueOrDefault(item, [])).Where(rows => rows.Count > 0)];
            if (own.Length == 0)
                return;
            var first = ActId.Of(upload.Source, upload.Acts[0].Position, upload.Acts[0].Digests[0].Algorithm);
            var status = own.Select(DocumentActs.StatusOf).FirstOrDefault(status => status != EntryStatus.Stands, EntryStatus.Stands);
            if (HasAct(own[0], first))
                found[i] = found[i] with { InEffect = true };
            else if (status != EntryStatus.Stands)
                found[i] = found[i] with { Refusal = Rejection.NotStanding(status) };
            else if (await repeated.AreAllAsync(upload, from, stop))
                found[i] = found[i] with { Repeats = true };
            else if (own.Any(rows => rows.Count >= DocumentActs.MaxActs))
                found[i] = found[i] with { Refusal = Rejection.TooManyActs() };
        });
    }

    /// <param name="Message">A message of an upload or a handover.</param>
    private readonly record struct Taken(StagedMessage Message)
    {
        public StagedUpload Upload => (StagedUpload)Message.Work;

        public bool IsList => Message.Work is StagedUpload { Answer.Kind: UploadKind.ActList };
    }

    /// <param name="Repeats">Whether it issues what stands.</param>
    /// <param name="InEffect">Whether it was sequenced before.</param>
    /// <param name="Lines">What a list acts on.</param>
    /// <param name="New">What it issues otherwise, a document under each of its digests.</param>
    private readonly record struct LookedUp(bool Repeats, bool InEffect, ActResolver.Found[]? Lines, Act[][]? New)
    {
        // Nothing is looked up here of a handover.
        private bool IsUpload { get; } = true;

        /// <summary>Why it may not be issued; null if it may.</summary>
        public Rejection? Refusal { get; init; }

        /// <summary>Whether it is to be logged what it issues.</summary>
        public bool Issues => IsUpload && !Repeats && !InEffect && Refusal is null && Lines is null;
    }

    // A message that comes back may have been sequenced by a holder that died before deleting it, and a part of a
    // manifest may have been staged twice. Of documents that is found out with whether they were issued before. What one message issues is committed together and indexed before the next
    // batch begins, so its first act stands for all.
    private async Task<bool> IsInEffectAsync(Taken taken, CancellationToken cancellationToken)
    {
        var (message, upload) = (taken.Message, taken.Upload);
        if (upload.Answer.Kind is not UploadKind.Manifest || (message.DeliveryCount == 1 && !message.IsBulk))
            return false;
        var (request, digest) = (upload.Acts[0], upload.Acts[0].Digests[0]);
        return HasAct(await index.FindAsync(digest, cancellationToken), ActId.Of(upload.Source, request.Position, digest.Algorithm));
    }

    private static bool HasAct(IReadOnlyList<IndexedAct> rows, ActId id) => rows.Any(row => row.ActId == id);
}

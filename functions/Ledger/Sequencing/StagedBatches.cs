namespace TrueCopy.Ledger.Sequencing;

/// <summary>What staged messages come to, ready to commit.</summary>
/// <param name="Announced">What is new to the log of issuers: how they are described, and what their domains say.</param>
/// <param name="Acts">Acts that are new to the log, each once.</param>
/// <param name="Lists">What became of each list of acts.</param>
/// <param name="Repeats">Uploads that issue what stands, which are answered and not logged.</param>
/// <param name="Left">Messages that there was no room for.</param>
public sealed record StagedBatch(
    IReadOnlyList<Entry> Announced,
    IReadOnlyList<Act> Acts,
    IReadOnlyDictionary<StagedMessage, ResolvedActs> Lists,
    IReadOnlyList<StagedUpload> Repeats,
    IReadOnlySet<StagedMessage> Left)
{
    /// <summary>Whether the batch issues a document, for which another act may wait.</summary>
    public bool Issues => Acts.Any(act => act.Kind == ActKind.Issue);
}

/// <summary>Turns staged messages into what the log is to record: once each, whatever was delivered again.</summary>
public sealed class StagedBatches(
    ActResolver resolver,
    IssuerAnnouncements announcements,
    RepeatedIssues repeated,
    ActIndex index,
    SequencerOptions options,
    TimeProvider time)
{
    /// <summary>The most documents that one batch looks up for lists of acts, so that nobody waits long for what another's lists stand for.</summary>
    public const int MaxLookups = 2048;

    private const int Parallelism = 64;

    /// <summary>Makes a batch. It has at most as many acts as a full batch and one message more; issuers share the room in it.</summary>
    public async Task<StagedBatch> MakeAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        var acts = new ActsOfBatch();
        var lists = new Dictionary<StagedMessage, ResolvedActs>(ReferenceEqualityComparer.Instance);
        var left = new HashSet<StagedMessage>(ReferenceEqualityComparer.Instance);
        var repeats = new List<StagedUpload>();
        var taken = TakeFairly(messages, left);
        var found = await LookUpAsync(taken, cancellationToken);
        foreach (var ((message, upload), (isRepeated, isInEffect, lines)) in taken.Zip(found))
        {
            // What a list comes to is not known before it is resolved.
            if (acts.Count >= Sequencer.MaxBatchActs)
            {
                left.Add(message);
            }
            else if (lines is not null)
            {
                var overdue = time.GetUtcNow() - message.StagedAt >= options.DocumentWait;
                var resolved = ActResolver.Resolve(upload, lines, acts, overdue);
                lists.Add(message, resolved);
                acts.Add(resolved.Acts);
            }
            else if (isRepeated)
            {
                repeats.Add(upload);
            }
            else if (!isInEffect)
            {
                acts.Add(upload.Acts.SelectMany(request => Issues(upload, request)));
            }
        }

        // An act of the same batch may be what would be repeated, or what changes that there is something to repeat.
        foreach (var upload in repeats.Where(upload => upload.Acts.Any(act => act.Digests.Any(digest => acts.CountOf(upload.Issuer.Id, digest) > 0))).ToArray())
        {
            repeats.Remove(upload);
            acts.Add(upload.Acts.SelectMany(request => Issues(upload, request)));
        }

        // Those of uploads and those that are staged by themselves alike.
        var announced = await announcements.NewAsync([.. messages.Where(message => !left.Contains(message)).Select(message => message.Work)], cancellationToken);
        return new StagedBatch(announced, acts.All, lists, repeats, left);
    }

    // Each issuer's messages in their order, that of whom has the least before it first. What is then too much is left.
    private static List<Taken> TakeFairly(IReadOnlyList<StagedMessage> messages, HashSet<StagedMessage> left)
    {
        var before = new Dictionary<string, int>();
        var inTurn = messages
            .Where(message => message.Work is StagedUpload)
            .Select(message => new Taken(message, (StagedUpload)message.Work))
            .Select(item =>
            {
                var turn = before.GetValueOrDefault(item.Upload.Issuer.Id);
                before[item.Upload.Issuer.Id] = turn + item.Upload.MostActs;
                return (Item: item, Turn: turn);
            })
            .OrderBy(item => item.Turn)
            .Select(item => item.Item);
        var taken = new List<Taken>(messages.Count);
        var lookups = 0;
        foreach (var item in inTurn)
        {
            if (item.Upload.Answer.Kind == UploadKind.ActList)
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

    private async Task<LookedUp[]> LookUpAsync(List<Taken> taken, CancellationToken cancellationToken)
    {
        var found = new LookedUp[taken.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, found.Length, parallel, async (i, stop) =>
        {
            var upload = taken[i].Upload;
            var repeats = upload.Answer.Kind != UploadKind.ActList && upload.Repeats && await repeated.AreAllAsync(upload, stop);
            found[i] = new LookedUp(repeats, !repeats && await IsInEffectAsync(taken[i], stop), null);
        });
        int[] lists = [.. Enumerable.Range(0, found.Length).Where(i => taken[i].Upload.Answer.Kind == UploadKind.ActList)];
        foreach (var (i, lines) in lists.Zip(await resolver.LookUpAsync([.. lists.Select(i => taken[i].Upload)], cancellationToken)))
            found[i] = new LookedUp(Repeats: false, InEffect: false, lines);
        return found;
    }

    /// <param name="Message">A message.</param>
    /// <param name="Upload">The upload that it is of.</param>
    private readonly record struct Taken(StagedMessage Message, StagedUpload Upload);

    /// <param name="Repeats">Whether it issues what stands.</param>
    /// <param name="InEffect">Whether it was sequenced before.</param>
    /// <param name="Lines">What a list acts on.</param>
    private readonly record struct LookedUp(bool Repeats, bool InEffect, ActResolver.Found[]? Lines);

    // A message that comes back may have been sequenced by a holder that died before deleting it, and a part of a
    // manifest may have been staged twice. What one message issues is committed together and indexed before the next
    // batch begins, so its first act stands for all.
    private async Task<bool> IsInEffectAsync(Taken taken, CancellationToken cancellationToken)
    {
        var (message, upload) = taken;
        if (upload.Answer.Kind == UploadKind.ActList || (message.DeliveryCount == 1 && !message.IsBulk))
            return false;
        var first = Issues(upload, upload.Acts[0]).First();
        return (await index.FindAsync(first.Digest, cancellationToken)).Any(act => act.ActId == first.Id);
    }

    private static IEnumerable<Act> Issues(StagedUpload upload, RequestedAct request) => request.Digests.Select(digest => upload.ToAct(
        request,
        ActId.Of(upload.Source, request.Position, digest.Algorithm),
        digest,
        request is { Reference: null, Type: null, FileName: null, Also.Count: 0, Digests.Count: 1 }
            ? Unpublished.None
            : new Unpublished
            {
                Reference = request.Reference,
                Type = request.Type,
                FileName = request.FileName,
                Also = request.Also,
                Siblings = [.. request.Digests.Where(other => !other.Equals(digest))],
            }));
}

/// <summary>The acts of a batch that is being made, each once, and how many there are on each document.</summary>
public sealed class ActsOfBatch
{
    private readonly List<Act> _acts = [];
    private readonly HashSet<(ActId, Digest)> _seen = [];
    private readonly Dictionary<(string Issuer, Digest Document), (int Count, bool Revoked)> _documents = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Act> All => _acts;

    /// <summary>How many.</summary>
    public int Count => _acts.Count;

    /// <summary>How many of an issuer on a document.</summary>
    public int CountOf(string issuer, Digest document) => _documents.GetValueOrDefault((issuer, document)).Count;

    /// <summary>Whether one of them revokes a document of an issuer.</summary>
    public bool Revokes(string issuer, Digest document) => _documents.GetValueOrDefault((issuer, document)).Revoked;

    /// <summary>Adds acts; those that are there already stay as they are.</summary>
    public void Add(IEnumerable<Act> acts)
    {
        foreach (var act in acts.Where(act => _seen.Add((act.Id, act.Digest))))
        {
            _acts.Add(act);
            var key = (act.Issuer, act.Digest);
            var (count, revoked) = _documents.GetValueOrDefault(key);
            _documents[key] = (count + 1, revoked || act.Kind == ActKind.Revoke);
        }
    }
}

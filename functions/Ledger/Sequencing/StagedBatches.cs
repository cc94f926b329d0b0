namespace TrueCopy.Ledger.Sequencing;

/// <summary>What staged messages come to, ready to commit.</summary>
/// <param name="Issuers">Descriptions of issuers that are new to the log.</param>
/// <param name="Acts">Acts that are new to the log, each once.</param>
/// <param name="Lists">What became of each list of acts.</param>
/// <param name="Repeats">Messages that issue what stands, which are answered and not logged.</param>
/// <param name="Left">Messages that there was no room for.</param>
public sealed record StagedBatch(
    IReadOnlyList<Issuer> Issuers,
    IReadOnlyList<Act> Acts,
    IReadOnlyDictionary<StagedMessage, ResolvedActs> Lists,
    IReadOnlyList<StagedMessage> Repeats,
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
        var repeats = new List<StagedMessage>();
        var taken = TakeFairly(messages, left);
        var found = await LookUpAsync(taken, cancellationToken);
        foreach (var message in taken)
        {
            // What a list comes to is not known before it is resolved.
            if (acts.Count >= Sequencer.MaxBatchActs)
            {
                left.Add(message);
            }
            else if (found[message] is { Lines: { } lines })
            {
                var overdue = time.GetUtcNow() - message.StagedAt >= options.DocumentWait;
                var resolved = ActResolver.Resolve(message.Upload, lines, acts, overdue);
                lists.Add(message, resolved);
                acts.Add(resolved.Acts);
            }
            else if (found[message].Repeats)
            {
                repeats.Add(message);
            }
            else if (!found[message].InEffect)
            {
                acts.Add(message.Upload.Acts.SelectMany(request => Issues(message.Upload, request)));
            }
        }

        // An act of the same batch may be what would be repeated, or what changes that there is something to repeat.
        foreach (var message in repeats.Where(message => message.Upload.Acts.Any(act => act.Digests.Any(digest => acts.CountOf(message.Upload.Issuer.Id, digest) > 0))).ToArray())
        {
            repeats.Remove(message);
            acts.Add(message.Upload.Acts.SelectMany(request => Issues(message.Upload, request)));
        }

        var issuers = await announcements.NewAsync(messages.Where(message => !left.Contains(message)).Select(message => message.Upload.Issuer), cancellationToken);
        return new StagedBatch(issuers, acts.All, lists, repeats, left);
    }

    // Each issuer's messages in their order, that of whom has the least before it first. What is then too much is left.
    private static List<StagedMessage> TakeFairly(IReadOnlyList<StagedMessage> messages, HashSet<StagedMessage> left)
    {
        var before = new Dictionary<string, int>();
        var inTurn = messages
            .Select(message =>
            {
                var turn = before.GetValueOrDefault(message.Upload.Issuer.Id);
                before[message.Upload.Issuer.Id] = turn + message.Upload.MostActs;
                return (Message: message, Turn: turn);
            })
            .OrderBy(item => item.Turn)
            .Select(item => item.Message);
        var taken = new List<StagedMessage>(messages.Count);
        var lookups = 0;
        foreach (var message in inTurn)
        {
            if (message.Upload.Answer.Kind == UploadKind.ActList)
            {
                if (lookups >= MaxLookups)
                {
                    left.Add(message);
                    continue;
                }

                lookups += message.Upload.MostActs;
            }

            taken.Add(message);
        }

        return taken;
    }

    private async Task<Dictionary<StagedMessage, LookedUp>> LookUpAsync(List<StagedMessage> messages, CancellationToken cancellationToken)
    {
        var found = new LookedUp[messages.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, found.Length, parallel, async (i, stop) =>
        {
            var upload = messages[i].Upload;
            var repeats = upload.Answer.Kind != UploadKind.ActList && upload.Repeats && await repeated.AreAllAsync(upload, stop);
            found[i] = new LookedUp(repeats, !repeats && await IsInEffectAsync(messages[i], stop), null);
        });
        int[] lists = [.. Enumerable.Range(0, found.Length).Where(i => messages[i].Upload.Answer.Kind == UploadKind.ActList)];
        foreach (var (i, lines) in lists.Zip(await resolver.LookUpAsync([.. lists.Select(i => messages[i].Upload)], cancellationToken)))
            found[i] = new LookedUp(Repeats: false, InEffect: false, lines);
        return messages.Zip(found).ToDictionary(item => item.First, item => item.Second, (IEqualityComparer<StagedMessage>)ReferenceEqualityComparer.Instance);
    }

    /// <param name="Repeats">Whether it issues what stands.</param>
    /// <param name="InEffect">Whether it was sequenced before.</param>
    /// <param name="Lines">What a list acts on.</param>
    private sealed record LookedUp(bool Repeats, bool InEffect, ActResolver.Found[]? Lines);

    // A message that comes back may have been sequenced by a holder that died before deleting it, and a part of a
    // manifest may have been staged twice. What one message issues is committed together and indexed before the next
    // batch begins, so its first act stands for all.
    private async Task<bool> IsInEffectAsync(StagedMessage message, CancellationToken cancellationToken)
    {
        if (message.Upload.Acts.Count == 0 || message.Upload.Answer.Kind == UploadKind.ActList || (message.DeliveryCount == 1 && !message.IsBulk))
            return false;
        var first = Issues(message.Upload, message.Upload.Acts[0]).First();
        return (await index.FindAsync(first.Digest, cancellationToken)).Any(anchor => anchor.ActId == first.Id);
    }

    private static IEnumerable<Act> Issues(StagedUpload upload, RequestedAct request) => request.Digests.Select(digest =>
        new Act(ActId.Of(upload.Source, request.Position, digest.Algorithm), ActKind.Issue, upload.Issuer, upload.At, request.Position, digest, upload.Source)
        {
            ValidFrom = request.ValidFrom,
            Expires = request.Expires,
            Answer = upload.Answer,
            Unpublished = request is { Reference: null, Type: null, FileName: null, Also.Count: 0, Digests.Count: 1 }
                ? Unpublished.None
                : new Unpublished
                {
                    Reference = request.Reference,
                    Type = request.Type,
                    FileName = request.FileName,
                    Also = request.Also,
                    Siblings = [.. request.Digests.Where(other => !other.Equals(digest))],
                },
        });
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
            var key = (act.Issuer.Id, act.Digest);
            var (count, revoked) = _documents.GetValueOrDefault(key);
            _documents[key] = (count + 1, revoked || act.Kind == ActKind.Revoke);
        }
    }
}

using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.Verification.Sequencing;

/// <summary>What staged messages come to, ready to commit.</summary>
/// <param name="Issuers">Descriptions of issuers that are new to the log.</param>
/// <param name="Acts">Acts that are new to the log, each once.</param>
/// <param name="Lists">What became of each list of acts.</param>
public sealed record StagedBatch(
    IReadOnlyList<Issuer> Issuers,
    IReadOnlyList<Act> Acts,
    IReadOnlyDictionary<StagedMessage, ResolvedActs> Lists)
{
    /// <summary>Whether the batch issues a document, for which another act may wait.</summary>
    public bool Issues => Acts.Any(act => act.Kind == ActKind.Issue);
}

/// <summary>Turns staged messages into what the log is to record: once each, whatever was delivered again.</summary>
public sealed class StagedBatches(
    ActResolver resolver,
    IssuerAnnouncements announcements,
    IAnchorIndex index,
    SequencerOptions options,
    TimeProvider time)
{
    /// <summary>Makes a batch.</summary>
    public async Task<StagedBatch> MakeAsync(IReadOnlyList<StagedMessage> messages, CancellationToken cancellationToken)
    {
        var seen = new HashSet<(ActId, Digest)>();
        var acts = new List<Act>();
        var lists = new Dictionary<StagedMessage, ResolvedActs>(ReferenceEqualityComparer.Instance);
        foreach (var message in messages)
        {
            if (message.Upload.Answer.Kind == UploadKind.ActList)
            {
                var overdue = time.GetUtcNow() - message.StagedAt >= options.DocumentWait;
                var resolved = await resolver.ResolveAsync(message.Upload, overdue, cancellationToken);
                lists.Add(message, resolved);
                acts.AddRange(resolved.Acts.Where(act => seen.Add((act.Id, act.Digest))));
            }
            else if (!await IsInEffectAsync(message, cancellationToken))
            {
                acts.AddRange(message.Upload.Acts.SelectMany(request => Issues(message.Upload, request)).Where(act => seen.Add((act.Id, act.Digest))));
            }
        }

        var issuers = await announcements.NewAsync(messages.Select(message => message.Upload.Issuer), cancellationToken);
        return new StagedBatch(issuers, acts, lists);
    }

    // A message that comes back may have been sequenced by a holder that died before deleting it, and a part of a
    // manifest may have been staged twice. What one message issues is committed together and indexed before the next
    // batch begins, so its first act stands for all.
    private async Task<bool> IsInEffectAsync(StagedMessage message, CancellationToken cancellationToken)
    {
        if (message.Upload.Acts.Count == 0 || (message.DeliveryCount == 1 && !message.IsBulk))
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
            Confidential = request is { Reference: null, Type: null, FileName: null, Digests.Count: 1 }
                ? Confidential.None
                : new Confidential
                {
                    Reference = request.Reference,
                    Type = request.Type,
                    FileName = request.FileName,
                    Siblings = [.. request.Digests.Where(other => !other.Equals(digest))],
                },
        });
}

using System.Buffers;
using System.IO.Pipelines;

namespace TrueCopy.Ledger.Intake;

/// <summary>Takes in a document: hashes it while reading it once, in constant memory.</summary>
public sealed class DocumentIntake(StagedActs staged, ActIndex index, RepeatedIssues repeated)
{
    /// <summary>Stages the issue of a document.</summary>
    /// <exception cref="UploadRejectedException">Its metadata breaks a rule, it is empty, or the issuer revoked, superseded or suspended these bytes or has done too much to them.</exception>
    public async Task<IntakeOutcome> StageAsync(Issuer issuer, InboxDocument document, CancellationToken cancellationToken)
    {
        var source = document.Version;
        var terms = UploadMetadata.Parse(document.Metadata);
        var content = source.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && terms.Type is null
            ? await RefuseActsAsync(document.Content, cancellationToken)
            : document.Content;
        var digests = await StreamDigest.ComputeAsync(content, issuer.Algorithms, progress: null, cancellationToken);
        var known = await index.FindAsync(digests[0], cancellationToken);
        var id = ActId.Of(source, position: 0, digests[0].Algorithm);
        if (known.Any(act => act.ActId == id))
            return IntakeOutcome.Ignored;
        if (digests[0].IsOfNothing)
            throw new UploadRejectedException(Rejection.EmptyDocument());
        var own = DocumentActs.OwnedBy(issuer.Id, known);
        if (DocumentActs.StatusOf(own) is var status and not EntryStatus.Stands)
            throw new UploadRejectedException(Rejection.NotStanding(status));

        var act = new RequestedAct(ActKind.Issue, Position: 0)
        {
            Digests = digests,
            Reference = terms.Reference,
            Type = terms.Type,
            ValidFrom = terms.ValidFrom,
            Expires = terms.Expires,
        };
        var answer = issuer.Retention == Retention.Delete ? AnswerForm.OfDocumentToDelete : AnswerForm.OfDocument;
        var upload = new StagedUpload(source, issuer, document.LastModified, answer, [act]);
        if (own.Count > 0)
            upload = upload with { Repeats = await repeated.AreAllAsync(upload, from: 0, cancellationToken) };
        if (own.Count >= DocumentActs.MaxActs && !upload.Repeats)
            throw new UploadRejectedException(Rejection.TooManyActs());
        await staged.StageAsync([await staged.PrepareAsync(upload, cancellationToken)], cancellationToken);
        return IntakeOutcome.Staged;
    }

    // Looks at the beginning, and hands on the whole.
    private static async Task<Stream> RefuseActsAsync(Stream content, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(content, new StreamPipeReaderOptions(leaveOpen: true));
        var beginning = (await reader.ReadAtLeastAsync(LineReader.MaxLineLength, cancellationToken)).Buffer;
        if (ActTable.IsOne(beginning.Slice(0, Math.Min(beginning.Length, LineReader.MaxLineLength)).ToArray()))
            throw new UploadRejectedException(Rejection.ActsAsDocument());
        reader.AdvanceTo(beginning.Start);
        return reader.AsStream();
    }
}

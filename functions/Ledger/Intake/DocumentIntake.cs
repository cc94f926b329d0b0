using System.Buffers;
using System.IO.Pipelines;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Takes in a document: hashes it while reading it once, in constant memory. Whether it was issued before is found out for a whole batch
/// at once, when it is sequenced.
/// </summary>
public sealed class DocumentIntake(StagedActs staged)
{
    /// <summary>Stages the issue of a document.</summary>
    /// <exception cref="UploadRejectedException">Its metadata breaks a rule, or it is empty.</exception>
    public async Task<IntakeOutcome> StageAsync(Issuer issuer, InboxDocument document, CancellationToken cancellationToken)
    {
        var source = document.Version;
        var terms = UploadMetadata.Parse(document.Metadata);
        var content = source.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && terms.Type is null
            ? await RefuseActsAsync(document.Content, cancellationToken)
            : document.Content;
        var digests = await StreamDigest.ComputeAsync(content, issuer.Algorithms, progress: null, cancellationToken);
        if (digests[0].IsOfNothing)
            throw new UploadRejectedException(Rejection.EmptyDocument());

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

using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Answering;

/// <summary>What an issuer is owed: an answer, or all answers of a batch, that nobody has written yet.</summary>
/// <param name="Since">Since when it is owed.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(BatchAnswers), "batch")]
[JsonDerivedType(typeof(DocumentAnswer), "document")]
[JsonDerivedType(typeof(ManifestPartAnswer), "manifest")]
[JsonDerivedType(typeof(RepeatAnswer), "repeat")]
[JsonDerivedType(typeof(ActListAnswer), "acts")]
[JsonDerivedType(typeof(RefusalAnswer), "refusal")]
[JsonDerivedType(typeof(PackageDeletion), "package")]
public abstract record PendingAnswer(DateTimeOffset Since)
{
    /// <summary>How often writing it was tried in vain.</summary>
    public int Tries { get; init; }
}

/// <summary>The receipts of every document and every part of a manifest in a batch.</summary>
/// <param name="Journal">Name of the batch.</param>
/// <param name="Since">Since when they are owed.</param>
public sealed record BatchAnswers(string Journal, DateTimeOffset Since) : PendingAnswer(Since);

/// <summary>The receipts of a document.</summary>
/// <param name="Journal">Name of the batch that holds its acts.</param>
/// <param name="Source">The upload.</param>
/// <param name="Digests">The document under each algorithm.</param>
/// <param name="Delete">Whether the issuer's retention rule then removes the document.</param>
/// <param name="Since">Since when they are owed.</param>
public sealed record DocumentAnswer(string Journal, BlobVersion Source, IReadOnlyList<Digest> Digests, bool Delete, DateTimeOffset Since) : PendingAnswer(Since);

/// <summary>The receipts of a part of a manifest.</summary>
/// <param name="Journal">Name of the batch that holds its acts.</param>
/// <param name="Source">The upload.</param>
/// <param name="Part">Which part, from 0.</param>
/// <param name="Since">Since when they are owed.</param>
public sealed record ManifestPartAnswer(string Journal, BlobVersion Source, int Part, DateTimeOffset Since) : PendingAnswer(Since);

/// <summary>The receipts of what stands already, for an upload that issues it again and changes nothing.</summary>
/// <param name="Source">The upload.</param>
/// <param name="At">The upload's last-modified time.</param>
/// <param name="Upload">What the upload is: a document or a manifest.</param>
/// <param name="Delete">Whether the issuer's retention rule then removes the document.</param>
/// <param name="Lines">What it issues; of a document one a digest, all of line 1.</param>
/// <param name="Since">Since when they are owed.</param>
public sealed record RepeatAnswer(
    BlobVersion Source,
    DateTimeOffset At,
    UploadKind Upload,
    bool Delete,
    IReadOnlyList<RepeatedLine> Lines,
    DateTimeOffset Since) : PendingAnswer(Since)
{
    /// <summary>The answer to an upload.</summary>
    public static RepeatAnswer To(StagedUpload upload, DateTimeOffset since) => new(
        upload.Source,
        upload.At,
        upload.Answer.Kind,
        upload.Answer.DeleteDocument,
        [
            .. upload.Acts
                .SelectMany(act => act.Also.Prepend(new ListedLine(act.Position, act.FileName)).SelectMany(line => act.Digests.Select(digest => new RepeatedLine(line.Position + 1, line.FileName, digest))))
                .OrderBy(line => line.Line),
        ],
        since);
}

/// <summary>A line that issues what stands.</summary>
/// <param name="Line">Line number, from 1.</param>
/// <param name="FileName">The file's name, if the line has one.</param>
/// <param name="Document">The document.</param>
public sealed record RepeatedLine(long Line, string? FileName, Digest Document);

/// <summary>What became of a list of acts, or a part of one.</summary>
/// <param name="Source">The upload.</param>
/// <param name="At">The upload's last-modified time.</param>
/// <param name="Lines">How many lines that are.</param>
/// <param name="Done">Lines that took effect, once for each document.</param>
/// <param name="Refused">Lines that were refused.</param>
/// <param name="Part">Which part of the list it is about, from 0.</param>
/// <param name="Parts">How many parts the list has.</param>
/// <param name="Since">Since when the answer is owed.</param>
public sealed record ActListAnswer(
    BlobVersion Source,
    DateTimeOffset At,
    int Lines,
    IReadOnlyList<DoneLine> Done,
    IReadOnlyList<RefusedLine> Refused,
    int Part,
    int Parts,
    DateTimeOffset Since) : PendingAnswer(Since);

/// <summary>A line that took effect on a document.</summary>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Document">The document.</param>
public sealed record DoneLine(long Line, ActKind Kind, Digest Document);

/// <summary>Why an upload was refused.</summary>
/// <param name="Source">The upload.</param>
/// <param name="Rejection">Why.</param>
/// <param name="Since">When it was refused.</param>
public sealed record RefusalAnswer(BlobVersion Source, Rejection Rejection, DateTimeOffset Since) : PendingAnswer(Since);

/// <summary>The deletion of a sealed package that waits for nobody any more: what is owed to its holder.</summary>
/// <param name="Source">The package.</param>
/// <param name="Since">Since when it is owed.</param>
public sealed record PackageDeletion(BlobVersion Source, DateTimeOffset Since) : PendingAnswer(Since);

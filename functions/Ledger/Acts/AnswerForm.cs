namespace TrueCopy.Ledger.Acts;

/// <summary>How an act is answered where the issuer uploaded it.</summary>
/// <param name="Kind">What the upload was.</param>
/// <param name="Part">Manifests: which part of the manifest the act belongs to, from 0.</param>
/// <param name="Parts">Manifests: how many parts there are.</param>
/// <param name="DeleteDocument">Documents: whether the issuer's retention rule removes the document once it is answered. Packages: whether the act ends their waiting, so that they are deleted once it is published.</param>
public sealed record AnswerForm(UploadKind Kind, int Part = 0, int Parts = 1, bool DeleteDocument = false)
{
    /// <summary>A receipt of its own; the document stays.</summary>
    public static readonly AnswerForm OfDocument = new(UploadKind.Document);

    /// <summary>A receipt of its own; then the document is deleted.</summary>
    public static readonly AnswerForm OfDocumentToDelete = new(UploadKind.Document, DeleteDocument: true);

    /// <summary>A line in the answer to a list of acts, written when every line has its answer.</summary>
    public static readonly AnswerForm OfActList = new(UploadKind.ActList);
}

using System.Text.Json.Serialization;

namespace TrueCopy.Verification.Acts;

/// <summary>How an act is answered where the issuer uploaded it.</summary>
/// <param name="Kind">What the upload was.</param>
/// <param name="Part">Manifests: which part of the manifest the act belongs to, from 0.</param>
/// <param name="Parts">Manifests: how many parts there are.</param>
/// <param name="DeleteDocument">Documents: whether the issuer's retention rule removes the document once it is answered.</param>
public sealed record AnswerForm(UploadKind Kind, int Part = 0, int Parts = 1, bool DeleteDocument = false)
{
    /// <summary>A receipt of its own; the document stays.</summary>
    public static readonly AnswerForm OfDocument = new(UploadKind.Document);

    /// <summary>A receipt of its own; then the document is deleted.</summary>
    public static readonly AnswerForm OfDocumentToDelete = new(UploadKind.Document, DeleteDocument: true);

    /// <summary>A line in the answer to a list of acts, written when every line has its answer.</summary>
    public static readonly AnswerForm OfActList = new(UploadKind.ActList);
}

/// <summary>What an upload is, by its name.</summary>
[JsonConverter(typeof(ExactNameConverter<UploadKind>))]
public enum UploadKind
{
    /// <summary>A document: hashed.</summary>
    [JsonStringEnumMemberName("document")]
    Document,

    /// <summary>Digests without documents: <c>SHA256SUMS</c>, <c>*.sha256</c> and the like, or <c>*.manifest.jsonl</c>.</summary>
    [JsonStringEnumMemberName("manifest")]
    Manifest,

    /// <summary>Acts on documents issued before: <c>*.acts.jsonl</c>.</summary>
    [JsonStringEnumMemberName("acts")]
    ActList,
}

namespace TrueCopy.Receipts.Documents;

/// <summary>A failure to answer, or an upload that was refused (RFC 9457, <c>application/problem+json</c>). It says nothing about any document.</summary>
/// <param name="Type">Stable URI of the cause; clients may switch on it.</param>
/// <param name="Title">The cause in a few words, the same each time.</param>
/// <param name="Status">HTTP status; absent in rejections.</param>
/// <param name="Detail">What broke which rule this time; for people.</param>
/// <param name="Lines">Rejections of single lines only: which, and why.</param>
/// <param name="Upload">Rejections only: the upload's name, which the name of the rejection may be too short to tell.</param>
public sealed record ProblemDocument(
    string Type,
    string Title,
    int? Status = null,
    string? Detail = null,
    IReadOnlyList<RefusedLine>? Lines = null,
    string? Upload = null)
{
    /// <summary>What every <see cref="Type"/> begins with; the cause's name follows.</summary>
    public const string TypePrefix = "urn:truecopy:problem:";

    /// <summary>Media type of the document.</summary>
    public const string MediaType = "application/problem+json";
}

/// <summary>A refused line.</summary>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Detail">Why, in words for the issuer.</param>
public sealed record RefusedLine(long Line, string Detail);

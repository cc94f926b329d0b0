namespace TrueCopy.Receipts.Inbox;

/// <summary>
/// Keys of the metadata that answers carry, so that an issuer knows which version of an upload was answered. The upload's
/// name is not there: it travels in a header, which long names do not fit into.
/// </summary>
public static class AnswerMetadata
{
    /// <summary>ETag, without quotes, of the upload.</summary>
    public const string SourceETag = "sourceetag";

    /// <summary>When the upload was made, RFC 3339 in UTC; when it was refused, if it was not read.</summary>
    public const string SourceAt = "sourceat";

    /// <summary>Receipts of documents: index of the act's entry in the log.</summary>
    public const string LogIndex = "logindex";

    /// <summary>Receipts of documents: <see cref="Deleted"/> once the issuer's retention rule has removed the document.</summary>
    public const string Document = "document";

    /// <summary>Value of <see cref="Document"/>.</summary>
    public const string Deleted = "deleted";

    /// <summary>Answers to lists of acts: how many receipts there are; <see cref="Some"/> in the refusal of a list that is answered in parts.</summary>
    public const string Done = "done";

    /// <summary>Value of <see cref="Done"/>: the list of receipts says which lines are done.</summary>
    public const string Some = "some";

    /// <summary>Answers to lists of acts: how many lines were refused.</summary>
    public const string Refused = "refused";
}

namespace TrueCopy.Ledger.Intake;

/// <summary>Why an upload, or a line of it, was refused for good (RFC 9457).</summary>
/// <param name="Cause">Stable name of the cause, the last part of the problem's <c>type</c>.</param>
/// <param name="Title">The cause in a few words, the same each time.</param>
/// <param name="Detail">What in this upload broke which rule.</param>
public sealed record Rejection(string Cause, string Title, string Detail)
{
    /// <summary>The lines that were refused, where others of the same upload took effect or might have.</summary>
    public IReadOnlyList<RefusedLine> Lines { get; init; } = [];

    /// <summary>Whether the list of receipts says which lines were refused.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The rejection as the issuer reads it.</summary>
    public ProblemDocument ToDocument() => new(ProblemDocument.TypePrefix + Cause, Title, Detail: Detail, Lines: Lines.Count == 0 ? null : Lines);

    /// <summary>The container is not an issuer's.</summary>
    public static Rejection NotAnIssuer(string detail) => new("not-an-issuer", "This container is not an issuer's", detail);

    /// <summary>The blob's name cannot be answered safely.</summary>
    public static Rejection UnsafeName(string detail) => new("unsafe-name", "The blob's name cannot be used", detail);

    /// <summary>A value in the blob's metadata breaks a rule.</summary>
    public static Rejection InvalidMetadata(string detail) => new("invalid-metadata", "The blob's metadata breaks a rule", detail);

    /// <summary>The document has no bytes; issuing it would make every empty file in the world genuine.</summary>
    public static Rejection EmptyDocument() => new(
        "empty-document",
        "The document is empty",
        "An empty file says nothing and is the same everywhere, so it is not issued. If a program creates the blob first and writes it later, what it wrote is answered by itself.");

    /// <summary>The blob is in the archive tier, where nobody can read it.</summary>
    public static Rejection Archived() => new(
        "archived",
        "The blob is in the archive tier",
        "In the archive tier a blob can be neither read nor overwritten. Upload it again to the hot, cool or cold tier under another name, or copy it there, which rehydrates it; to rehydrate it in place tells the service nothing. A document may be archived once its receipt is written.");

    /// <summary>The blob is encrypted with a key that the issuer gave with the upload and keeps.</summary>
    public static Rejection CustomerEncrypted() => new(
        "customer-encrypted",
        "The blob is encrypted with a key of your own",
        "The blob was uploaded with a customer-provided key, without which it cannot be read. Upload it again without one; storage encrypts it all the same.");

    /// <summary>The blob is an append or page blob.</summary>
    public static Rejection NotABlockBlob() => new(
        "not-a-block-blob",
        "The blob is no block blob",
        "Append and page blobs change without an event, so a receipt for one would not last. Upload the finished document again as a block blob.");

    /// <summary>A line of a manifest breaks a rule; nothing of the manifest is issued.</summary>
    public static Rejection MalformedManifest(string detail) => new("malformed-manifest", "The manifest breaks a rule; none of it is issued", detail);

    /// <summary>A line of a list of acts breaks a rule; none of the acts is done.</summary>
    public static Rejection MalformedActs(string detail) => new("malformed-acts", "The list of acts breaks a rule; none of it is done", detail);

    /// <summary>A list of acts has the name of a document; issued as one, it would do nothing, and vouch for a list.</summary>
    public static Rejection ActsAsDocument() => new(
        "acts-as-document",
        "This is a list of acts, and its name is that of a document",
        $"Its first line names the columns of a list of acts. Upload it as *{ActTable.Extension} to have them done. If it is a document after all, say which type in its metadata.");

    /// <summary>These bytes were issued by the same issuer, and do not stand.</summary>
    /// <param name="status">What became of them.</param>
    public static Rejection NotStanding(EntryStatus status) => status switch
    {
        EntryStatus.Suspended => new("suspended", "The document is suspended", "These bytes were issued, and are suspended. Reinstate the document; after that it can be issued again."),
        EntryStatus.Superseded => new("superseded", "The document is superseded", "These bytes were issued, and another document has taken their place; they cannot be issued again. Issue the other document, or one of other bytes."),
        _ => new("revoked", "The document is revoked, and that is final", "These bytes were issued and revoked; they cannot be issued again."),
    };

    /// <summary>The issuer has done so much to the document that verifying it would become dear.</summary>
    public static Rejection TooManyActs() => new("too-many-acts", "Too many acts on one document", DocumentActs.TooManyActs);

    /// <summary>The service failed on the upload, again and again.</summary>
    public static Rejection NotProcessed() => new(
        "not-processed",
        "The service could not process the upload",
        "The fault is the service's, not the upload's, and its operators are told. If no receipt appears, upload it again.");

    /// <summary>Likewise, of a list that is answered in parts.</summary>
    public static Rejection RefusedActs() => new(
        "refused-acts",
        "Acts were refused",
        "Some of the acts were refused; the others are done. The list of receipts says of each line which.")
    {
        IsPartial = true,
    };

    /// <summary>Lines of a list of acts that name no document of this issuer, or one that can no longer be acted on.</summary>
    public static Rejection RefusedActs(int refused, int total, IReadOnlyList<RefusedLine> lines) => new(
        "refused-acts",
        "Acts were refused",
        $"{refused} of {total} acts were refused; the others are done, and their receipts are written.")
    {
        Lines = lines,
    };
}

/// <summary>An upload breaks a rule and is refused for good.</summary>
public sealed class UploadRejectedException(Rejection rejection) : Exception(rejection.Detail)
{
    /// <summary>What the issuer is told.</summary>
    public Rejection Rejection { get; } = rejection;
}

namespace TrueCopy.Ledger.Acts;

/// <summary>
/// What is known of an act but not published: it is in the journal and, but for a file's name, in the index, and reaches
/// whoever holds the document. The log commits to the successor and the note, so receipts prove them.
/// </summary>
public sealed record Unpublished
{
    /// <summary>Nothing.</summary>
    public static readonly Unpublished None = new();

    /// <summary>The issuer's own name for the document, such as a loan number; of what is done with a package, the handover's id.</summary>
    public string? Reference { get; init; }

    /// <summary>Handover: length of the sealed package in bytes.</summary>
    public long? Length { get; init; }

    /// <summary>The issuer's word for the kind of document.</summary>
    public string? Type { get; init; }

    /// <summary>What the issuer adds to the reason.</summary>
    public string? Note { get; init; }

    /// <summary>The document that takes this one's place.</summary>
    public Digest? Successor { get; init; }

    /// <summary>The same document under other algorithms: what is done to one is done to all.</summary>
    public IReadOnlyList<Digest> Siblings { get; init; } = [];

    /// <summary>
    /// The file's name in the list of digests that issued it: kept in the journal, for the issuer's receipts, and nowhere else.
    /// </summary>
    public string? FileName { get; init; }

    /// <summary>Further lines of that list which say the very same; kept where the file's name is.</summary>
    public IReadOnlyList<ListedLine> Also { get; init; } = [];

    /// <summary>The same without what only the issuer's receipts repeat.</summary>
    public Unpublished OfDocument => FileName is null && Also.Count == 0 ? this : this with { FileName = null, Also = [] };

    /// <summary>Whether there is anything to keep.</summary>
    public bool IsEmpty => this is { Reference: null, Length: null, Type: null, Note: null, Successor: null, Siblings.Count: 0, FileName: null, Also.Count: 0 };
}

/// <summary>A line of a list of digests.</summary>
/// <param name="Position">Its position, from 0.</param>
/// <param name="FileName">The file's name, if the line has one.</param>
public sealed record ListedLine(long Position, string? FileName = null);

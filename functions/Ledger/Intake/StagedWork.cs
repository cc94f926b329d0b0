using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// What one upload, or one part of a long manifest, asks for, on its way from intake to the sequencer. Without acts it
/// only tells how the registry describes the issuer.
/// </summary>
/// <param name="Source">The upload.</param>
/// <param name="Issuer">Who owns the container, as the registry described it when the upload was read.</param>
/// <param name="At">The upload's last-modified time.</param>
/// <param name="Answer">How it is answered.</param>
/// <param name="Acts">In the order of their positions.</param>
public sealed record StagedUpload(
    BlobVersion Source,
    Issuer Issuer,
    DateTimeOffset At,
    AnswerForm Answer,
    IReadOnlyList<RequestedAct> Acts)
{
    /// <summary>The most acts that it comes to; what a reference stands for is found out by the sequencer alone.</summary>
    public int MostActs => Acts.Sum(act => act.MostActs);

    /// <summary>Whether all of it stood already when it was read, so that it is worth looking once more before it is logged.</summary>
    public bool Repeats { get; init; }
}

/// <summary>An act as the issuer asked for it; what it acts on is found when it is sequenced.</summary>
/// <param name="Kind">What to do: <see cref="ActKind.Issue"/> or an act on a document.</param>
/// <param name="Position">Position in the upload, from 0; a line's number less one.</param>
public sealed record RequestedAct(ActKind Kind, long Position)
{
    /// <summary>The most acts that it comes to, a document's other digests left out; no part of what is staged.</summary>
    [JsonIgnore]
    public int MostActs => Digests.Count > 0 ? Digests.Count : ActResolver.MaxDocuments;

    /// <summary>Issue: the document under each algorithm. Acts: the document, or nothing if it is named by reference.</summary>
    public IReadOnlyList<Digest> Digests { get; init; } = [];

    /// <summary>The issuer's own name for the document.</summary>
    public string? Reference { get; init; }

    /// <summary>Issue: the file's name in a list of digests, which only the issuer's receipts repeat.</summary>
    public string? FileName { get; init; }

    /// <summary>Issue: further lines of the list that say the very same.</summary>
    public IReadOnlyList<ListedLine> Also { get; init; } = [];

    /// <summary>Issue: the issuer's word for the kind of document.</summary>
    public string? Type { get; init; }

    /// <summary>Issue: from when it is to be relied on.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Issue: from when it is no longer to be relied on.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Acts: why.</summary>
    public ReasonCode? Reason { get; init; }

    /// <summary>Acts: what the issuer adds.</summary>
    public string? Note { get; init; }

    /// <summary>Supersede: the document that takes the place, unless it is named by reference.</summary>
    public Digest? Successor { get; init; }

    /// <summary>Supersede: the issuer's name for that document.</summary>
    public string? SuccessorReference { get; init; }
}

/// <summary>What an issuer states about a document, or about every document of a manifest, in the upload's metadata.</summary>
/// <param name="Reference">The issuer's own name for the document; documents only.</param>
/// <param name="Type">The issuer's word for the kind of document.</param>
/// <param name="ValidFrom">From when it is to be relied on.</param>
/// <param name="Expires">From when it is no longer to be relied on.</param>
public sealed record Terms(string? Reference, string? Type, DateTimeOffset? ValidFrom, DateTimeOffset? Expires);

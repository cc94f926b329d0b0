using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Intake;

/// <summary>What waits between intake and sequencer.</summary>
public abstract record StagedWork
{
    /// <summary>The most acts that it comes to; what a reference stands for is found out by the sequencer alone.</summary>
    public abstract int MostActs { get; }

    /// <summary>The container that it is of. Those of different ones share the room in a batch.</summary>
    public abstract string Container { get; }
}

/// <summary>What waits of an issuer.</summary>
/// <param name="Issuer">Who it is of, as the registry described it when it was staged; that, too, the log records if it is new.</param>
public abstract record StagedOfIssuer(Issuer Issuer) : StagedWork
{
    /// <inheritdoc/>
    public override string Container => Issuer.Container;
}

/// <summary>A change of the registry, or the first sight of a receiver.</summary>
/// <param name="Receiver">How the registry describes the receiver now.</param>
public sealed record ReceiverChange(Receiver Receiver) : StagedWork
{
    /// <inheritdoc/>
    public override int MostActs => 0;

    /// <inheritdoc/>
    public override string Container => Receiver.Container;
}

/// <summary>A change of the registry, or the first sight of an issuer, that no upload told of; or of what its own domain says of it.</summary>
/// <param name="Issuer">How the registry describes the issuer now.</param>
/// <param name="Outcome">What its domain says; null where it was not asked.</param>
public sealed record RegistryChange(Issuer Issuer, DomainOutcome? Outcome = null) : StagedOfIssuer(Issuer)
{
    /// <inheritdoc/>
    public override int MostActs => 0;
}

/// <summary>What one upload, or one part of a long manifest, asks for.</summary>
/// <param name="Source">The upload.</param>
/// <param name="Issuer">Who owns the container.</param>
/// <param name="At">The upload's last-modified time.</param>
/// <param name="Answer">How it is answered.</param>
/// <param name="Acts">In the order of their positions; at least one.</param>
public sealed record StagedUpload(
    BlobVersion Source,
    Issuer Issuer,
    DateTimeOffset At,
    AnswerForm Answer,
    IReadOnlyList<RequestedAct> Acts) : StagedOfIssuer(Issuer)
{
    /// <inheritdoc/>
    public override string Container => Source.Container;

    /// <inheritdoc/>
    public override int MostActs
    {
        get
        {
            var most = 0;
            for (var i = 0; i < Acts.Count; i++)
                most += Acts[i].MostActs;
            return most;
        }
    }

    /// <summary>Whether all of it stood already when it was read, so that it is worth looking once more before it is logged.</summary>
    public bool Repeats { get; init; }

    /// <summary>An act that is asked for, on one document.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="id">The act's id.</param>
    /// <param name="document">The document.</param>
    /// <param name="unpublished">What the log is not to say.</param>
    /// <param name="target">Log index of the issue entry that is acted on; acts on a document only.</param>
    /// <param name="opening">What its entry is to commit to the document under, for which that has to be all; null to have it drawn later.</param>
    public Act ToAct(RequestedAct request, ActId id, Digest document, Unpublished unpublished, long? target = null, Opening? opening = null) => new(id, Source, Answer, document, unpublished, new Entry
    {
        Version = Entry.FormatVersion,
        Kind = request.Kind,
        At = At,
        Issuer = Issuer.Id,
        LegalName = Issuer.LegalName,
        LegalNames = Issuer.LegalNames,
        Jurisdiction = Issuer.Jurisdiction,
        Position = request.Position,
        Algorithm = document.Algorithm.Name,
        ValidFrom = request.ValidFrom,
        Expires = request.Expires,
        Target = target,
        Reason = request.Reason,
    })
    {
        Opening = opening,
    };

    /// <summary>What it issues: the acts of each document, one under each of its digests.</summary>
    /// <param name="openings">What their entries are to commit under, as many as there are digests.</param>
    internal Act[][] ToIssues(ReadOnlySpan<Opening> openings)
    {
        var (all, next) = (new Act[Acts.Count][], 0);
        for (var i = 0; i < all.Length; i++)
        {
            var request = Acts[i];
            all[i] = new Act[request.Digests.Count];
            for (var j = 0; j < all[i].Length; j++)
            {
                var digest = request.Digests[j];
                all[i][j] = ToAct(request, ActId.Of(Source, request.Position, digest.Algorithm), digest, UnpublishedOf(request, digest), opening: openings[next++]);
            }
        }

        return all;
    }

    private static Unpublished UnpublishedOf(RequestedAct request, Digest digest) =>
        request is { Reference: null, Type: null, FileName: null, Also.Count: 0, Digests.Count: 1 }
            ? Unpublished.None
            : new Unpublished
            {
                Reference = request.Reference,
                Type = request.Type,
                FileName = request.FileName,
                Also = request.Also,
                Siblings = request.Digests.Count == 1 ? [] : SiblingsOf(request, digest),
            };

    private static Digest[] SiblingsOf(RequestedAct request, Digest digest) => [.. request.Digests.Where(other => !other.Equals(digest))];
}

/// <summary>An act as the issuer asked for it; what it acts on is found when it is sequenced.</summary>
/// <param name="Kind">What to do: <see cref="ActKind.Issue"/> or an act on a document.</param>
/// <param name="Position">Position in the upload, from 0; a line's number less one.</param>
public sealed record RequestedAct(ActKind Kind, long Position)
{
    // A list that a message does not have is given to it as null.
    /// <summary>The most acts that it comes to, a document's other digests left out; no part of what is staged.</summary>
    [JsonIgnore]
    public int MostActs => Digests.Count > 0 ? Digests.Count : ActResolver.MaxDocuments;

    /// <summary>Issue: the document under each algorithm. Acts: the document, or nothing if it is named by reference.</summary>
    public IReadOnlyList<Digest> Digests { get; init => field = value ?? []; } = [];

    /// <summary>The issuer's own name for the document.</summary>
    public string? Reference { get; init; }

    /// <summary>Issue: the file's name in a list of digests, which only the issuer's receipts repeat.</summary>
    public string? FileName { get; init; }

    /// <summary>Issue: further lines of the list that say the very same.</summary>
    public IReadOnlyList<ListedLine> Also { get; init => field = value ?? []; } = [];

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

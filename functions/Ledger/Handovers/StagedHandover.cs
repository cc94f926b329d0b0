using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Handovers;

/// <summary>What is to be done with a package, on its way into the log.</summary>
/// <param name="Source">The package.</param>
/// <param name="Handover">The handover's id.</param>
/// <param name="Kind">What is done.</param>
/// <param name="At">When: the package's last-modified time when it is sent, and the service's clock afterwards.</param>
/// <param name="Package">Digest of the sealed package.</param>
public sealed record StagedHandover(BlobVersion Source, string Handover, ActKind Kind, DateTimeOffset At, Digest Package) : StagedWork
{
    /// <summary>Handover: what the proof of the opened consent hashes to.</summary>
    public string? Lock { get; init; }

    /// <summary>Handover: what the withdraw key hashes to.</summary>
    public string? WithdrawLock { get; init; }

    /// <summary>Handover: length of the sealed package in bytes.</summary>
    public long? Length { get; init; }

    /// <summary>What opens a lock.</summary>
    public string? Proof { get; init; }

    /// <summary>What is noted with it.</summary>
    public string? Note { get; init; }

    /// <summary>Used: what tells this use from another.</summary>
    public string? Use { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int MostActs => 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Container => Source.Container;

    /// <summary>Id of the act that it comes to.</summary>
    [JsonIgnore]
    public ActId Id => ActId.OfHandover(Source, Kind, Use);

    /// <summary>The act that it comes to.</summary>
    /// <param name="target">Log index of the handover; null for the handover itself.</param>
    public Act ToAct(long? target) => new(
        Id,
        Source,
        HandoverRule.EndsWaiting(Kind) ? AnswerForm.OfDocumentToDelete : AnswerForm.OfDocument,
        Package,
        new Unpublished { Reference = Handover, Length = Length, Note = Note },
        new Entry
        {
            Version = Entry.FormatVersion,
            Kind = Kind,
            At = At,
            Algorithm = Package.Algorithm.Name,
            Target = target,
            Lock = Lock,
            WithdrawLock = WithdrawLock,
            Proof = Proof,
        });
}

using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Recovery;

/// <summary>Kinds of things that can be wrong with a ledger.</summary>
[JsonConverter(typeof(WireNameConverter<FindingKind>))]
public enum FindingKind
{
    /// <summary>There is no head, though there was a log.</summary>
    [JsonStringEnumMemberName("head")]
    Head,

    /// <summary>The journal, the source of truth, is not whole. Nothing repairs that but a copy.</summary>
    [JsonStringEnumMemberName("journal")]
    Journal,

    /// <summary>The published checkpoint is not that of the head.</summary>
    [JsonStringEnumMemberName("checkpoint")]
    Checkpoint,

    /// <summary>The mark of how far publication has come does not go with the head.</summary>
    [JsonStringEnumMemberName("finished")]
    Finished,

    /// <summary>A tile or entry bundle is missing or different.</summary>
    [JsonStringEnumMemberName("tile")]
    Tile,

    /// <summary>What the log commits to of the status of its entries is not what its entries say. Nothing repairs what is signed.</summary>
    [JsonStringEnumMemberName("status")]
    Status,

    /// <summary>A status pack is missing or different.</summary>
    [JsonStringEnumMemberName("pack")]
    Pack,

    /// <summary>A row of the acts by document is missing, different or one too many.</summary>
    [JsonStringEnumMemberName("act")]
    Act,

    /// <summary>A row of what may have been issued is missing: what it is of could be issued as if for the first time.</summary>
    [JsonStringEnumMemberName("issued")]
    Issued,

    /// <summary>A row of the references is missing, different or one too many.</summary>
    [JsonStringEnumMemberName("reference")]
    Reference,

    /// <summary>Likewise, of the revocations.</summary>
    [JsonStringEnumMemberName("revocation")]
    Revocation,

    /// <summary>Likewise, of the issuers' history.</summary>
    [JsonStringEnumMemberName("issuer")]
    Issuer,

    /// <summary>Likewise, of the receivers' history.</summary>
    [JsonStringEnumMemberName("receiver")]
    Receiver,

    /// <summary>Likewise, of the handovers.</summary>
    [JsonStringEnumMemberName("handover")]
    Handover,

    /// <summary>Likewise, of what issuers' domains said.</summary>
    [JsonStringEnumMemberName("domain")]
    Domain,

    /// <summary>Likewise, of what the log says of its keys.</summary>
    [JsonStringEnumMemberName("keys")]
    Keys,

    /// <summary>A document has no receipt, or a package is there that waits for nobody.</summary>
    [JsonStringEnumMemberName("receipt")]
    Receipt,

    /// <summary>Something waits for somebody.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">With what.</param>
/// <param name="What">What is wrong, without digests or names of files.</param>
/// <param name="Repair">What repairs it.</param>
/// <param name="Repaired">Whether that was done.</param>
public sealed record Finding(FindingKind Kind, string What, string Repair, bool Repaired);

/// <summary>What a look at a ledger found.</summary>
/// <param name="Size">Entries that the head commits to.</param>
/// <param name="Batches">Batches of the journal that were read.</param>
/// <param name="Findings">What is wrong, in the order in which it was found.</param>
public sealed record RecoveryReport(long Size, long Batches, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether nothing is wrong that was not repaired.</summary>
    public bool IsHealthy => Findings.All(finding => finding.Repaired);
}

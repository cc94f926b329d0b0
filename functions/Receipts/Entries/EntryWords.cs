using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Entries;

/// <summary>What becomes of a document once its act is published.</summary>
[JsonConverter(typeof(WireNameConverter<Retention>))]
public enum Retention
{
    /// <summary>The document stays in the issuer's container.</summary>
    [JsonStringEnumMemberName("keep")]
    Keep,

    /// <summary>The document is deleted after its receipt is written.</summary>
    [JsonStringEnumMemberName("delete")]
    Delete,
}

/// <summary>What an entry of the log records; the names are those in the entry's JSON.</summary>
[JsonConverter(typeof(WireNameConverter<ActKind>))]
public enum ActKind
{
    /// <summary>The log began: entry 0, which names the log and its keys.</summary>
    [JsonStringEnumMemberName("genesis")]
    Genesis,

    /// <summary>From this checkpoint on other keys sign for the log than before.</summary>
    [JsonStringEnumMemberName("keys")]
    Keys,

    /// <summary>The registry describes an issuer for the first time, or otherwise than before.</summary>
    [JsonStringEnumMemberName("issuer")]
    Issuer,

    /// <summary>An issuer issued a document.</summary>
    [JsonStringEnumMemberName("issue")]
    Issue,

    /// <summary>An issuer took back a document for good.</summary>
    [JsonStringEnumMemberName("revoke")]
    Revoke,

    /// <summary>An issuer put a document on hold.</summary>
    [JsonStringEnumMemberName("suspend")]
    Suspend,

    /// <summary>An issuer ended the hold on a document.</summary>
    [JsonStringEnumMemberName("reinstate")]
    Reinstate,

    /// <summary>An issuer replaced a document by another.</summary>
    [JsonStringEnumMemberName("supersede")]
    Supersede,

    /// <summary>An issuer's own domain, asked by the service, says something for the first time, or something else than before.</summary>
    [JsonStringEnumMemberName("domain")]
    Domain,

    /// <summary>The status of every entry before it: the last entry of a batch.</summary>
    [JsonStringEnumMemberName("status")]
    Status,

    /// <summary>The registry describes a receiver of packages for the first time, or otherwise than before.</summary>
    [JsonStringEnumMemberName("receiver")]
    Receiver,

    /// <summary>A holder handed a sealed package over.</summary>
    [JsonStringEnumMemberName("handover")]
    Handover,

    /// <summary>The receiver accepted a package, whose consent it has opened.</summary>
    [JsonStringEnumMemberName("received")]
    Received,

    /// <summary>The receiver declined a package.</summary>
    [JsonStringEnumMemberName("declined")]
    Declined,

    /// <summary>The receiver used what it accepted.</summary>
    [JsonStringEnumMemberName("used")]
    Used,

    /// <summary>The holder took her consent back.</summary>
    [JsonStringEnumMemberName("withdrawn")]
    Withdrawn,

    /// <summary>A package that nobody took in time was deleted.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}

/// <summary>
/// Why an issuer acted on a document: the codes of RFC 5280, section 5.3.1, that mean something for a document, under
/// the names given there, and one of our own.
/// </summary>
[JsonConverter(typeof(WireNameConverter<ReasonCode>))]
public enum ReasonCode
{
    /// <summary>No reason given.</summary>
    [JsonStringEnumMemberName("unspecified")]
    Unspecified,

    /// <summary>Whoever issued it used credentials that were not theirs.</summary>
    [JsonStringEnumMemberName("keyCompromise")]
    KeyCompromise,

    /// <summary>What it says of its subject is no longer so.</summary>
    [JsonStringEnumMemberName("affiliationChanged")]
    AffiliationChanged,

    /// <summary>Another document takes its place.</summary>
    [JsonStringEnumMemberName("superseded")]
    Superseded,

    /// <summary>It is no longer needed for what it was issued for.</summary>
    [JsonStringEnumMemberName("cessationOfOperation")]
    CessationOfOperation,

    /// <summary>It is on hold while something is looked into; for <c>suspend</c> only.</summary>
    [JsonStringEnumMemberName("certificateHold")]
    CertificateHold,

    /// <summary>A right that it states was withdrawn.</summary>
    [JsonStringEnumMemberName("privilegeWithdrawn")]
    PrivilegeWithdrawn,

    /// <summary>It should not have been issued as it is (not in RFC 5280).</summary>
    [JsonStringEnumMemberName("issuedInError")]
    IssuedInError,
}

using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Entries;

/// <summary>
/// Why an issuer acted on a document: the codes of RFC 5280, section 5.3.1, that mean something for a document, under
/// the names given there, and one of our own.
/// </summary>
[JsonConverter(typeof(ExactNameConverter<ReasonCode>))]
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

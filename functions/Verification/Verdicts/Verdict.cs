using System.Text.Json.Serialization;

namespace TrueCopy.Verification.Verdicts;

/// <summary>The answer to: is this, byte for byte, what that institution issued, and does it still stand?</summary>
/// <remarks>A failure to answer is an error, never a verdict.</remarks>
[JsonConverter(typeof(ExactNameConverter<Verdict>))]
public enum Verdict
{
    /// <summary>No issuer of this log issued these bytes: they were altered, or never issued here.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Issued, and it stands.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified,

    /// <summary>Issued, and taken back for good.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,

    /// <summary>Issued, and on hold.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended,

    /// <summary>Issued, and replaced by another document.</summary>
    [JsonStringEnumMemberName("superseded")]
    Superseded,

    /// <summary>Issued, and no longer to be relied on, as was said when it was issued.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>Issued, and to be relied on from a later day.</summary>
    [JsonStringEnumMemberName("notYetValid")]
    NotYetValid,

    /// <summary>Issued by several institutions that do not say the same of it. Only overall: each has a word of its own.</summary>
    [JsonStringEnumMemberName("conflicting")]
    Conflicting,
}

using System.Text.Json.Serialization;

namespace TrueCopy.Verification.Verdicts;

/// <summary>The answer to: is this, byte for byte, what that institution issued, and does it still stand?</summary>
/// <remarks>A failure to answer is an error, never a verdict.</remarks>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>No issuer of this log issued these bytes: they were altered, or never issued here.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Issued, and it stands.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified,
}

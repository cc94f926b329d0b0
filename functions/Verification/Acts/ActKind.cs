using System.Text.Json.Serialization;

namespace TrueCopy.Verification.Acts;

/// <summary>What an entry of the log records; the names are those in the entry's JSON.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActKind>))]
public enum ActKind
{
    /// <summary>The log began: entry 0, which names the log and its keys.</summary>
    [JsonStringEnumMemberName("genesis")]
    Genesis,

    /// <summary>An issuer issued a document.</summary>
    [JsonStringEnumMemberName("issue")]
    Issue,
}

using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Entries;

/// <summary>What an entry of the log records; the names are those in the entry's JSON.</summary>
[JsonConverter(typeof(ExactNameConverter<ActKind>))]
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
}

using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Standing;

/// <summary>What the entries after an issue entry say of it: the codes of the status tree, 4 bits each. A higher code is of a later version and is never good news.</summary>
[JsonConverter(typeof(WireNameConverter<EntryStatus>))]
public enum EntryStatus
{
    /// <summary>It stands; or it issues nothing.</summary>
    [JsonStringEnumMemberName("stands")]
    Stands = 0,

    /// <summary>It is on hold.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended = 1,

    /// <summary>Another document took its place.</summary>
    [JsonStringEnumMemberName("superseded")]
    Superseded = 2,

    /// <summary>It was taken back for good.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked = 3,

    /// <summary>Another issue entry of the same document counts instead of it.</summary>
    [JsonStringEnumMemberName("reissued")]
    Reissued = 4,
}

/// <summary>A code that changed.</summary>
/// <param name="Index">Whose it is.</param>
/// <param name="Status">What it is now.</param>
public readonly record struct StatusChange(long Index, EntryStatus Status);

using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Verdicts;

/// <summary>The answer to: is this, byte for byte, what that institution issued, and does it still stand?</summary>
/// <remarks>A failure to answer is an error, never a verdict. Whatever name a client does not know is not <c>verified</c>.</remarks>
[JsonConverter(typeof(WireNameConverter<Verdict>))]
public enum Verdict
{
    /// <summary>No issuer of this log issued these bytes: they were altered, by as little as one bit, or never issued here, and the log cannot tell which.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Issued, and it stands.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified,

    /// <summary>Issued, and taken back for good.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,

    /// <summary>Issued, and on hold; it may be reinstated.</summary>
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

/// <summary>The parts of the verdict that service and client alike work out, the one from the index and the other from what is proven.</summary>
public static class VerdictWord
{
    /// <summary>What the words of all issuers come to.</summary>
    /// <param name="results">One an issuer.</param>
    /// <param name="word">The word of each.</param>
    public static Verdict Overall<T>(IReadOnlyList<T> results, Func<T, Verdict> word)
    {
        if (results.Count == 0)
            return Verdict.Unknown;
        var first = word(results[0]);
        for (var i = 1; i < results.Count; i++)
        {
            if (word(results[i]) != first)
                return Verdict.Conflicting;
        }

        return first;
    }

    /// <summary>The status that goes with a word; null for a word that says nothing of an issue.</summary>
    public static EntryStatus? StatusOf(Verdict word) => word switch
    {
        Verdict.Verified or Verdict.Expired or Verdict.NotYetValid => EntryStatus.Stands,
        Verdict.Suspended => EntryStatus.Suspended,
        Verdict.Superseded => EntryStatus.Superseded,
        Verdict.Revoked => EntryStatus.Revoked,
        _ => null,
    };

    /// <summary>What an act comes to if it is the one that decides, and since when it is so.</summary>
    /// <param name="deciding">An issue, revocation, suspension or supersession.</param>
    /// <param name="now">For validity; the only part that time alone can change.</param>
    public static (Verdict Verdict, DateTimeOffset Since) Of(Entry deciding, DateTimeOffset now) => deciding switch
    {
        { Kind: ActKind.Revoke } => (Verdict.Revoked, deciding.At),
        { Kind: ActKind.Supersede } => (Verdict.Superseded, deciding.At),
        { Kind: ActKind.Suspend } => (Verdict.Suspended, deciding.At),
        { Expires: { } end } when now >= end => (Verdict.Expired, end),
        { ValidFrom: { } beginning } when now < beginning => (Verdict.NotYetValid, beginning),
        _ => (Verdict.Verified, deciding.At),
    };
}

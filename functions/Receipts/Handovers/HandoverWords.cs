using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Handovers;

/// <summary>What a package may be handed over for.</summary>
[JsonConverter(typeof(WireNameConverter<HandoverPurpose>))]
public enum HandoverPurpose
{
    /// <summary>To open an account.</summary>
    [JsonStringEnumMemberName("accountOpening")]
    AccountOpening,

    /// <summary>To decide on credit.</summary>
    [JsonStringEnumMemberName("credit")]
    Credit,

    /// <summary>To insure somebody or something.</summary>
    [JsonStringEnumMemberName("insurance")]
    Insurance,

    /// <summary>To employ somebody.</summary>
    [JsonStringEnumMemberName("employment")]
    Employment,

    /// <summary>To admit somebody to a school or a course.</summary>
    [JsonStringEnumMemberName("admission")]
    Admission,

    /// <summary>To let a home.</summary>
    [JsonStringEnumMemberName("tenancy")]
    Tenancy,

    /// <summary>To decide on a visa or a permit to stay.</summary>
    [JsonStringEnumMemberName("immigration")]
    Immigration,

    /// <summary>To license a trade or a profession.</summary>
    [JsonStringEnumMemberName("licensing")]
    Licensing,

    /// <summary>To know whom one deals with, as the law asks.</summary>
    [JsonStringEnumMemberName("dueDiligence")]
    DueDiligence,

    /// <summary>For proceedings, or a claim.</summary>
    [JsonStringEnumMemberName("legal")]
    Legal,

    /// <summary>Something else, which the holder says in her own words.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}

/// <summary>Why a receiver declined a package.</summary>
[JsonConverter(typeof(WireNameConverter<DeclineReason>))]
public enum DeclineReason
{
    /// <summary>It did not ask for it.</summary>
    [JsonStringEnumMemberName("notRequested")]
    NotRequested,

    /// <summary>It cannot be opened, or not be read.</summary>
    [JsonStringEnumMemberName("unreadable")]
    Unreadable,

    /// <summary>What is in it does not verify.</summary>
    [JsonStringEnumMemberName("notVerified")]
    NotVerified,

    /// <summary>The consent does not allow what it is needed for.</summary>
    [JsonStringEnumMemberName("consentUnfit")]
    ConsentUnfit,

    /// <summary>The consent has run out.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>Something else.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}

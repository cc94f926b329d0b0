using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Documents;

/// <summary>The answer to <c>GET /v1/receivers</c>.</summary>
/// <param name="Receivers">Every institution that takes packages, by id.</param>
public sealed record ReceiversDocument(IReadOnlyList<ReceiverDocument> Receivers);

/// <summary>An institution that takes packages, as the log's newest entry about it has it.</summary>
/// <param name="Id">Its id, unique among this log's receivers.</param>
/// <param name="LegalName">Registered name.</param>
/// <param name="Jurisdiction">ISO 3166 code.</param>
/// <param name="EncryptionKey">What packages are sealed to: <c>age1…</c>.</param>
/// <param name="Purposes">What it takes packages for.</param>
/// <param name="KeepsDays">For how many days it promises to keep them.</param>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Proof">
/// C2SP tlog-proof of the entry. Its <c>extra</c> line is base64 of JSON with <c>entry</c> and <c>status</c>, as a receipt's but
/// without an opening: the status, 0, proves that no later entry describes the receiver otherwise.
/// </param>
/// <param name="Domain">Its own domain name; absent where it gave none.</param>
public sealed record ReceiverDocument(
    string Id,
    string LegalName,
    string Jurisdiction,
    string EncryptionKey,
    IReadOnlyList<string> Purposes,
    long KeepsDays,
    long LogIndex,
    [property: JsonConverter(typeof(LinesConverter))] string Proof,
    string? Domain = null)
{
    /// <summary>Its legal names by language; absent where it has but one.</summary>
    public LegalNames? LegalNames { get; init; }
}

/// <summary>The body of <c>POST /v1/handovers</c>: a package that is about to be sent. Members that are not listed are not read.</summary>
/// <param name="Id">The handover's id: 64 lower-case hex digits.</param>
/// <param name="Receiver">The receiver's id.</param>
/// <param name="Lock">What the proof of the opened consent hashes to.</param>
/// <param name="WithdrawLock">What the withdraw key hashes to.</param>
/// <param name="Length">Length of the sealed package in bytes.</param>
public sealed record HandoverRequestDocument(string Id, string Receiver, string Lock, string WithdrawLock, long Length);

/// <summary>Where a package is to be put.</summary>
/// <param name="Upload">An address that takes it once, by one <c>PUT</c> with <c>x-ms-blob-type: BlockBlob</c>.</param>
/// <param name="Expires">Until when; UTC.</param>
/// <param name="MaxLength">The most bytes that any package may have.</param>
public sealed record UploadGrantDocument(string Upload, DateTimeOffset Expires, long MaxLength);

/// <summary>Where a receiver gets a package.</summary>
/// <param name="Download">An address that may be read.</param>
/// <param name="Expires">Until when; UTC.</param>
/// <param name="Length">Length of the sealed package in bytes.</param>
public sealed record DownloadGrantDocument(string Download, DateTimeOffset Expires, long Length);

/// <summary>How far a handover has come.</summary>
[JsonConverter(typeof(WireNameConverter<HandoverState>))]
public enum HandoverState
{
    /// <summary>An address was given out; nothing was taken in yet.</summary>
    [JsonStringEnumMemberName("announced")]
    Announced,

    /// <summary>What was uploaded was not as announced, or no sealed package.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>It waits for the receiver.</summary>
    [JsonStringEnumMemberName("sent")]
    Sent,

    /// <summary>The receiver accepted it.</summary>
    [JsonStringEnumMemberName("received")]
    Received,

    /// <summary>The receiver declined it.</summary>
    [JsonStringEnumMemberName("declined")]
    Declined,

    /// <summary>The holder took her consent back.</summary>
    [JsonStringEnumMemberName("withdrawn")]
    Withdrawn,

    /// <summary>Nobody took it in time.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}

/// <summary>What became of a handover: the answer to <c>GET /v1/handovers/{id}</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Receiver">The receiver's id.</param>
/// <param name="State">How far it has come; what the events prove counts.</param>
/// <param name="Events">What the log holds of it, in log order.</param>
/// <param name="Expires">When the sealed package is deleted if nobody takes it; absent unless it waits.</param>
/// <param name="Refused">Why it was refused; absent unless it was.</param>
public sealed record TraceDocument(
    string Id,
    string Receiver,
    HandoverState State,
    IReadOnlyList<HandoverEventDocument> Events,
    DateTimeOffset? Expires = null,
    string? Refused = null);

/// <summary>One thing that became of a handover.</summary>
/// <param name="Act">What.</param>
/// <param name="At">When, by the service's clock; UTC.</param>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Receipt">C2SP tlog-proof of the entry: opens its commitment to the sealed package, and has what was noted with it.</param>
public sealed record HandoverEventDocument(
    ActKind Act,
    DateTimeOffset At,
    long LogIndex,
    [property: JsonConverter(typeof(LinesConverter))] string Receipt);

/// <summary>The answer to <c>GET /v1/receivers/{id}/handovers</c>.</summary>
/// <param name="Handovers">Newest first.</param>
/// <param name="Complete">Whether there are no more.</param>
public sealed record HandoversDocument(IReadOnlyList<WaitingHandoverDocument> Handovers, bool Complete);

/// <summary>A handover as its receiver sees it before opening it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">How far it has come.</param>
/// <param name="SentAt">When it was sent; UTC.</param>
/// <param name="Length">Length of the sealed package in bytes.</param>
/// <param name="Expires">When it is deleted if it is not taken; absent unless it waits.</param>
public sealed record WaitingHandoverDocument(string Id, HandoverState State, DateTimeOffset SentAt, long Length, DateTimeOffset? Expires = null);

/// <summary>The body of <c>POST /v1/handovers/{id}/withdraw</c>.</summary>
/// <param name="Proof">The withdraw key: 64 lower-case hex digits.</param>
public sealed record WithdrawDocument(string Proof);

/// <summary>The body of <c>POST /v1/receivers/{id}/handovers/{handover}/acts</c>.</summary>
/// <param name="Act"><c>received</c>, <c>declined</c> or <c>used</c>.</param>
/// <param name="Proof">Of the opened consent, 64 lower-case hex digits; has to be there when it is received.</param>
/// <param name="Reason">Declined: why, a word of the vocabulary.</param>
/// <param name="Text">Declined: what the receiver adds; at most 1,000 characters.</param>
/// <param name="Purpose">Used: what for, a word of the vocabulary.</param>
/// <param name="Use">Used: 32 lower-case hex digits, drawn for each use, so that asking again does not record it twice.</param>
public sealed record HandoverActDocument(ActKind Act, string? Proof = null, string? Reason = null, string? Text = null, string? Purpose = null, string? Use = null);

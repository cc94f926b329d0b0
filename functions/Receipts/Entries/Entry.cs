using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Entries;

/// <summary>
/// What the public log says of an act: JSON, written once and from then on carried as bytes. It names the issuer and
/// commits to the digest; it holds neither the digest, nor the document's name, nor the act's id.
/// </summary>
public sealed record Entry
{
    /// <summary>The version of this format.</summary>
    public const int FormatVersion = 1;

    private static readonly EntryJson Json = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,

        // Names are for people to read in the log as written; nothing here is ever embedded in HTML as is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },

        // Two readers of one entry read the same: with two commitments, one would take the first and another the last.
        AllowDuplicateProperties = false,
        MaxDepth = 4,
    });

    /// <summary>Always <see cref="FormatVersion"/>.</summary>
    [JsonPropertyName("v")]
    public required int Version { get; init; }

    /// <summary>What the entry records.</summary>
    [JsonPropertyName("act")]
    public required ActKind Kind { get; init; }

    /// <summary>When: the blob's last-modified time, or the log's birth.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The issuer's id.</summary>
    public string? Issuer { get; init; }

    /// <summary>The issuer's legal name at the time.</summary>
    public string? LegalName { get; init; }

    /// <summary>The issuer's legal names by language at the time; null where the registry has but one.</summary>
    public LegalNames? LegalNames { get; init; }

    /// <summary>The issuer's jurisdiction at the time.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>Issuer and domain acts only: the institution's own domain name, as the registry states it.</summary>
    public string? Domain { get; init; }

    /// <summary>Domain acts only: what that domain says of its being this issuer of this log.</summary>
    public DomainWord? Outcome { get; init; }

    /// <summary>Issuer acts only: what becomes of uploaded documents.</summary>
    public Retention? Retention { get; init; }

    /// <summary>Issuer acts only: the digests that are computed.</summary>
    public IReadOnlyList<string>? Algorithms { get; init; }

    /// <summary>Position within the upload, which orders acts of the same instant.</summary>
    public long? Position { get; init; }

    /// <summary>Algorithm of the digest that is committed to.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Commitment to the digest (<see cref="Opening.Commit(Digests.Digest)"/>), hex.</summary>
    public string? Commitment { get; init; }

    /// <summary>Issue only: from when the document is to be relied on.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Issue only: from when it is no longer to be relied on.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>
    /// Issue: log index of the issue entry of the same issuer, document and algorithm that counted until now; this one
    /// counts from now on. Receiver: the same of the entry that described the receiver until now.
    /// </summary>
    public long? Replaces { get; init; }

    /// <summary>Issue only: log index of the issue entry of the same issuer, document and algorithm that goes on counting; this one never counts.</summary>
    public long? Yields { get; init; }

    /// <summary>Acts on a document: log index of the issue entry that is acted on. What becomes of a handover: that of the handover.</summary>
    public long? Target { get; init; }

    /// <summary>Acts on a document: why.</summary>
    public ReasonCode? Reason { get; init; }

    /// <summary>Supersede only: commitment to the successor (<see cref="Opening.CommitSuccessor"/>), hex.</summary>
    public string? SuccessorCommitment { get; init; }

    /// <summary>Acts on a document: commitment to the issuer's note (<see cref="Opening.CommitNote"/>), hex.</summary>
    public string? NoteCommitment { get; init; }

    /// <summary>Receiver acts only: the receiver's id.</summary>
    public string? Receiver { get; init; }

    /// <summary>Receiver acts only: what packages are sealed to, <c>age1…</c>.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>Receiver acts only: what it takes packages for.</summary>
    public IReadOnlyList<string>? Purposes { get; init; }

    /// <summary>Receiver acts only: for how many days it promises to keep what it was handed.</summary>
    public long? KeepsDays { get; init; }

    /// <summary>Handover only: what the proof of the opened consent hashes to (<see cref="Handovers.HandoverLocks"/>), 64 lower-case hex digits.</summary>
    public string? Lock { get; init; }

    /// <summary>Handover only: what the holder's withdraw key hashes to, 64 lower-case hex digits.</summary>
    public string? WithdrawLock { get; init; }

    /// <summary>Received, declined and withdrawn: what opens a lock of the handover, 64 lower-case hex digits.</summary>
    public string? Proof { get; init; }

    /// <summary>Genesis only: the log's origin.</summary>
    public string? Origin { get; init; }

    /// <summary>Genesis and keys only: the verifier keys that sign for the log from this entry's checkpoint on, all of them.</summary>
    public IReadOnlyList<string>? Keys { get; init; }

    /// <summary>Status only: number of entries before it, whose status it commits to; its own index.</summary>
    public long? Covers { get; init; }

    /// <summary>Status only: root of the tree over their status (<see cref="StatusTree"/>), 64 lower-case hex digits.</summary>
    public string? Root { get; init; }

    /// <summary>Status only: index of the first entry of the first batch that ended with a status; absent for 0. Of entries before it no standing is proven.</summary>
    public long? From { get; init; }

    /// <summary>Entry 0 of a log. A tree of one entry has no COSE receipt, so that entry is nobody's document.</summary>
    public static Entry Genesis(string origin, IReadOnlyList<string> keys, DateTimeOffset at) => new()
    {
        Version = FormatVersion,
        Kind = ActKind.Genesis,
        At = at,
        Origin = origin,
        Keys = keys,
    };

    /// <summary>The entry that says which keys sign from now on.</summary>
    public static Entry OfKeys(IReadOnlyList<string> keys, DateTimeOffset at) => new()
    {
        Version = FormatVersion,
        Kind = ActKind.Keys,
        At = at,
        Keys = keys,
    };

    /// <summary>The last entry of a batch: the status of all entries before it.</summary>
    /// <param name="covers">How many those are.</param>
    /// <param name="root">Root of the tree over their status.</param>
    /// <param name="from">Index of the first entry whose standing is proven.</param>
    /// <param name="at">When the batch was made.</param>
    public static Entry OfStatus(long covers, in MerkleHash root, long from, DateTimeOffset at) => new()
    {
        Version = FormatVersion,
        Kind = ActKind.Status,
        At = at,
        Covers = covers,
        Root = Convert.ToHexStringLower(root.Bytes),
        From = from > 0 ? from : null,
    };

    /// <summary>Reads an entry; members that later versions add are ignored.</summary>
    /// <exception cref="LogFormatException">The bytes are not an entry of version 1.</exception>
    public static Entry Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > EntryBundle.MaxEntryLength)
            throw new LogFormatException("entry: longer than a bundle can hold");
        try
        {
            var entry = ForeignJson.Read(bytes, Json.Entry);
            return entry is { Version: FormatVersion }
                ? entry
                : throw new LogFormatException("entry: not of version 1");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("entry: not the JSON of an entry", exception);
        }
    }

    /// <summary>The bytes for the log. Written once; afterwards only these bytes count.</summary>
    public byte[] Encode() => PlainEntry.TryEncode(this) ?? JsonSerializer.SerializeToUtf8Bytes(this, Json.Entry);
}

[JsonSerializable(typeof(Entry))]
internal sealed partial class EntryJson : JsonSerializerContext;

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

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Documents;

/// <summary>The answer to one question, and what it rests on.</summary>
/// <param name="Verdict">The word that all results share, <c>conflicting</c> if they differ, <c>unknown</c> if there is none.</param>
/// <param name="Algorithm">Algorithm of the digest that was asked about.</param>
/// <param name="Digest">What was asked, in lower-case hex.</param>
/// <param name="CheckedAt">When it was answered, by the service's clock; UTC.</param>
/// <param name="Results">
/// One for each institution that issued these bytes, the earliest issuance first. The overall verdict is the word that all of
/// them share; <c>conflicting</c> where they differ: then ask for the institution that the document names. Empty when unknown.
/// </param>
/// <param name="Checkpoint">The checkpoint that the answer stands on.</param>
public sealed record VerdictDocument(
    Verdict Verdict,
    string Algorithm,
    string Digest,
    DateTimeOffset CheckedAt,
    IReadOnlyList<ResultDocument> Results,
    CheckpointDocument Checkpoint);

/// <summary>
/// What one institution says of the document. All of it but <c>unproven</c> follows from the entries that
/// the receipts prove, and the clock; an answer in which something else differs from them does not count.
/// </summary>
/// <param name="Issuer">Who, as the issue that the result rests on names it.</param>
/// <param name="Verdict">Neither unknown nor conflicting.</param>
/// <param name="Since">Since when it is so: when the act that decides was done, <c>expires</c> if expired, <c>validFrom</c> if not yet valid; UTC.</param>
/// <param name="Receipt">Receipt of the act that decides (C2SP tlog-proof).</param>
/// <param name="IssueReceipt">
/// Receipt of the issue that the act was done to: its entry is the one whose index is the act's <c>target</c>. Absent where
/// that issue decides itself.
/// </param>
/// <param name="ValidFrom">From when the document is to be relied on, if that was said.</param>
/// <param name="Expires">From when it is no longer to be relied on, if that was said.</param>
/// <param name="Reason">Why, for what was done to the document after it was issued.</param>
/// <param name="Note">What the institution adds to the reason; at most 1,000 characters.</param>
/// <param name="Successor">The document that takes the place of a superseded one.</param>
/// <param name="Unproven">What only the service says, without proof.</param>
public sealed record ResultDocument(
    IssuerDocument Issuer,
    Verdict Verdict,
    DateTimeOffset Since,
    [property: JsonConverter(typeof(LinesConverter))] string Receipt,
    [property: JsonConverter(typeof(LinesConverter))] string? IssueReceipt = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? Expires = null,
    ReasonCode? Reason = null,
    string? Note = null,
    DigestDocument? Successor = null,
    UnprovenDocument? Unproven = null);

/// <summary>What the service says of a result and no receipt proves: good to know, not to rely on.</summary>
/// <param name="Acts">What the institution did to the document, in the order of effect; the last 100.</param>
/// <param name="Type">The institution's word for the kind of document.</param>
/// <param name="SuccessorVerdict">What the same institution says of the document that takes this one's place.</param>
public sealed record UnprovenDocument(IReadOnlyList<ActDocument> Acts, string? Type = null, Verdict? SuccessorVerdict = null)
{
    /// <summary>The most acts that are told, so that no institution makes answers about another's document long.</summary>
    public const int MaxActs = 100;

    /// <summary>What the institution's own domain said when the service asked; absent where the log records nothing of it.</summary>
    public DomainOutcomeDocument? Domain { get; init; }
}

/// <summary>One thing that an issuer did, as the log records it.</summary>
/// <param name="LogIndex">Index of its entry in the log.</param>
/// <param name="Kind">What was done.</param>
/// <param name="At">When, by the clock of the storage that the document was put into; UTC.</param>
/// <param name="Reason">Why; absent for an issue.</param>
public sealed record ActDocument(long LogIndex, ActKind Kind, DateTimeOffset At, ReasonCode? Reason = null);

/// <summary>Who issued, as an answer names it.</summary>
/// <param name="Id">Its id, unique in this log.</param>
/// <param name="LegalName">Its registered name: in a result, the name when it issued.</param>
/// <param name="Jurisdiction">ISO 3166 code.</param>
/// <param name="Domain">Its own domain name; absent where it gave none, and in acts.</param>
public sealed record IssuerDocument(string Id, string LegalName, string Jurisdiction, string? Domain = null)
{
    /// <summary>Its legal names by language; absent where it has but one. In a result, those when it issued.</summary>
    public LegalNames? LegalNames { get; init; }

    /// <summary>What that domain said when the service asked; absent where the log records nothing of it, and in results, which have it under <c>unproven</c>.</summary>
    public DomainOutcomeDocument? DomainOutcome { get; init; }
}

/// <summary>The state of the log that an answer stands on.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">Root hash of the tree, base64.</param>
/// <param name="Note">The signed note, whole: what the keys sign, and their signatures.</param>
public sealed record CheckpointDocument(string Origin, long Size, string Root, [property: JsonConverter(typeof(LinesConverter))] string Note)
{
    /// <summary>The document of a checkpoint.</summary>
    public static CheckpointDocument Of(SignedCheckpoint checkpoint) => new(
        checkpoint.Checkpoint.Origin,
        checkpoint.Size,
        checkpoint.Checkpoint.Root.ToString(),
        Encoding.UTF8.GetString(checkpoint.Note.Span));
}

/// <summary>The body of <c>POST /v1/verify</c>. Members that are not listed are not read.</summary>
/// <param name="Digests">What to look up: 1 to 1,000.</param>
public sealed record BatchRequestDocument(IReadOnlyList<DigestDocument> Digests)
{
    /// <summary>The most digests in one request.</summary>
    public const int MaxDigests = 1000;

    /// <summary>The JSON, in UTF-8, of digests: nothing in them is to be escaped, so it takes no serializer.</summary>
    /// <param name="digests">What to look up.</param>
    public static byte[] Encode(ReadOnlySpan<Digest> digests)
    {
        var length = "{\"digests\":[]}".Length;
        foreach (var digest in digests)
            length += MaxFrame + (2 * digest.Algorithm.Length);
        var bytes = new byte[length];
        var json = new JsonText(bytes);
        json.Add("{\"digests\":["u8);
        for (var i = 0; i < digests.Length; i++)
        {
            json.Add(i == 0 ? "{\"algorithm\":\""u8 : ",{\"algorithm\":\""u8);
            json.TryAdd(digests[i].Algorithm.Name, JavaScriptEncoder.Default);
            json.Add("\",\"digest\":\""u8);
            json.AddHex(digests[i].Bytes);
            json.Add("\"}"u8);
        }

        json.Add("]}"u8);
        return bytes.AsSpan(0, json.Length).ToArray();
    }

    // The names of the members, and that of the algorithm.
    private const int MaxFrame = 48;
}

/// <summary>A digest of a document.</summary>
/// <param name="Algorithm">How it is made.</param>
/// <param name="Digest">Hex; of either case in a request, as the issuer wrote it in an answer.</param>
public sealed record DigestDocument(string Algorithm, string Digest);

/// <summary>The answer to <c>POST /v1/verify</c>: verdicts in the order asked.</summary>
/// <param name="Results">One a digest, in the order asked.</param>
public sealed record BatchAnswerDocument(IReadOnlyList<VerdictDocument> Results)
{
    /// <summary>Reads the JSON of an answer, in UTF-8.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static BatchAnswerDocument Read(ReadOnlySpan<byte> json) => PlainAnswer.TryRead(json) ?? ForeignJson.Read(json, DocumentJson.Instance.BatchAnswerDocument);
}

/// <summary>The status of the whole log, or what changed of it: the answer to <c>GET /v1/status</c>.</summary>
/// <param name="Checkpoint">The newest checkpoint: the signed note, whole.</param>
/// <param name="Entry">Its last entry, which commits to the status of all before it; base64 of the exact bytes.</param>
/// <param name="Path">That entry's inclusion path, from its sibling upwards; base64 of 32 bytes a hash.</param>
/// <param name="Since">What it begins from: the <c>covers</c> of a status that the client has, or 0 for nothing.</param>
/// <param name="Pages">
/// Every page that is not all zero; since an earlier status, every page that may differ from that one's. Base64 of
/// <see cref="StatusPages.Encode"/>.
/// </param>
public sealed record StatusDocument(string Checkpoint, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Path, long Since, ReadOnlyMemory<byte> Pages);

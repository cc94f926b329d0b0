using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Handovers;

/// <summary>
/// What a holder agreed to when she sealed a package: <c>consent.json</c>, by the schema in <c>docs/consent.schema.json</c>. Written
/// once; afterwards only the bytes count, and their proof (<see cref="HandoverLocks.ConsentProof"/>).
/// </summary>
/// <param name="Version">Always <see cref="FormatVersion"/>.</param>
/// <param name="Handover">The handover's id.</param>
/// <param name="Nonce">64 lower-case hex digits, random.</param>
/// <param name="Log">Origin of the log.</param>
/// <param name="Receiver">Whom it is handed to.</param>
/// <param name="Purpose">What for.</param>
/// <param name="GivenAt">When the holder agreed; UTC.</param>
/// <param name="Until">From when nothing may be used any more; UTC.</param>
/// <param name="Language">In which she read it: one of <see cref="Languages"/>.</param>
/// <param name="Documents">What is handed over, in the order of the package.</param>
public sealed record Consent(
    [property: JsonPropertyName("v")] int Version,
    string Handover,
    string Nonce,
    string Log,
    ConsentReceiver Receiver,
    HandoverPurpose Purpose,
    DateTimeOffset GivenAt,
    DateTimeOffset Until,
    string Language,
    IReadOnlyList<ConsentDocument> Documents)
{
    /// <summary>The version of this format.</summary>
    public const int FormatVersion = 1;

    /// <summary>The longest <c>consent.json</c>, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The most documents.</summary>
    public const int MaxDocuments = 200;

    /// <summary>The longest text of a purpose, in UTF-16 characters.</summary>
    public const int MaxPurposeLength = 200;

    /// <summary>The longest scope and the longest conditions, in UTF-16 characters.</summary>
    public const int MaxTextLength = 2000;

    private const int MaxOriginLength = 255;
    private const int MaxLegalNameLength = 256;

    private static readonly ConsentJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,

        // What a holder agreed to is what a client shows: it may hold nothing that some client does not know.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 4,
        Converters = { new UtcTimeConverter() },
    });

    /// <summary>The languages in which a consent is shown.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "zh-Hans", "zh-Hant"];

    /// <summary>What for, in the holder's words; has to be there when the purpose is <see cref="HandoverPurpose.Other"/>.</summary>
    public string? PurposeText { get; init; }

    /// <summary>What may be used of it, in the holder's words.</summary>
    public string? Scope { get; init; }

    /// <summary>On what conditions, in the holder's words.</summary>
    public string? Conditions { get; init; }

    /// <summary>Reads a consent.</summary>
    /// <exception cref="LogFormatException">It is none; the message says which rule it breaks.</exception>
    public static Consent Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength)
            throw new LogFormatException($"consent: longer than {MaxLength} bytes");
        try
        {
            var consent = ForeignJson.Read(bytes, Json.Consent);
            return HoldsNull(bytes) ? throw new LogFormatException("consent: a member is null")
                : consent.Check() is { } rule ? throw new LogFormatException($"consent: {rule}")
                : consent;
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("consent: not the JSON of a consent", exception);
        }
    }

    /// <summary>The bytes of <c>consent.json</c>.</summary>
    /// <exception cref="LogFormatException">It breaks a rule, or is too long.</exception>
    public byte[] Encode()
    {
        if (Check() is { } rule)
            throw new LogFormatException($"consent: {rule}");
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, Json.Consent);
        return bytes.Length <= MaxLength ? bytes : throw new LogFormatException($"consent: longer than {MaxLength} bytes; hand the documents over in several packages");
    }

    /// <summary>The rule that it breaks; null if none.</summary>
    public string? Check() =>
        Version != FormatVersion ? "not of version 1"
        : !HandoverLocks.IsHex(Handover) ? "handover is 64 lower-case hex digits"
        : !HandoverLocks.IsHex(Nonce) ? "nonce is 64 lower-case hex digits"
        : StatedText.CheckText("log", Log, MaxOriginLength) is { } log ? log
        : CheckReceiver() is { } receiver ? receiver
        : PurposeText is null && Purpose == HandoverPurpose.Other ? "purposeText says what another purpose is"
        : PurposeText is not null && StatedText.CheckText("purposeText", PurposeText, MaxPurposeLength) is { } purpose ? purpose
        : CheckLines("scope", Scope) is { } scope ? scope
        : CheckLines("conditions", Conditions) is { } conditions ? conditions
        : Until <= GivenAt ? "until is after givenAt"
        : !Languages.Contains(Language) ? $"language is one of {string.Join(", ", Languages)}"
        : CheckDocuments();

    private string? CheckReceiver() =>
        !ReceiverId.IsValid(Receiver.Id) ? "receiver.id is the id of a receiver"
        : StatedText.CheckText("receiver.legalName", Receiver.LegalName, MaxLegalNameLength) is { } name ? name
        : !EncryptionKey.TryParse(Receiver.EncryptionKey, out _) ? "receiver.encryptionKey is an age X25519 key"
        : Receiver.LogIndex < 0 ? "receiver.logIndex is the index of an entry"
        : null;

    private string? CheckDocuments()
    {
        if (Documents.Count is 0 or > MaxDocuments)
            return $"there are 1 to {MaxDocuments} documents";
        var names = new HashSet<string>(PackagedName.Comparer);
        foreach (var document in Documents)
        {
            if (document.Check() is { } rule)
                return rule;
            if (!names.Add(document.Name))
                return "two documents have one name, or names that differ in case only";
        }

        return null;
    }

    // Line feeds are seen; within the text they may stand.
    private static string? CheckLines(string name, string? text) => text is null ? null
        : StatedText.CheckText(name, text.Trim().Length == text.Length ? text.Replace('\n', ' ') : text, MaxTextLength);

    private static bool HoldsNull(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null)
                return true;
        }

        return false;
    }
}

/// <summary>Whom a package is for, as the log's entry describes it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LegalName">Its registered name.</param>
/// <param name="EncryptionKey">What the package is sealed to.</param>
/// <param name="LogIndex">Index of that entry.</param>
public sealed record ConsentReceiver(string Id, string LegalName, string EncryptionKey, long LogIndex);

/// <summary>One document of a package.</summary>
/// <param name="Name">Its file name (<see cref="PackagedName"/>).</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Digest"><c>sha-256:</c> and 64 lower-case hex digits.</param>
/// <param name="Verdict">What the holder's client was told of it: the name of a <see cref="Verdicts.Verdict"/>, or <see cref="NoAnswer"/>.</param>
/// <param name="Receipt">Whether its receipt is in the package.</param>
public sealed record ConsentDocument(string Name, long Length, string Digest, string Verdict, bool Receipt)
{
    /// <summary>The verdict where there was no answer.</summary>
    public const string NoAnswer = "noAnswer";

    // What JSON readers everywhere take for a whole number.
    private const long MaxLength = (1L << 53) - 1;

    /// <summary><c>true</c> where the holder hands over what was not verified; absent otherwise.</summary>
    public bool? Insisted { get; init; }

    /// <summary>The digest.</summary>
    [JsonIgnore]
    public Digest Sha256 => Digests.Digest.TryParse(Digest, out var digest) ? digest : throw new LogFormatException("consent: a digest is sha-256:hex");

    internal string? Check() =>
        PackagedName.Check(Name) is { } name ? name
        : Length is < 0 or > MaxLength ? "a length is a number of bytes"
        : !Digests.Digest.TryParse(Digest, out var digest) || digest.Algorithm != DigestAlgorithm.Sha256 || digest.ToString() != Digest ? "a digest is sha-256: and 64 lower-case hex digits"
        : Verdict != NoAnswer && !WireName.TryParse<Verdict>(Verdict, out _) ? $"a verdict is one of {string.Join(", ", WireName.All<Verdict>())}, {NoAnswer}"
        : Insisted != (Verdict == WireName.Of(Verdicts.Verdict.Verified) ? null : true) ? "insisted is true where a document is not verified, and absent where it is"
        : null;
}

[JsonSerializable(typeof(Consent))]
internal sealed partial class ConsentJson : JsonSerializerContext;

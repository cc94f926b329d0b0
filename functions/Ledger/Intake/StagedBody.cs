using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// What is staged, in bytes: UTF-8 JSON, version 1. A change of the registry begins with the member <c>registry</c>, or, of a receiver,
/// <c>receiver</c>; what is done with a package with <c>handover</c>; an upload with anything else.
/// </summary>
public static class StagedBody
{
    internal const int FormatVersion = 1;

    private static readonly StagedJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters = { new UtcTimeConverter() },
        MaxDepth = 8,
    });

    /// <summary>How bodies are written and read.</summary>
    internal static JsonSerializerOptions Options => Json.Options;

    // Bodies write their names in camel case, pointers as they are.
    private static readonly StagedJson Envelope = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true, MaxDepth = 8 });

    /// <summary>Writes it.</summary>
    public static byte[] Encode(StagedWork work) => work switch
    {
        RegistryChange change => JsonSerializer.SerializeToUtf8Bytes(new RegistryChangeBody(StagedIssuer.Of(change.Issuer), FormatVersion, StagedOutcome.Of(change.Outcome)), Json.RegistryChangeBody),
        ReceiverChange change => JsonSerializer.SerializeToUtf8Bytes(new ReceiverChangeBody(StagedReceiver.Of(change.Receiver), FormatVersion), Json.ReceiverChangeBody),
        StagedHandover handover => JsonSerializer.SerializeToUtf8Bytes(new StagedHandoverBody(StagedPackage.Of(handover), FormatVersion), Json.StagedHandoverBody),
        StagedUpload upload => EncodeUpload(upload),
        _ => throw new ArgumentOutOfRangeException(nameof(work), work, "Nothing else is staged."),
    };

    private static byte[] EncodeUpload(StagedUpload upload) => JsonSerializer.SerializeToUtf8Bytes(
        new StagedUploadBody(
            FormatVersion,
            upload.Source,
            StagedIssuer.Of(upload.Issuer),
            upload.At,
            (int)upload.Answer.Kind,
            upload.Answer.Part,
            upload.Answer.Parts,
            upload.Answer.DeleteDocument,
            upload.Acts,
            upload.Repeats),
        Json.StagedUploadBody);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="reader">Reads most of what is staged; null for one that has read nothing before.</param>
    /// <exception cref="LogFormatException">It did not.</exception>
    public static StagedWork Decode(ReadOnlySpan<byte> bytes, StagedReader? reader = null)
    {
        try
        {
            if ((reader ?? new StagedReader()).TryRead(bytes) is { } issues)
                return issues;
            return FirstMember(bytes) switch
            {
                "registry" => ReadChange(bytes),
                "receiver" => ReadReceiver(bytes),
                "handover" => ReadHandover(bytes),
                _ => ReadUpload(bytes),
            };
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged upload: not the JSON of one", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new LogFormatException("staged upload: not Unicode text", exception);
        }
    }

    /// <summary>The uploads that a message is about: a body of whatever version, a group of them, or the message that says where a body is stored.</summary>
    /// <returns>The uploads; none if the message names none.</returns>
    public static IReadOnlyList<BlobVersion> SourcesOf(ReadOnlySpan<byte> message)
    {
        try
        {
            var envelope = ForeignJson.Read(message, Envelope.StagedEnvelope);
            return [.. (envelope.Uploads ?? []).Prepend(envelope).Select(each => each?.Source).Where(source => source is { Container: not null, Path: not null, ETag: not null }).Select(source => source!)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? FirstMember(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    private static RegistryChange ReadChange(ReadOnlySpan<byte> bytes) =>
        ForeignJson.Read(bytes, Json.RegistryChangeBody) is { Version: FormatVersion } body
            ? new RegistryChange(IssuerOf(body.Registry), body.Outcome?.Read())
            : throw new LogFormatException("staged registry change: not of version 1");

    private static ReceiverChange ReadReceiver(ReadOnlySpan<byte> bytes) =>
        ForeignJson.Read(bytes, Json.ReceiverChangeBody) is { Version: FormatVersion } body
            ? new ReceiverChange(body.Receiver.Read())
            : throw new LogFormatException("staged receiver: not of version 1");

    private static StagedHandover ReadHandover(ReadOnlySpan<byte> bytes) =>
        ForeignJson.Read(bytes, Json.StagedHandoverBody) is { Version: FormatVersion } body
            ? body.Handover.Read()
            : throw new LogFormatException("staged handover: not of version 1");

    private static StagedWork ReadUpload(ReadOnlySpan<byte> bytes)
    {
        var body = ForeignJson.Read(bytes, Json.StagedUploadBody);
        if (body is not { Version: FormatVersion } || !Enum.IsDefined((UploadKind)body.Kind) || body.Acts.Any(act => act?.Digests is null || act.Digests.Contains(null)))
            throw new LogFormatException("staged upload: not of version 1");
        var issuer = IssuerOf(body.Issuer);
        if (body.Acts.Count > 0)
            return new StagedUpload(body.Source, issuer, body.At, new AnswerForm((UploadKind)body.Kind, body.Part, body.Parts, body.Delete), body.Acts) { Repeats = body.Repeats };

        // How changes of the registry were staged before they had a form of their own: as an upload of nothing.
        return body.Source.Path.Length == 0 ? new RegistryChange(issuer) : throw new LogFormatException("staged upload: it asks for nothing");
    }

    /// <summary>How the registry describes an issuer, as uploads bear it.</summary>
    /// <exception cref="JsonException">It does not.</exception>
    internal static Issuer ReadIssuer(ReadOnlySpan<byte> json) => IssuerOf(ForeignJson.Read(json, Json.StagedIssuer));

    private static Issuer IssuerOf(StagedIssuer issuer) => new(
        issuer.Id,
        issuer.LegalName,
        issuer.Jurisdiction,
        issuer.Domain,
        WireName.TryParse(issuer.Retention, out Retention retention) ? retention : throw new LogFormatException("staged upload: an unknown retention"),
        [.. issuer.Algorithms.Select(AlgorithmOf)])
    {
        Since = issuer.Since,
        LegalNames = issuer.LegalNames,
    };

    private static DigestAlgorithm AlgorithmOf(string? name) => DigestAlgorithm.TryParse(name, out var algorithm)
        ? algorithm
        : throw new LogFormatException("staged upload: an unknown digest algorithm");
}

internal sealed record StagedUploadBody(
    [property: JsonPropertyName("v")] int Version,
    BlobVersion Source,
    StagedIssuer Issuer,
    DateTimeOffset At,
    int Kind,
    int Part,
    int Parts,
    bool Delete,
    IReadOnlyList<RequestedAct> Acts,
    bool Repeats);

// A process of before domains were asked reads such a change without its outcome, which is then staged again at the next asking.
internal sealed record RegistryChangeBody(StagedIssuer Registry, [property: JsonPropertyName("v")] int Version, StagedOutcome? Outcome = null);

internal sealed record StagedOutcome(string Word, DateTimeOffset At, string? Domain = null)
{
    public static StagedOutcome? Of(DomainOutcome? outcome) => outcome is null ? null : new(WireName.Of(outcome.Word), outcome.At, outcome.Domain);

    public DomainOutcome Read() => WireName.TryParse(Word, out DomainWord word)
        ? new DomainOutcome(Domain, word, At)
        : throw new LogFormatException("staged registry change: an unknown outcome");
}

internal sealed record StagedIssuer(
    string Id,
    string LegalName,
    string Jurisdiction,
    string Retention,
    IReadOnlyList<string> Algorithms,
    DateTimeOffset Since,
    string? Domain = null,
    LegalNames? LegalNames = null)
{
    public static StagedIssuer Of(Issuer issuer) => new(
        issuer.Id,
        issuer.LegalName,
        issuer.Jurisdiction,
        WireName.Of(issuer.Retention),
        [.. issuer.Algorithms.Select(algorithm => algorithm.Name)],
        issuer.Since,
        issuer.Domain,
        issuer.LegalNames);
}

internal sealed record ReceiverChangeBody(StagedReceiver Receiver, [property: JsonPropertyName("v")] int Version);

internal sealed record StagedReceiver(
    string Id,
    string LegalName,
    string Jurisdiction,
    string EncryptionKey,
    IReadOnlyList<string> Purposes,
    long KeepsDays,
    DateTimeOffset Since,
    string? Domain = null,
    LegalNames? LegalNames = null)
{
    public static StagedReceiver Of(Receiver receiver) =>
        new(receiver.Id, receiver.LegalName, receiver.Jurisdiction, receiver.EncryptionKey, receiver.Purposes, receiver.KeepsDays, receiver.Since, receiver.Domain, receiver.LegalNames);

    public Receiver Read()
    {
        var receiver = new Receiver(Id, LegalName, Jurisdiction, Domain, EncryptionKey, Purposes, KeepsDays) { Since = Since, LegalNames = LegalNames };
        return ProvenReceiver.Rule(receiver.ToEntry(replaces: null)) is { } rule ? throw new LogFormatException($"staged receiver: {rule}") : receiver;
    }
}

internal sealed record StagedHandoverBody(StagedPackage Handover, [property: JsonPropertyName("v")] int Version);

internal sealed record StagedPackage(
    string Id,
    BlobVersion Source,
    string Act,
    DateTimeOffset At,
    string Package,
    string? Lock = null,
    string? WithdrawLock = null,
    long? Length = null,
    string? Proof = null,
    string? Note = null,
    string? Use = null)
{
    public static StagedPackage Of(StagedHandover staged) => new(
        staged.Handover,
        staged.Source,
        WireName.Of(staged.Kind),
        staged.At,
        staged.Package.ToString(),
        staged.Lock,
        staged.WithdrawLock,
        staged.Length,
        staged.Proof,
        staged.Note,
        staged.Use);

    public StagedHandover Read() => WireName.TryParse(Act, out ActKind kind) && IsWellFormed(kind) && Digest.TryParse(Package, out var package)
        ? new StagedHandover(Source, Id, kind, At, package) { Lock = Lock, WithdrawLock = WithdrawLock, Length = Length, Proof = Proof, Note = Note, Use = Use }
        : throw new LogFormatException("staged handover: it says nothing that could be done with a package");

    // What has no effect but on the entry has to be there for it, since an audit asks for that.
    private bool IsWellFormed(ActKind kind) =>
        HandoverRule.IsOfHandover(kind)
        && HandoverLocks.IsHex(Id)
        && (kind == ActKind.Handover ? HandoverLocks.IsHex(Lock) && HandoverLocks.IsHex(WithdrawLock) && Length > 0 : Lock is null && WithdrawLock is null && Length is null)
        && (kind == ActKind.Used) == Use is not null
        && (kind is ActKind.Declined or ActKind.Used) == Note is not null;
}

internal sealed record StagedEnvelope(BlobVersion? Source = null, IReadOnlyList<StagedEnvelope?>? Uploads = null);

[JsonSerializable(typeof(StagedUploadBody))]
[JsonSerializable(typeof(StagedIssuer))]
[JsonSerializable(typeof(RegistryChangeBody))]
[JsonSerializable(typeof(ReceiverChangeBody))]
[JsonSerializable(typeof(StagedHandoverBody))]
[JsonSerializable(typeof(StagedEnvelope))]
internal sealed partial class StagedJson : JsonSerializerContext;

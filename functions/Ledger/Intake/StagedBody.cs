using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Intake;

/// <summary>A staged upload in bytes: UTF-8 JSON, version 1.</summary>
public static class StagedBody
{
    private const int FormatVersion = 1;

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

    // Bodies write their names in camel case, pointers as they are.
    private static readonly StagedJson Envelope = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true, MaxDepth = 8 });

    /// <summary>Writes an upload.</summary>
    public static byte[] Encode(StagedUpload upload) => JsonSerializer.SerializeToUtf8Bytes(
        new StagedUploadBody(
            FormatVersion,
            upload.Source,
            new StagedIssuer(
                upload.Issuer.Id,
                upload.Issuer.LegalName,
                upload.Issuer.Jurisdiction,
                WireName.Of(upload.Issuer.Retention),
                [.. upload.Issuer.Algorithms.Select(algorithm => algorithm.Name)],
                upload.Issuer.Since,
                upload.Issuer.Domain),
            upload.At,
            (int)upload.Answer.Kind,
            upload.Answer.Part,
            upload.Answer.Parts,
            upload.Answer.DeleteDocument,
            upload.Acts,
            upload.Repeats),
        Json.StagedUploadBody);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="LogFormatException">It did not.</exception>
    public static StagedUpload Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var body = ForeignJson.Read(bytes, Json.StagedUploadBody);
            if (body is not { Version: FormatVersion } || !Enum.IsDefined((UploadKind)body.Kind) || body.Acts.Any(act => act?.Digests is null || act.Digests.Contains(null)))
                throw new LogFormatException("staged upload: not of version 1");
            if (!WireName.TryParse(body.Issuer.Retention, out Retention retention))
                throw new LogFormatException("staged upload: an unknown retention");

            var issuer = new Issuer(
                body.Issuer.Id,
                body.Issuer.LegalName,
                body.Issuer.Jurisdiction,
                body.Issuer.Domain,
                retention,
                [.. body.Issuer.Algorithms.Select(AlgorithmOf)])
            {
                Since = body.Issuer.Since,
            };
            return new StagedUpload(body.Source, issuer, body.At, new AnswerForm((UploadKind)body.Kind, body.Part, body.Parts, body.Delete), body.Acts) { Repeats = body.Repeats };
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged upload: not the JSON of a staged upload", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new LogFormatException("staged upload: not Unicode text", exception);
        }
    }

    /// <summary>The upload that a message is about: a body of whatever version, or the message that says where a body is stored.</summary>
    /// <returns>The upload; null if the message names none.</returns>
    public static BlobVersion? SourceOf(ReadOnlySpan<byte> message)
    {
        try
        {
            return ForeignJson.Read(message, Envelope.StagedEnvelope).Source is { Container: not null, Path: not null, ETag: not null } source ? source : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

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

internal sealed record StagedIssuer(
    string Id,
    string LegalName,
    string Jurisdiction,
    string Retention,
    IReadOnlyList<string> Algorithms,
    DateTimeOffset Since,
    string? Domain = null);

internal sealed record StagedEnvelope(BlobVersion? Source = null);

[JsonSerializable(typeof(StagedUploadBody))]
[JsonSerializable(typeof(StagedEnvelope))]
internal sealed partial class StagedJson : JsonSerializerContext;

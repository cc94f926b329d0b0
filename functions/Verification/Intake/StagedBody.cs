using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.Verification.Intake;

/// <summary>The body of a staged message: UTF-8 JSON, version 1.</summary>
public static class StagedBody
{
    private const int FormatVersion = 1;

    private static readonly StagedJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new UtcTimeConverter() },
        MaxDepth = 8,
    });

    /// <summary>Writes the acts of one blob.</summary>
    public static byte[] Encode(IReadOnlyList<Act> acts)
    {
        var first = acts[0];
        var body = new StagedActsBody(
            FormatVersion,
            first.Source,
            new StagedIssuer(
                first.Issuer.Id,
                first.Issuer.LegalName,
                first.Issuer.Jurisdiction,
                first.Issuer.Domain,
                first.Issuer.Retention,
                [.. first.Issuer.Algorithms.Select(algorithm => algorithm.Name)]),
            first.At,
            [.. acts.Select(act => new StagedAct(act.Kind, act.Position, act.Digest.Algorithm.Name, act.Digest.Hex))]);
        return JsonSerializer.SerializeToUtf8Bytes(body, Json.StagedActsBody);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="LogFormatException">It did not.</exception>
    public static IReadOnlyList<Act> Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var body = JsonSerializer.Deserialize(bytes, Json.StagedActsBody);
            if (body is not { Version: FormatVersion, Acts.Count: > 0 })
                throw new LogFormatException("staged acts: not of version 1, or empty");

            var issuer = new Issuer(
                body.Issuer.Id,
                body.Issuer.LegalName,
                body.Issuer.Jurisdiction,
                body.Issuer.Domain,
                body.Issuer.Retention,
                [.. body.Issuer.Algorithms.Select(AlgorithmOf)]);
            return [.. body.Acts.Select(act => ActOf(body, issuer, act))];
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged acts: not the JSON of staged acts", exception);
        }
    }

    private static Act ActOf(StagedActsBody body, Issuer issuer, StagedAct act)
    {
        var algorithm = AlgorithmOf(act.Algorithm);
        return Digest.TryParse(algorithm, act.Digest, out var digest)
            ? new Act(ActId.Of(body.Source, act.Position, algorithm), act.Kind, issuer, body.At, act.Position, digest, body.Source)
            : throw new LogFormatException("staged acts: a digest is not hex of its algorithm's length");
    }

    private static DigestAlgorithm AlgorithmOf(string name) => DigestAlgorithm.TryParse(name, out var algorithm)
        ? algorithm
        : throw new LogFormatException("staged acts: an unknown digest algorithm");
}

internal sealed record StagedActsBody(
    [property: JsonPropertyName("v")] int Version,
    BlobVersion Source,
    StagedIssuer Issuer,
    DateTimeOffset At,
    IReadOnlyList<StagedAct> Acts);

internal sealed record StagedIssuer(
    string Id,
    string LegalName,
    string Jurisdiction,
    string? Domain,
    Retention Retention,
    IReadOnlyList<string> Algorithms);

internal sealed record StagedAct(ActKind Kind, long Position, string Algorithm, string Digest);

[JsonSerializable(typeof(StagedActsBody))]
internal sealed partial class StagedJson : JsonSerializerContext;

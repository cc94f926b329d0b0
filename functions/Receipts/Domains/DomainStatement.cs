using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Domains;

/// <summary>
/// What an institution publishes on its own domain (<see cref="Path"/>): as which issuer of which logs it issues, and by which
/// keys these logs sign. Whoever controls the domain says so; that the domain is the institution's, everybody knows for himself.
/// </summary>
public sealed record DomainStatement
{
    /// <summary>Where it is published, under <c>https://</c> and the domain.</summary>
    public const string Path = "/.well-known/truecopy.json";

    /// <summary>The most bytes that it may have.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>The version of this format.</summary>
    public const int FormatVersion = 1;

    /// <summary>The most logs that it may name, and the most keys of each.</summary>
    public const int MaxItems = 16;

    private static readonly DomainJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 4,
    });

    /// <summary>Always <see cref="FormatVersion"/>.</summary>
    [JsonPropertyName("v")]
    public required int Version { get; init; }

    /// <summary>Each log in which the institution issues, once for each of its ids there.</summary>
    public required IReadOnlyList<StatedLog> Logs { get; init; }

    /// <summary>Reads a statement; members that later versions add are ignored.</summary>
    /// <exception cref="LogFormatException">The bytes are not a statement of version 1; the message says which rule they break.</exception>
    public static DomainStatement Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength)
            throw new LogFormatException($"domain statement: longer than {MaxLength} bytes");
        DomainStatement statement;
        try
        {
            statement = ForeignJson.Read(bytes, Json.DomainStatement);
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("domain statement: not the JSON of one", exception);
        }

        if (statement.Version != FormatVersion)
            throw new LogFormatException("domain statement: not of version 1");
        if (statement.Logs.Count > MaxItems)
            throw new LogFormatException($"domain statement: more than {MaxItems} logs");
        foreach (var log in statement.Logs)
            Check(log);
        return statement;
    }

    /// <summary>Compares it with what is known.</summary>
    /// <param name="issuer">The id of the issuer whose domain this is.</param>
    /// <param name="keys">The keys by which the log is known; at least one. Their common name is its origin.</param>
    /// <returns>What the domain says of that issuer, and why where it contradicts.</returns>
    public (DomainWord Word, string? Reason) Judge(string issuer, IReadOnlyList<NoteVerifier> keys)
    {
        var origin = keys[0].Name;
        StatedLog[] same = [.. Logs.Where(log => log.Origin == origin)];
        if (same.Length == 0)
            return (DomainWord.NotStated, null);
        StatedLog[] own = [.. same.Where(log => log.Issuer == issuer)];
        if (own.Length == 0)
            return (DomainWord.Contradicted, $"it names itself {string.Join(", ", same.Select(log => log.Issuer))} in this log, not {issuer}");
        var known = keys.Select(key => key.ToString()).ToHashSet(StringComparer.Ordinal);
        return own.Any(log => log.Keys.Any(known.Contains))
            ? (DomainWord.Confirmed, null)
            : (DomainWord.Contradicted, "it names other keys of this log than those that are known here");
    }

    private static void Check(StatedLog log)
    {
        if (log.Origin.Length is 0 or > 256 || UnseenCharacters.Find(log.Origin) is not null)
            throw new LogFormatException("domain statement: a log's origin has 1 to 256 characters, all of which show");
        if (!IssuerContainer.IsId(log.Issuer))
            throw new LogFormatException("domain statement: an issuer's id has 1 to 55 small letters, digits and hyphens");
        if (log.Keys.Count is 0 or > MaxItems)
            throw new LogFormatException($"domain statement: a log has 1 to {MaxItems} keys");
        foreach (var key in log.Keys)
        {
            if (NoteVerifier.Parse(key).Name != log.Origin)
                throw new LogFormatException("domain statement: a key is of another log than it stands under");
        }
    }
}

/// <summary>A log in which an institution issues.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Issuer">The institution's id in it.</param>
/// <param name="Keys">C2SP verifier keys by which the log signs; one that is known suffices.</param>
public sealed record StatedLog(string Origin, string Issuer, IReadOnlyList<string> Keys);

/// <summary>What an institution's own domain says of its being an issuer.</summary>
[JsonConverter(typeof(WireNameConverter<DomainWord>))]
public enum DomainWord
{
    /// <summary>That it is that issuer of that log.</summary>
    [JsonStringEnumMemberName("confirmed")]
    Confirmed,

    /// <summary>That it is another one, or that the log has other keys.</summary>
    [JsonStringEnumMemberName("contradicted")]
    Contradicted,

    /// <summary>Nothing: no domain is given, nothing is published there, or it does not name the log.</summary>
    [JsonStringEnumMemberName("notStated")]
    NotStated,

    /// <summary>The domain could not be asked, or what it answered cannot be read: neither yes nor no.</summary>
    [JsonStringEnumMemberName("noAnswer")]
    NoAnswer,
}

[JsonSerializable(typeof(DomainStatement))]
internal sealed partial class DomainJson : JsonSerializerContext;

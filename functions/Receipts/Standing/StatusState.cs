using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Standing;

/// <summary>
/// How far a fold has come, for going on from there later: codes and holds of all entries before. Little while little is taken
/// back: in JSON some 90 bytes for each page that is not all zero, and at most 200 for each hold.
/// </summary>
/// <param name="From">Index of the first entry whose status is kept.</param>
/// <param name="Size">How many entries there were.</param>
/// <param name="Last">Index of the last status entry; -1 if there was none yet.</param>
/// <param name="Pages">The pages that are not all zero, by number.</param>
/// <param name="Holds">The holds, by issue entry.</param>
[JsonConverter(typeof(StatusStateConverter))]
public sealed record StatusState(
    long From,
    long Size,
    long Last,
    ImmutableSortedDictionary<long, ReadOnlyMemory<byte>> Pages,
    ImmutableDictionary<long, HoldHistory> Holds);

/// <summary>Reads and writes a state; what was read is one that a fold can go on from.</summary>
public sealed class StatusStateConverter : JsonConverter<StatusState>
{
    /// <inheritdoc/>
    public override StatusState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var body = JsonSerializer.Deserialize(ref reader, StatusStateJson.Default.StatusStateBody) ?? throw new JsonException("There is no status.");
        try
        {
            var pages = StatusPages.Decode(body.Pages, StatusPage.CountFor(body.Size)).ToImmutableSortedDictionary();
            var holds = body.Holds.ToImmutableDictionary(hold => hold.Index, hold => new HoldHistory(hold.Suspended, hold.Reinstated));
            var state = new StatusState(body.From, body.Size, body.Last, pages, holds);
            return new StatusFold(state).Pages.Count == pages.Count ? state : throw new JsonException("The status is of no log.");
        }
        catch (Exception exception) when (exception is LogFormatException or ArgumentException)
        {
            throw new JsonException("The status is of no log.", exception);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StatusState value, JsonSerializerOptions options) => JsonSerializer.Serialize(
        writer,
        new StatusStateBody(
            value.From,
            value.Size,
            value.Last,
            StatusPages.Encode(value.Pages),
            [.. value.Holds.OrderBy(hold => hold.Key).Select(hold => new HoldBody(hold.Key, hold.Value.Suspended, hold.Value.Reinstated))]),
        StatusStateJson.Default.StatusStateBody);
}

internal sealed record StatusStateBody(long From, long Size, long Last, ReadOnlyMemory<byte> Pages, IReadOnlyList<HoldBody> Holds);

internal readonly record struct HoldBody(long Index, ActOrder? Suspended, ActOrder? Reinstated);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StatusStateBody))]
internal sealed partial class StatusStateJson : JsonSerializerContext;

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Receipts.Reading;

/// <summary>
/// Reads JSON that others wrote. The serializer refuses null and nothing where a member's type asks for something, if
/// its options say so; what lists hold it does not look at. No document of ours has a list with a null in it, so none is read.
/// </summary>
public static class ForeignJson
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">It is not one, or a list of it holds a null; nothing else is thrown for anything that is read.</exception>
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "This is what the others are to call.")]
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var document = JsonSerializer.Deserialize(json, type) ?? throw At(json, 0, "The document is null.");
            RefuseNullsInLists(json, type.Options);
            return document;
        }
        catch (InvalidOperationException exception)
        {
            // Half a surrogate pair, escaped.
            throw At(json, 0, "The document is not Unicode text.", exception);
        }
    }

    // As the serializer names a place: line and byte in it, from 0.
    private static JsonException At(ReadOnlySpan<byte> json, long index, string message, Exception? cause = null)
    {
        var before = json[..(int)index];
        return new JsonException(message, null, before.Count((byte)'\n'), index - (before.LastIndexOf((byte)'\n') + 1), cause);
    }

    private static void RefuseNullsInLists(ReadOnlySpan<byte> json, JsonSerializerOptions options)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = options.MaxDepth });
        var before = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && before is not (JsonTokenType.PropertyName or JsonTokenType.None))
                throw At(json, reader.TokenStartIndex, "A list holds a null.");
            before = reader.TokenType;
        }
    }
}

/// <summary>Instants as RFC 3339 in UTC with a <c>Z</c>; fractions only where there are any.</summary>
public sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    private const int WholeSecondLength = 20;
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    internal static DateTimeOffset Read(ref Utf8JsonReader reader) =>
        IsWholeSecond(ref reader) && reader.TryGetDateTimeOffset(out var second) ? second
        : DateTimeOffset.TryParseExact(
            reader.GetString(),
            Format,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time)
            ? time
            : throw new JsonException("A time is RFC 3339 in UTC, such as 2026-11-23T19:00:00Z.");

    // As nearly all of them are, and those that long and in UTC are written in no other way.
    private static bool IsWholeSecond(ref Utf8JsonReader reader) =>
        reader is { TokenType: JsonTokenType.String, HasValueSequence: false, ValueIsEscaped: false } && reader.ValueSpan.Length == WholeSecondLength && reader.ValueSpan[^1] == (byte)'Z';

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}

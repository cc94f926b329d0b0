using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Documents;

/// <summary>
/// Writes receipts and notes, which are most of an answer: lines of plain characters, of which JSON escapes nothing but their
/// ends. Other text is written as everywhere.
/// </summary>
public sealed class LinesConverter : JsonConverter<string>
{
    // Printable ASCII that JSON takes as it is, the end of a line, and the bytes of the dash that begins a signature.
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (byte)code).Except("\"\\"u8.ToArray()), (byte)'\n', .. "—"u8]);

    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        var text = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        Write(writer, text.AsSpan(0, Encoding.UTF8.GetBytes(value, text)));
        ArrayPool<byte>.Shared.Return(text);
    }

    /// <summary>Writes lines.</summary>
    /// <param name="writer">To what.</param>
    /// <param name="text">The lines, in UTF-8.</param>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> text)
    {
        if (text.ContainsAnyExcept(Plain))
        {
            writer.WriteStringValue(text);
            return;
        }

        var json = ArrayPool<byte>.Shared.Rent((2 * text.Length) + 2);
        writer.WriteRawValue(json.AsSpan(0, Quote(text, json)), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(json);
    }

    private static int Quote(ReadOnlySpan<byte> text, Span<byte> json)
    {
        json[0] = (byte)'"';
        var at = 1;
        for (int end; (end = text.IndexOf((byte)'\n')) >= 0; text = text[(end + 1)..])
        {
            text[..end].CopyTo(json[at..]);
            "\\n"u8.CopyTo(json[(at + end)..]);
            at += end + 2;
        }

        text.CopyTo(json[at..]);
        json[at + text.Length] = (byte)'"';
        return at + text.Length + 1;
    }
}

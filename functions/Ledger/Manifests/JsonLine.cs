using System.Collections.Immutable;
using System.Text.Json;

namespace TrueCopy.Ledger.Manifests;

/// <summary>
/// One JSON object of string members on one line. Unknown and repeated members are faults: a misspelt <c>expires</c>
/// must not issue a document for ever.
/// </summary>
internal sealed class JsonLine : IStatedLine
{
    private readonly Line _line;
    private readonly ImmutableArray<string> _known;
    private readonly string?[] _values;
    private readonly int[] _offsets;

    private JsonLine(Line line, ImmutableArray<string> known)
    {
        _line = line;
        _known = known;
        _values = new string?[known.Length];
        _offsets = new int[known.Length];
    }

    /// <summary>Reads a line whose members may be those <paramref name="known"/>.</summary>
    /// <exception cref="LineException">It is not such an object.</exception>
    public static JsonLine Parse(Line line, ImmutableArray<string> known)
    {
        if (line.Bytes.Span.Trim(" \t"u8).IsEmpty)
            throw line.Fault(0, "the line is empty");
        var parsed = new JsonLine(line, known);
        try
        {
            parsed.Read();
            return parsed;
        }
        catch (JsonException exception)
        {
            throw line.Fault(exception.BytePositionInLine ?? 0, "the line is not one JSON object");
        }
    }

    /// <inheritdoc/>
    public long Number => _line.Number;

    /// <inheritdoc/>
    public string? this[string name] => _values[_known.IndexOf(name)];

    /// <inheritdoc/>
    public LineException Fault(string name, string rule) =>
        _line.Fault(_values[_known.IndexOf(name)] is null ? _line.Bytes.Length : _offsets[_known.IndexOf(name)], rule);

    private void Read()
    {
        var reader = new Utf8JsonReader(_line.Bytes.Span, new JsonReaderOptions { MaxDepth = 8 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw _line.Fault(reader.TokenStartIndex, "the line is not one JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)reader.TokenStartIndex;
            var member = Find(ref reader);
            if (member < 0)
                throw _line.Fault(at, NotAMember(ref reader));
            if (_values[member] is not null)
                throw _line.Fault(at, $"{_known[member]} appears twice");
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw _line.Fault(reader.TokenStartIndex, $"{_known[member]} is a string");
            _offsets[member] = (int)reader.TokenStartIndex;
            _values[member] = Text(ref reader, _known[member]);
        }

        // Whatever follows the object on the line is a fault, which the reader reports by itself.
        reader.Read();
    }

    private string NotAMember(ref Utf8JsonReader reader)
    {
        var written = Text(ref reader, "a member's name");
        return StatedName.MeantBy(written, _known) is { } meant ? StatedName.Correct(written, meant) : $"the members are {string.Join(", ", _known)}";
    }

    private int Find(ref Utf8JsonReader reader)
    {
        try
        {
            for (var i = 0; i < _known.Length; i++)
            {
                if (reader.ValueTextEquals(_known[i]))
                    return i;
            }
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped: not Unicode text, and so none of the names either.
        }

        return -1;
    }

    private string Text(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw _line.Fault(reader.TokenStartIndex, $"{name} is not Unicode text");
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace TrueCopy.Receipts.Reading;

/// <summary>
/// Reads JSON as programs write it, without the serializer: what that has to find out about types before it reads the first
/// document takes a process that reads one longer than the rest of its work. Whatever is not plain (a member that is not
/// known or comes twice, a null, a value of another kind, no JSON at all) is left to the serializer, which reads it or says what is wrong.
/// </summary>
internal ref struct PlainJson
{
    private Utf8JsonReader _reader;
    private bool _isPlain = true;

    private PlainJson(ReadOnlySpan<byte> json, int maxDepth) => _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });

    /// <summary>Reads an object that has just begun: its members by <see cref="NextMember"/>, and null if one is wanting.</summary>
    public delegate T? Shape<T>(ref PlainJson json)
        where T : class;

    /// <summary>Reads a document.</summary>
    /// <param name="json">In UTF-8.</param>
    /// <param name="maxDepth">As the serializer is told.</param>
    /// <param name="shape">Its members.</param>
    /// <returns>What the serializer would read; null where that is for the serializer to say.</returns>
    public static T? TryRead<T>(ReadOnlySpan<byte> json, int maxDepth, Shape<T> shape)
        where T : class
    {
        var plain = new PlainJson(json, maxDepth);
        try
        {
            plain._isPlain = plain._reader.Read() && plain._reader.TokenType == JsonTokenType.StartObject;
            var document = plain._isPlain ? shape(ref plain) : null;
            return plain._isPlain && !plain._reader.Read() ? document : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or text that is no Unicode.
            return null;
        }
    }

    /// <summary>Goes on to the next member; false at the end of the object, or of all that is plain.</summary>
    public bool NextMember() => _isPlain && _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>A member that is not known.</summary>
    public bool Other()
    {
        _isPlain = false;
        return true;
    }

    /// <summary>The member, if it has this name: text.</summary>
    public bool Text(ReadOnlySpan<byte> name, ref string? value)
    {
        if (!IsAt(name, value is null, JsonTokenType.String))
            return false;
        value = _isPlain ? _reader.GetString() : value;
        return true;
    }

    /// <summary>The member, if it has this name: a whole number.</summary>
    public bool Number(ReadOnlySpan<byte> name, ref long? value)
    {
        if (!IsAt(name, value is null, JsonTokenType.Number))
            return false;
        _isPlain = _isPlain && _reader.TryGetInt64(out var number) && (value = number) is not null;
        return true;
    }

    /// <summary>The member, if it has this name: an instant.</summary>
    public bool Time(ReadOnlySpan<byte> name, ref DateTimeOffset? value)
    {
        if (!IsAt(name, value is null, JsonTokenType.String))
            return false;
        value = _isPlain ? UtcTimeConverter.Read(ref _reader) : value;
        return true;
    }

    /// <summary>The member, if it has this name: a member of an enumeration, by its exact name.</summary>
    public bool Word<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] TEnum>(ReadOnlySpan<byte> name, ref TEnum? value)
        where TEnum : struct, Enum
    {
        if (!IsAt(name, value is null, JsonTokenType.String))
            return false;
        _isPlain = _isPlain && WireName.TryParse(_reader.GetString(), out TEnum word) && (value = word) is not null;
        return true;
    }

    /// <summary>The member, if it has this name: base64.</summary>
    public bool Bytes(ReadOnlySpan<byte> name, ref ReadOnlyMemory<byte>? value)
    {
        if (!IsAt(name, value is null, JsonTokenType.String))
            return false;
        _isPlain = _isPlain && _reader.TryGetBytesFromBase64(out var bytes) && (value = bytes) is not null;
        return true;
    }

    /// <summary>The member, if it has this name: an object.</summary>
    public bool Object<T>(ReadOnlySpan<byte> name, ref T? value, Shape<T> shape)
        where T : class
    {
        if (!IsAt(name, value is null, JsonTokenType.StartObject))
            return false;
        _isPlain = _isPlain && (value = shape(ref this)) is not null && _isPlain;
        return true;
    }

    /// <summary>The member, if it has this name: a list of objects.</summary>
    public bool Objects<T>(ReadOnlySpan<byte> name, ref IReadOnlyList<T>? value, Shape<T> shape)
        where T : class
    {
        if (!IsAt(name, value is null, JsonTokenType.StartArray))
            return false;
        var list = new List<T>();
        while (_isPlain && NextElement(JsonTokenType.StartObject))
        {
            if (shape(ref this) is { } element)
                list.Add(element);
            else
                _isPlain = false;
        }

        value = list;
        return true;
    }

    /// <summary>The member, if it has this name: a list of texts.</summary>
    public bool Texts(ReadOnlySpan<byte> name, ref IReadOnlyList<string>? value)
    {
        if (!IsAt(name, value is null, JsonTokenType.StartArray))
            return false;
        var list = new List<string>();
        while (_isPlain && NextElement(JsonTokenType.String))
            list.Add(_reader.GetString()!);
        value = list;
        return true;
    }

    private bool NextElement(JsonTokenType kind)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndArray)
            return false;
        _isPlain = _reader.TokenType == kind;
        return _isPlain;
    }

    private bool IsAt(ReadOnlySpan<byte> name, bool isFirst, JsonTokenType kind)
    {
        if (!_reader.ValueTextEquals(name))
            return false;
        _reader.Read();
        _isPlain = isFirst && _reader.TokenType == kind;
        return true;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace TrueCopy.Receipts;

/// <summary>JSON that is put together of parts in which nothing is to be escaped, in memory that has room for all of it.</summary>
/// <param name="text">The memory.</param>
internal ref struct JsonText(Span<byte> text)
{
    private readonly Span<byte> _text = text;

    /// <summary>How much was written.</summary>
    public int Length { get; private set; }

    /// <summary>How long bytes are in base64.</summary>
    public static int Base64Length(int bytes) => Base64.GetMaxEncodedToUtf8Length(bytes);

    /// <summary>Adds what is JSON already.</summary>
    public void Add(scoped ReadOnlySpan<byte> json)
    {
        json.CopyTo(_text[Length..]);
        Length += json.Length;
    }

    /// <summary>Adds text, if nothing in it is to be escaped or mended.</summary>
    public bool TryAdd(string text, JavaScriptEncoder encoder)
    {
        if (Utf8.FromUtf16(text, _text[Length..], out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done
            || encoder.FindFirstCharacterToEncodeUtf8(_text.Slice(Length, written)) >= 0)
        {
            return false;
        }

        Length += written;
        return true;
    }

    /// <summary>Adds a number or a time.</summary>
    public void Add<T>(T value, ReadOnlySpan<char> format)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_text[Length..], out var written, format, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Adds <c>algorithm:hex</c>.</summary>
    public void Add(Digest digest)
    {
        Length += Encoding.ASCII.GetBytes(digest.Algorithm.Name, _text[Length..]);
        Add(":"u8);
        AddHex(digest.Bytes);
    }

    /// <summary>Adds lower-case hex.</summary>
    public void AddHex(scoped ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, _text[Length..], out var digits);
        Length += digits;
    }

    /// <summary>Adds base64.</summary>
    public void AddBase64(scoped ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(bytes, _text[Length..], out _, out var written);
        Length += written;
    }
}

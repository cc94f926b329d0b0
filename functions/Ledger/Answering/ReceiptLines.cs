using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Many receipts as JSON lines: <c>line</c> in the upload (from 1), <c>file</c> if the line names one, <c>act</c>, <c>algorithm</c>, <c>digest</c>,
/// <c>logIndex</c> and <c>receipt</c>, which is the whole text of the <c>.tlog-proof</c>, so that one line can be
/// handed on with one document.
/// </summary>
public sealed class ReceiptLines : IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Utf8JsonWriter _json;
    private readonly int _expected;

    /// <summary>Begins.</summary>
    /// <param name="expected">About how many lines there will be.</param>
    public ReceiptLines(int expected)
    {
        _expected = expected;

        // A "+" in base64 stays as it is; the file is never embedded in HTML.
        _json = new Utf8JsonWriter(_output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>What was added so far.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    /// <summary>Adds a receipt.</summary>
    public void Add(long line, ActKind kind, IndexedAct act, Receipt receipt, string? file = null)
    {
        var isFirst = _output.WrittenCount == 0;
        _json.WriteStartObject();
        _json.WriteNumber("line", line);
        if (file is not null)
            _json.WriteString("file", file);
        _json.WriteString("act", WireName.Of(kind));
        _json.WriteString("algorithm", act.Digest.Algorithm.Name);
        _json.WriteString("digest", act.Digest.Hex);
        _json.WriteNumber("logIndex", act.LogIndex);
        _json.WriteString("receipt", receipt.Encode());
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _output.Write("\n"u8);

        // Lines are alike, and a buffer that doubles its way to megabytes is copied and thrown away as often.
        if (isFirst && _expected > 1)
            _output.GetSpan((_output.WrittenCount + (_output.WrittenCount / 16)) * (_expected - 1));
    }

    /// <summary>Adds a line that was refused: <c>refused</c> says why.</summary>
    public void AddRefused(long line, string refused, string? file = null)
    {
        _json.WriteStartObject();
        _json.WriteNumber("line", line);
        if (file is not null)
            _json.WriteString("file", file);
        _json.WriteString("refused", refused);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Many receipts as JSON lines: <c>line</c> in the upload (from 1), <c>file</c> if the line names one, <c>act</c>, <c>algorithm</c>, <c>digest</c>,
/// <c>logIndex</c> and <c>receipt</c>, which is the whole text of the <c>.tlog-proof</c>, so that one line can be
/// handed on with one document.
/// </summary>
/// <param name="expected">About how many lines there will be.</param>
public sealed class ReceiptLines(int expected) : IDisposable
{
    // A "+" in base64 stays as it is; the file is never embedded in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PooledBody _output = new(expected * UsualLength);
    private Utf8JsonWriter? _json;

    private const int UsualLength = 4096;

    /// <summary>What was added so far; valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Written => _output.Written;

    /// <summary>Adds a receipt.</summary>
    /// <param name="line">The line that it answers.</param>
    /// <param name="kind">What was done.</param>
    /// <param name="act">The act whose receipt it is.</param>
    /// <param name="receipt">The <c>.tlog-proof</c>.</param>
    /// <param name="file">The file's name, if the line names one.</param>
    public void Add(long line, ActKind kind, IndexedAct act, ReadOnlySpan<byte> receipt, string? file = null)
    {
        var json = Begin(line, file);
        json.WriteString("act"u8, WireName.Of(kind));
        VerdictJson.WriteDigest(json, act.Digest);
        json.WriteNumber("logIndex"u8, act.LogIndex);
        json.WritePropertyName("receipt"u8);
        LinesConverter.Write(json, receipt);
        End(json);
    }

    /// <summary>Adds a line that was refused: <c>refused</c> says why.</summary>
    public void AddRefused(long line, string refused, string? file = null)
    {
        var json = Begin(line, file);
        json.WriteString("refused"u8, refused);
        End(json);
    }

    /// <summary>Gives the memory back: not where whoever was to send it failed, or was given up.</summary>
    public void Dispose()
    {
        _json?.Dispose();
        _output.Dispose();
    }

    private Utf8JsonWriter Begin(long line, string? file)
    {
        _json ??= new Utf8JsonWriter(_output, Options);
        _json.WriteStartObject();
        _json.WriteNumber("line"u8, line);
        if (file is not null)
            _json.WriteString("file"u8, file);
        return _json;
    }

    private void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        _output.Write("\n"u8);
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;

namespace TrueCopy.Verification.Receipts;

/// <summary>
/// Many receipts as JSON lines: <c>line</c> in the upload (from 1), <c>act</c>, <c>algorithm</c>, <c>digest</c>,
/// <c>logIndex</c> and <c>receipt</c>, which is the whole text of the <c>.tlog-proof</c>, so that one line can be
/// handed on with one document.
/// </summary>
public sealed class ReceiptLines
{
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);

    // A "+" in base64 stays as it is; the file is never embedded in HTML.
    private static JsonWriterOptions Options => new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What was added so far.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    /// <summary>Adds a receipt.</summary>
    public void Add(long line, ActKind act, Anchor anchor, Receipt receipt)
    {
        using (var json = new Utf8JsonWriter(_output, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("line", line);
            json.WriteString("act", ExactName.Of(act));
            json.WriteString("algorithm", anchor.Digest.Algorithm.Name);
            json.WriteString("digest", anchor.Digest.Hex);
            json.WriteNumber("logIndex", anchor.LogIndex);
            json.WriteString("receipt", receipt.Encode());
            json.WriteEndObject();
        }

        _output.Write("\n"u8);
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Cli.Issuing;

/// <summary>One line of the receipts of a manifest or a list of acts.</summary>
/// <param name="Line">Line of the upload, from 1.</param>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Algorithm">Algorithm of the digest.</param>
/// <param name="Digest">The document's digest, hex.</param>
/// <param name="Receipt">The text of the <c>.tlog-proof</c>; null if the line was refused.</param>
/// <param name="Refused">Why the line was refused; null if it was not.</param>
internal sealed record ReceiptLine(long Line, long LogIndex = 0, string? Algorithm = null, string? Digest = null, string? Receipt = null, string? Refused = null)
{
    /// <summary>Reads receipts one by one.</summary>
    public static async IAsyncEnumerable<ReceiptLine> ReadAsync(Stream lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(lines);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return Parse(line);
    }

    private static ReceiptLine Parse(string line)
    {
        try
        {
            var read = ForeignJson.Read(Encoding.UTF8.GetBytes(line), ReceiptLineJson.Default.ReceiptLine);
            return read.Receipt is null == read.Refused is null ? throw new JsonException("A line is either a receipt or a refusal.") : read;
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static CommandException Unreadable(JsonException exception) =>
        new(ExitCode.NoAnswer, "The receipts that the service wrote cannot be read.", exception);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReceiptLine))]
internal sealed partial class ReceiptLineJson : JsonSerializerContext;

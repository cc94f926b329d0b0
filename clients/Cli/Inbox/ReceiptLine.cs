using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Verification;

namespace TrueCopy.Cli.Inbox;

/// <summary>One line of the receipts of a manifest or a list of acts.</summary>
/// <param name="Line">Line of the upload, from 1.</param>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Algorithm">Algorithm of the digest.</param>
/// <param name="Digest">The document's digest, hex.</param>
/// <param name="Receipt">The text of the <c>.tlog-proof</c>.</param>
internal sealed record ReceiptLine(long Line, long LogIndex, string Algorithm, string Digest, string Receipt)
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
            return ForeignJson.Read(Encoding.UTF8.GetBytes(line), ReceiptLineJson.Default.ReceiptLine);
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

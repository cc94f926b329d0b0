using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Cli.Output;

/// <summary>What <c>audit --json</c> says.</summary>
/// <param name="Log">Address of the log.</param>
/// <param name="Outcome"><c>holds</c>, <c>otherEntries</c>, <c>damaged</c>, <c>untrusted</c>, <c>splitView</c> or <c>rollback</c>.</param>
/// <param name="Size">Entries that the signed checkpoint states; absent where it cannot be trusted.</param>
/// <param name="SeenSize">Entries of the checkpoint remembered from before; absent at the first audit.</param>
/// <param name="Entries">Entries that were downloaded and hashed this time.</param>
/// <param name="Resources">Checkpoints, tiles and bundles that were fetched.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="KeyPinned">Whether the key came from the user rather than from the log's first entry.</param>
/// <param name="Faults">What is wrong.</param>
/// <param name="NewKeys">Keys that took over, as the log announced.</param>
/// <param name="State">The file with what is remembered.</param>
/// <param name="Evidence">The file with both signed checkpoints of a split view or rollback.</param>
internal sealed record AuditOutput(
    string Log,
    string Outcome,
    long? Size,
    long? SeenSize,
    long Entries,
    long Resources,
    long Bytes,
    bool KeyPinned,
    IReadOnlyList<string> Faults,
    IReadOnlyList<string> NewKeys,
    string State,
    string? Evidence);

[JsonSerializable(typeof(AuditOutput))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    private static readonly AuditJson Instance = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static Printable Write(AuditOutput output) => Printable.Json(JsonSerializer.Serialize(output, Instance.AuditOutput));
}

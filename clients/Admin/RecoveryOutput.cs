using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Cli;

namespace TrueCopy.Admin;

/// <summary>What <c>doctor --json</c> says of one thing that is wrong.</summary>
internal sealed record FindingOutput(string Kind, string What, string Repair, bool Repaired);

/// <summary>What <c>doctor --json</c> and <c>rebuild-index --json</c> say.</summary>
internal sealed record RecoveryOutput(bool Healthy, long Size, long Batches, IReadOnlyList<FindingOutput> Findings);

[JsonSerializable(typeof(RecoveryOutput))]
internal sealed partial class RecoveryJson : JsonSerializerContext
{
    private static readonly RecoveryJson Instance = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static Printable Write(RecoveryOutput output) => Printable.Json(JsonSerializer.Serialize(output, Instance.RecoveryOutput));
}

/// <summary>The state of a ledger in words.</summary>
internal static class RecoveryText
{
    public static Printable Of(RecoveryOutput output, string done, Terminal terminal)
    {
        var headline = output.Healthy ? terminal.Good("✔ WHOLE") : terminal.Bad("✘ NOT WHOLE");
        Printable text = $"{headline}  {output.Size} entries in {output.Batches} batches {done}";
        foreach (var finding in output.Findings)
        {
            var mark = finding.Repaired ? terminal.Good("✔ repaired") : terminal.Bad("✘");
            text.Append($"\n  {mark} {finding.What}\n      {finding.Repair}");
        }

        if (!output.Healthy)
            text.Append($"\n  Nothing is repaired without --apply.");
        return text;
    }
}

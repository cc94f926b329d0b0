using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>What one scenario measured.</summary>
/// <param name="Scenario">Its name on the command line.</param>
/// <param name="Title">Its name for readers.</param>
/// <param name="Machine">Where.</param>
/// <param name="Measured">When.</param>
/// <param name="Quick">Whether it ran in the quick mode, whose figures are not worth quoting.</param>
/// <param name="Measurements">The figures.</param>
/// <param name="Charts">Charts of them.</param>
/// <param name="Notes">What a reader has to know to judge them.</param>
internal sealed record ScenarioReport(
    string Scenario,
    string Title,
    Machine Machine,
    DateTimeOffset Measured,
    bool Quick,
    IReadOnlyList<Measurement> Measurements,
    IReadOnlyList<Chart> Charts,
    IReadOnlyList<string> Notes)
{
    public string Command => $"dotnet run -c Release --project tests/Benchmarks -- scenarios {Scenario}{(Quick ? " --quick" : "")}";

    public async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var json = JsonSerializer.Serialize(this, ReportJson.Relaxed.ScenarioReport);
        await File.WriteAllTextAsync(Path.Combine(folder, Scenario + ".json"), json + "\n", cancellationToken);
        foreach (var chart in Charts)
            await File.WriteAllTextAsync(Path.Combine(folder, chart.FileName), chart.ToSvg(), cancellationToken);
    }

    /// <summary>The reports in a folder, by name.</summary>
    public static IReadOnlyList<ScenarioReport> ReadAll(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.json")
            .Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize(File.ReadAllText(file), ReportJson.Relaxed.ScenarioReport)!),
    ];
}

[JsonSerializable(typeof(ScenarioReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    // A "×" stays as it is; the file is never embedded in HTML.
    public static ReportJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

using System.Globalization;
using System.Text.Json.Serialization;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>One figure, beside what it is to be compared with.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record Measurement(string Name, double Value, string Unit)
{
    /// <summary>What a user would pick instead, or the physical limit, measured in the same run in the same unit.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>What was aimed at.</summary>
    public Goal? Goal { get; init; }

    /// <summary>Whether it belongs in the table in docs/benchmarks.md.</summary>
    public bool Headline { get; init; }

    /// <summary>The figure over the baseline.</summary>
    [JsonIgnore]
    public double? Ratio => Baseline is { Value: not 0 } baseline ? Value / baseline.Value : null;

    /// <summary>Whether the goal is met; null without a goal.</summary>
    [JsonIgnore]
    public bool? Met => Goal?.IsMetBy(this);
}

/// <summary>What a figure is compared with.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its figure, in the unit of the measurement.</param>
internal sealed record Baseline(string Name, double Value);

/// <summary>A bound that a figure, or its ratio to the baseline, is to keep.</summary>
/// <param name="Bound">The bound.</param>
/// <param name="Kind">What is bounded, and from which side.</param>
internal sealed record Goal(double Bound, GoalKind Kind)
{
    public static Goal AtLeast(double bound) => new(bound, GoalKind.AtLeast);

    public static Goal AtMost(double bound) => new(bound, GoalKind.AtMost);

    public static Goal RatioAtLeast(double bound) => new(bound, GoalKind.RatioAtLeast);

    public static Goal RatioAtMost(double bound) => new(bound, GoalKind.RatioAtMost);

    public bool IsMetBy(Measurement measurement) => Kind switch
    {
        GoalKind.AtLeast => measurement.Value >= Bound,
        GoalKind.AtMost => measurement.Value <= Bound,
        GoalKind.RatioAtLeast => measurement.Ratio >= Bound,
        _ => measurement.Ratio <= Bound,
    };

    public string Text(string unit) => Kind switch
    {
        GoalKind.AtLeast => $"≥ {Figures.Format(Bound)} {unit}",
        GoalKind.AtMost => $"≤ {Figures.Format(Bound)} {unit}",
        GoalKind.RatioAtLeast => $"≥ {Figures.Format(Bound)}× baseline",
        _ => $"≤ {Figures.Format(Bound)}× baseline",
    };
}

[JsonConverter(typeof(JsonStringEnumConverter<GoalKind>))]
internal enum GoalKind
{
    AtLeast,
    AtMost,
    RatioAtLeast,
    RatioAtMost,
}

/// <summary>Figures as people read them: three significant digits, thousands apart.</summary>
internal static class Figures
{
    public static string Format(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => Rounded(value).ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    private static double Rounded(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - 2);
        return Math.Round(value / unit) * unit;
    }
}

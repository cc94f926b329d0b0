namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Percentiles of times that were taken.</summary>
internal static class Latencies
{
    public static double Percentile(double[] sorted, double percent) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
}

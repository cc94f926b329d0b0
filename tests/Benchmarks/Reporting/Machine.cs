using System.Globalization;
using System.Runtime.InteropServices;

namespace TrueCopy.Benchmarks.Reporting;

/// <summary>The machine that measured.</summary>
/// <param name="Processor">The model that the operating system tells.</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="MemoryGiB">Memory that this process may use.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET runtime.</param>
/// <param name="Load">Runnable processes in the minute before, where the system tells; more than the cores means that it was shared.</param>
internal sealed record Machine(string Processor, int Cores, double MemoryGiB, string System, string Runtime, double? Load)
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string LoadAverage = "/proc/loadavg";

    public static Machine This() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        File.Exists(LoadAverage) ? double.Parse(File.ReadAllText(LoadAverage).Split(' ')[0], CultureInfo.InvariantCulture) : null);

    private static string ProcessorName()
    {
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}

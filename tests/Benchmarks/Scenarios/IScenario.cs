using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Measures one question and its baseline in the same run.</summary>
internal interface IScenario
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>The question.</summary>
    string Title { get; }

    /// <summary>Whether it compares with another server, and so cannot run without one.</summary>
    bool NeedsPeer => false;

    /// <summary>Measures.</summary>
    Task RunAsync(ScenarioRun run, CancellationToken cancellationToken);
}

/// <summary>What a scenario is told, and what it tells.</summary>
/// <param name="Quick">Whether to take a tenth of the time, to see that it works.</param>
/// <param name="Progress">Where a reader waits.</param>
internal sealed record ScenarioRun(bool Quick, TextWriter Progress)
{
    /// <summary>Where another server takes one entry a request; null if none was named.</summary>
    public Uri? Peer { get; init; }

    public List<Measurement> Measurements { get; } = [];

    public List<Chart> Charts { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>A size, or in quick mode a smaller one.</summary>
    public int Scale(int full, int quick) => Quick ? quick : full;

    public void Add(Measurement measurement)
    {
        Measurements.Add(measurement);
        Progress.WriteLine("  " + ResultTable.Line(measurement));
    }
}

using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>The figures of docs/benchmarks.md are the ones that were measured.</summary>
public sealed class BenchmarkTableTests
{
    private const string ResultsPath = "tests/Benchmarks/results";

    [Fact]
    public void The_table_of_figures_is_what_the_results_say()
    {
        var reports = ScenarioReport.ReadAll(RepositoryFolder.At(ResultsPath));
        var page = File.ReadAllText(RepositoryFolder.At("docs", "benchmarks.md"));
        Assert.Equal(BenchmarksPage.Render(reports, $"../{ResultsPath}"), BenchmarksPage.Extract(page));
    }

    [Fact]
    public void A_goal_that_is_missed_says_so()
    {
        var missed = new Measurement("speed", 10, "acts/s") { Goal = Goal.AtLeast(20), Baseline = new Baseline("another", 5), Headline = true };
        var report = new ScenarioReport("speed", "", Machine.This(), DateTimeOffset.UnixEpoch, false, [missed, missed with { Goal = Goal.RatioAtMost(3) }], [], []);
        var rows = ResultTable.Markdown([report]).Split('\n');
        Assert.Equal("| speed | 10 acts/s | another: 5 | 2× | ≥ 20 acts/s ✘ missed |", rows[2]);
        Assert.Equal("| speed | 10 acts/s | another: 5 | 2× | ≤ 3× baseline ✔ |", rows[3]);
    }
}

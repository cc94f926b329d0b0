using System.Diagnostics;

namespace TrueCopy.Web.Tests;

/// <summary>The page's source by itself, without a browser.</summary>
public sealed class SourceTests
{
    [Theory]
    [InlineData("lint")]
    [InlineData("test")]
    public async Task The_source_of_the_page_passes_its_linter_and_its_own_tests(string script)
    {
        var run = await FinishedProcess.RunAsync(
            new ProcessStartInfo("npm", ["run", script, "--silent"]) { WorkingDirectory = RepositoryFolder.At("clients/Web") },
            TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        if (script == "test")
            Assert.Matches(@"(?m)^# pass [1-9]\d{2,}$", run.Output);
    }
}

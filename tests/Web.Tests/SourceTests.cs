using System.Diagnostics;

namespace TrueCopy.Web.Tests;

/// <summary>The page's source by itself, without a browser.</summary>
public sealed class SourceTests
{
    [Fact]
    public async Task The_source_of_the_page_passes_its_own_tests()
    {
        var run = await FinishedProcess.RunAsync(
            new ProcessStartInfo("npm", ["test", "--silent"]) { WorkingDirectory = RepositoryFolder.At("clients/Web") },
            TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Matches(@"(?m)^# pass [1-9]\d{2,}$", run.Output);
    }
}

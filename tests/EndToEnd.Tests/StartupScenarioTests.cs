using System.Globalization;
using TrueCopy.Benchmarks.Scenarios;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>What the start of <c>truecopy verify</c> is measured by is a verification: everything checked, and nothing but one question asked.</summary>
public sealed class StartupScenarioTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_timed_verifies_the_file_by_keys_that_are_known()
    {
        var file = _folder.File("a small file");
        await using var host = await StartupScenario.HostAsync(file, TestContext.Current.CancellationToken);
        var known = Tool.KnownIn(_folder);
        foreach (var source in new[] { "service", "known" })
        {
            using var network = TrueCopy.Cli.Network.Open();
            var run = await Tool.RunAsync(network, known, "verify", file, "--json", "--service", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{host.Port}"));
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            Assert.Contains($"\"keySource\": \"{source}\"", run.Output, StringComparison.Ordinal);
        }
    }
}

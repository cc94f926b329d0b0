using System.Diagnostics;

namespace TrueCopy.Infra.Tests.Workflows;

/// <summary>What a release moves, it moves by a script, and what was forgotten stops it.</summary>
public sealed class ReleaseTests : IDisposable
{
    private static readonly string[] Projects = ["clients/Sdk", "functions/Receipts", "functions/TransparencyLog"];

    private readonly DirectoryInfo _copy = Directory.CreateTempSubdirectory("truecopy-release-");

    public ReleaseTests()
    {
        foreach (var file in Directory.GetFiles(RepositoryFolder.At(".ci")).Select(file => Path.GetRelativePath(RepositoryFolder.Path, file))
            .Concat(Projects.SelectMany(project => new[] { $"{project}/PublicAPI.Shipped.txt", $"{project}/PublicAPI.Unshipped.txt" }))
            .Append("Directory.Build.props"))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
            File.Copy(RepositoryFolder.At(file), At(file));
        }

        Write("CHANGELOG.md", "# Changelog\n\n## [0.1.0] - unreleased\n\n### Added\n\n- What is new.\n\n## [0.0.1] - 2026-01-02\n\n- What was.\n");
        Write("Directory.Build.props", "<Project><PropertyGroup>\n<Version>0.1.0</Version>\n</PropertyGroup></Project>\n");
    }

    public void Dispose() => _copy.Delete(recursive: true);

    [Fact]
    public async Task A_release_that_was_not_made_ready_is_stopped_and_said_what_is_missing()
    {
        var notes = await RunAsync(".ci/notes");
        Assert.Equal((1, ""), (notes.ExitCode, notes.Output));
        Assert.Contains("unreleased", notes.Error, StringComparison.Ordinal);

        await SucceedAsync(".ci/ship");
        Write("clients/Sdk/PublicAPI.Unshipped.txt", "#nullable enable\nA.B -> int\n");
        notes = await RunAsync(".ci/notes");
        Assert.Equal((1, ""), (notes.ExitCode, notes.Output));
        Assert.Contains("clients/Sdk/PublicAPI.Unshipped.txt", notes.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_public_becomes_what_was_shipped_and_what_was_removed_is_no_more()
    {
        var before = Read("functions/Receipts/PublicAPI.Unshipped.txt").Split('\n').Where(line => line.Length > 0);
        Write("clients/Sdk/PublicAPI.Shipped.txt", "#nullable enable\nA.Gone() -> void\nA.Stays() -> void\n");
        Write("clients/Sdk/PublicAPI.Unshipped.txt", "#nullable enable\n*REMOVED*A.Gone() -> void\nA.New() -> void\n");
        await SucceedAsync(".ci/ship");
        Assert.Equal("#nullable enable\nA.New() -> void\nA.Stays() -> void\n", Read("clients/Sdk/PublicAPI.Shipped.txt"));
        Assert.Equal(before.Order(StringComparer.Ordinal), Read("functions/Receipts/PublicAPI.Shipped.txt").Split('\n').Where(line => line.Length > 0).Order(StringComparer.Ordinal));
        Assert.All(Projects, project => Assert.Equal("#nullable enable\n", Read($"{project}/PublicAPI.Unshipped.txt")));
    }

    [Fact]
    public async Task The_notes_are_what_the_changelog_says_of_this_version_under_its_day()
    {
        await SucceedAsync(".ci/ship");
        Assert.Contains($"## [0.1.0] - {TimeProvider.System.GetUtcNow():yyyy-MM-dd}\n", Read("CHANGELOG.md"), StringComparison.Ordinal);
        var notes = await RunAsync(".ci/notes");
        Assert.Equal((0, "### Added\n\n- What is new."), (notes.ExitCode, notes.Output.Trim()));

        // Once is enough.
        Assert.Equal(1, (await RunAsync(".ci/ship")).ExitCode);
    }

    private string At(string path) => Path.Combine(_copy.FullName, path);

    private string Read(string path) => File.ReadAllText(At(path));

    private void Write(string path, string text) => File.WriteAllText(At(path), text);

    private async Task SucceedAsync(string script)
    {
        var run = await RunAsync(script);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private Task<FinishedProcess> RunAsync(string script) =>
        FinishedProcess.RunAsync(new ProcessStartInfo("bash", [At(script)]) { WorkingDirectory = _copy.FullName }, TestContext.Current.CancellationToken);
}

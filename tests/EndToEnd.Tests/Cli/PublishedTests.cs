using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Service;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>The forms in which <c>truecopy</c> is handed out. <c>TRUECOPY_AOT=1</c> also makes the native one, which takes minutes; <c>TRUECOPY_AOT=PATH</c> takes one that was made before.</summary>
public sealed class PublishedTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // In the repository's folder the packages' sources are mapped, so that not every way to name another is taken there.
    [Theory]
    [InlineData("TrueCopy.Cli", "clients/Cli", "truecopy")]
    [InlineData("TrueCopy.Admin", "clients/Admin", "truecopy-admin")]
    public async Task As_the_readme_says_it_installs_in_the_folder_of_the_repository(string package, string project, string program)
    {
        var readme = await File.ReadAllTextAsync(RepositoryFolder.At("README.md"), TestContext.Current.CancellationToken);
        var command = Assert.Single(readme.Split('\n'), line => line.Contains($"tool install -g {package} ", StringComparison.Ordinal)).Split(" && ")[1].Split("  #")[0].Trim();
        await ToolProcess.DotnetAsync(RepositoryFolder.Path, "pack", project, "-c", ToolProcess.Configuration, "--no-build", "-m:1", "-nologo", "-o", _folder.At("packages"));
        var arguments = command.Replace(" -g ", $" --tool-path {_folder.At("tools")} ", StringComparison.Ordinal).Replace(" packages", " " + _folder.At("packages"), StringComparison.Ordinal);
        await ToolProcess.DotnetAsync(RepositoryFolder.Path, arguments.Split(' ')[1..]);
        var tool = new ToolProcess(_folder.At("tools/" + program), _folder.At("config"));
        var run = await tool.RunAsync(program == "truecopy" ? ["hash", _folder.File("abc")] : ["--version"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(program == "truecopy" ? "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  " : "0.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Built_for_those_who_only_verify_it_holds_no_code_of_storage_and_no_command_that_needs_any()
    {
        // What it refers to is the same for both and was built beside these tests.
        await ToolProcess.DotnetAsync(RepositoryFolder.Path, "publish", "clients/Cli", "-c", ToolProcess.Configuration, "-p:Issuing=false", "-p:RunAnalyzers=false", "-p:BuildProjectReferences=false", "-m:1", "-nologo", "-o", _folder.At("verifier"));
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.At("verifier")), file => Path.GetFileName(file).StartsWith("Azure.", StringComparison.Ordinal) || Path.GetFileName(file).Contains("Ledger", StringComparison.Ordinal));
        var verifier = new ToolProcess(_folder.At("verifier/truecopy"), _folder.At("config"));
        Assert.Equal(0, (await verifier.RunAsync("hash", _folder.File("abc"))).ExitCode);
        Assert.Equal(2, (await verifier.RunAsync("issue", _folder.At("abc"), "--issuer", "demo-bank")).ExitCode);
    }

    [Theory]
    [InlineData("truecopy ver", "verify")]
    [InlineData("truecopy verify --offl", "--offline")]
    [InlineData("truecopy receipt ch", "check")]
    [InlineData("truecopy verify --algorithm sm", "sm3")]
    public async Task Bash_completes_what_is_begun(string line, string expected)
    {
        var script = $$"""
            PATH={{AppContext.BaseDirectory}}:$PATH
            eval "$(truecopy completion bash)"
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}}) COMP_CWORD={{line.Split(' ').Length - 1}}
            $(complete -p truecopy | sed 's/.*-F \([^ ]*\).*/\1/')
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var run = await ToolProcess.RunAsync(new ProcessStartInfo("bash", ["-c", script]));
        Assert.Equal((expected + "\n", ""), (run.Output, run.Error));
    }

    [Theory]
    [InlineData("bash", "complete -o default")]
    [InlineData("zsh", "compdef _truecopy truecopy")]
    [InlineData("fish", "complete -c truecopy")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Each_shell_has_a_script(string shell, string expected) =>
        Assert.Contains(expected, (await Tool.RunAsync("completion", shell)).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("RuntimeIdentifier=linux-x64")]
    [InlineData("RuntimeIdentifier=linux-arm64")]
    [InlineData("UseCurrentRuntimeIdentifier=true")]
    public async Task However_it_is_published_as_a_native_binary_for_Linux_its_start_sets_up_no_addresses(string platform)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Who names no platform publishes for the one in use.");
        var run = await ToolProcess.RunAsync(new ProcessStartInfo("dotnet", ["msbuild", RepositoryFolder.At("clients", "Cli"), "-p:PublishAot=true", $"-p:{platform}", "-getProperty:IlcDehydrate,PositionIndependentExecutable", "-nologo"]));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var properties = JsonDocument.Parse(run.Output).RootElement.GetProperty("Properties");
        Assert.Equal(("false", "false"), (properties.GetProperty("IlcDehydrate").GetString(), properties.GetProperty("PositionIndependentExecutable").GetString()));
    }

    [Fact]
    public async Task As_a_native_binary_it_verifies_a_folder_online_and_offline_and_starts_in_less_than_50_ms()
    {
        var asked = Environment.GetEnvironmentVariable("TRUECOPY_AOT");
        Assert.SkipWhen(string.IsNullOrEmpty(asked), "TRUECOPY_AOT=1 makes the native binary.");

        // Warnings of trimming and of the native compiler are errors here, as all others.
        if (asked == "1")
            await ToolProcess.DotnetAsync(RepositoryFolder.Path, "publish", "clients/Cli", "-c", "Release", "-r", "linux-x64", "-p:PublishAot=true", "-nologo", "-o", _folder.At("native"));
        var native = new ToolProcess(asked == "1" ? _folder.At("native/truecopy") : asked!, _folder.At("config"));
        var framework = new ToolProcess(ToolProcess.Built, _folder.At("config"));

        await using (var service = await LocalProcess.StartAsync(_folder.At("data")))
        {
            Directory.CreateDirectory(_folder.At("inbox"));
            foreach (var name in new[] { "a", "b", "c" })
                _folder.File($"inbox/{name}", Encoding.UTF8.GetBytes(name));
            string[] files = [_folder.At("inbox/a"), _folder.At("inbox/b"), _folder.At("inbox/c")];
            string[] at = ["--service", service.Address];
            var issued = await native.RunAsync(["issue", .. files, "--issuer", "demo-bank", "--inbox", service.Inbox]);
            Assert.True(issued.ExitCode == 0, issued.Output + issued.Error);
            var verified = await native.RunAsync(["verify", _folder.At("inbox"), "--save-receipts", .. at]);
            Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
            Assert.Contains("VERIFIED", verified.Output, StringComparison.Ordinal);
            var json = await native.RunAsync(["verify", files[0], "--json", .. at]);
            Assert.Equal("known", JsonDocument.Parse(json.Output).RootElement[0].GetProperty("keySource").GetString());
            Assert.Equal(0, (await native.RunAsync(["revoke", files[0], "--issuer", "demo-bank", "--inbox", service.Inbox])).ExitCode);
            Assert.Equal(10, (await native.RunAsync(["verify", files[0], .. at])).ExitCode);
            var sm3 = await native.RunAsync(["hash", _folder.File("abc"), "--algorithm", "sm3"]);
            Assert.StartsWith("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", sm3.Output, StringComparison.Ordinal);
            var many = await native.RunAsync(["hash", _folder.File("many", Encoding.ASCII.GetBytes(new string('a', 1_000_000))), "--algorithm", "sm3"]);
            Assert.StartsWith("c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3", many.Output, StringComparison.Ordinal);
            var offline = await native.RunAsync(["verify", _folder.At("inbox"), "--offline", .. at]);
            Assert.True(offline.ExitCode == 0, offline.Output + offline.Error);
        }

        // Moved and unpacked at its start, as it once was, it touches 2,500.
        if (OperatingSystem.IsLinux())
            Assert.InRange(await PagesTouchedAsync(native.Path, "hash", _folder.File("abc")), 100, 1000);
        var (fast, slow) = (await native.StartUpAsync(21), await framework.StartUpAsync(21));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"start-up, median of 21: native {fast.TotalMilliseconds:0.0} ms, framework-dependent {slow.TotalMilliseconds:0.0} ms, ratio {slow / fast:0.0}; native binary {new FileInfo(native.Path).Length >> 20} MiB");
        Assert.True(fast < slow);
        if (Environment.GetEnvironmentVariable("TRUECOPY_IDLE") == "1")
            Assert.InRange(fast.TotalMilliseconds, 0, 50);
    }

    // What the shell's children touched first, which is one child (proc_pid_stat(5), cminflt).
    private static async Task<long> PagesTouchedAsync(params string[] command)
    {
        var run = await ToolProcess.RunAsync(new ProcessStartInfo("sh", ["-c", "\"$@\" > /dev/null && exec cat /proc/$$/stat", "sh", .. command]));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return long.Parse(run.Output.Split(") ")[1].Split(' ')[8], CultureInfo.InvariantCulture);
    }
}

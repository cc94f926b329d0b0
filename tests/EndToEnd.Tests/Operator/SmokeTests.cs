using System.Diagnostics;
using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Cli;
using TrueCopy.EndToEnd.Tests.Service;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary><c>.ci/smoke</c>, which decides whether a deployment stays: on a service that runs, and on each way in which it should not pass.</summary>
public sealed class SmokeTests(SharedAzurite azurite) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private LocalProcess _service = null!;
    private string _key = null!;
    private string _probe = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await LocalProcess.StartAsync(azurite, _folder.At("data"));
        using var http = new HttpClient();
        var keys = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{_service.Address}/v1/keys"), Stop));
        _key = keys.RootElement.GetProperty("verifierKeys")[0].GetString()!;
        _probe = _folder.File("probe");
        Assert.Equal(0, (await Tool.RunAsync("issue", _probe, "--issuer", "demo-bank", "--inbox", _service.Inbox)).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_service_that_goes_on_passes_and_none_does_that_is_another_a_smaller_or_none()
    {
        using var http = new HttpClient();
        var before = await http.GetStringAsync(new Uri($"{_service.Address}/log/checkpoint"), Stop);
        var lines = before.Split('\n');

        var passes = await SmokeAsync(_service.Address, _key, _probe, Checkpoint(before));
        Assert.True(passes.ExitCode == 0, passes.Output + passes.Error);
        Assert.Contains("goes on from", passes.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await SmokeAsync(_service.Address + "/", _key)).ExitCode);

        await FailsAsync("the probe is not verified (exit code 3)", _service.Address, InMemoryWorld.NewEcdsa().Verifier.ToString(), _probe);
        await FailsAsync("the probe is not verified (exit code 1)", _service.Address, _key, _folder.File("never issued"));
        await FailsAsync("the log does not hold", _service.Address, InMemoryWorld.NewEcdsa().Verifier.ToString());
        await FailsAsync("another log than before", _service.Address, _key, _probe, Checkpoint(before.Replace(lines[0], "another.example/log", StringComparison.Ordinal)));
        await FailsAsync("smaller than before", _service.Address, _key, _probe, Checkpoint(string.Join('\n', [lines[0], "999999", .. lines[2..]])));
        await FailsAsync("is no checkpoint", _service.Address, _key, _probe, Checkpoint($"{lines[0]}\n<html>\n"));

        await _service.StopAsync();
        await FailsAsync("not ready", _service.Address, _key, _probe);
    }

    private string Checkpoint(string text) => _folder.File("before", System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task FailsAsync(string says, params string[] arguments)
    {
        var run = await SmokeAsync(arguments);
        Assert.True(run.ExitCode == 1, $"{says}: {run.ExitCode}\n{run.Output}{run.Error}");
        Assert.Contains("::error::", run.Output, StringComparison.Ordinal);
        Assert.Contains(says, run.Output, StringComparison.Ordinal);
    }

    private static Task<ToolRun> SmokeAsync(params string[] arguments) => ToolProcess.RunAsync(new ProcessStartInfo(RepositoryFolder.At(".ci/smoke"), arguments)
    {
        Environment =
        {
            ["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}",
            ["SMOKE_PATIENCE"] = "2",
        },
    });
}

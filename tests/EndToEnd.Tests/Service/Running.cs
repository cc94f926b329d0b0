using System.Security.Cryptography;
using System.Text.Json;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>A service that others use too, and files of the class's own.</summary>
/// <param name="services">What runs.</param>
/// <param name="azurite">Where its storage is.</param>
/// <param name="host">What runs it.</param>
/// <param name="turn">Which seeds it runs with, even (0) or odd (1), unless everything is gone through; null for all.</param>
public abstract class Running(Services services, SharedAzurite azurite, Host host, int? turn = null) : IAsyncLifetime
{
    private readonly bool _isAsked = turn is null || Extent.IsExhaustive || Extent.Seed % 2 == turn;
    private readonly TempFolder _folder = new();
    private IRunningService _service = null!;

    internal Host Host => host;

    internal string Key { get; private set; } = "";

    internal string Inbox => _service.Inbox;

    internal string Address => _service.Address;

    internal AzureStorage.StorageAccounts Accounts => _service.Accounts;

    /// <summary>The identity file of the demo receiver.</summary>
    internal string ReceiverIdentity => Path.Combine(services.DataOf(host), "receivers/demo-lender.agekey");

    /// <summary>Itself, unless another host has its turn: then the test is skipped.</summary>
    public Running Asked()
    {
        Assert.SkipUnless(_isAsked, $"On another host with seed {Extent.Seed}; TRUECOPY_EXHAUSTIVE=1 takes both.");
        return this;
    }

    public async ValueTask InitializeAsync()
    {
        if (!_isAsked)
            return;
        _service = await services.StartedAsync(host, azurite);
        using var http = new HttpClient();
        var keys = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{Address}/v1/keys")));
        Key = keys.RootElement.GetProperty("verifierKeys")[0].GetString()!;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal string NewFile(byte[]? content = null, string extension = ".pdf") => _folder.File(Guid.NewGuid() + extension, content ?? RandomNumberGenerator.GetBytes(1000));

    internal string NewFolder() => Directory.CreateDirectory(_folder.At(Guid.NewGuid().ToString())).FullName;

    internal async Task IssueAsync(string file, params string[] more)
    {
        string[] issuer = more.Contains("--issuer") ? [] : ["--issuer", "demo-bank"];
        var run = await Tool.RunAsync(["issue", file, .. issuer, "--inbox", Inbox, .. more]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    internal async Task<ToolRun> ActAsync(string act, string document, params string[] more)
    {
        var run = await Tool.RunAsync([act, document, "--issuer", "demo-bank", "--inbox", Inbox, .. more]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run;
    }

    internal Task<ToolRun> VerifyAsync(params string[] filesAndOptions) =>
        Tool.RunAsync(["verify", .. filesAndOptions, "--service", Address, "--key", Key]);
}

public sealed class OnLocal(Services services, SharedAzurite azurite) : Running(services, azurite, Host.Local);

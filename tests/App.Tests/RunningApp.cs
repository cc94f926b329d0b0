using TrueCopy.AzureStorage;
using TrueCopy.FunctionsHost;

[assembly: AssemblyFixture(typeof(TrueCopy.App.Tests.RunningApp))]

namespace TrueCopy.App.Tests;

/// <summary>One Function App for all tests of this assembly, on an Azurite of its own.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    private const string Origin = "app.example/log";
    private readonly string _keys = Directory.CreateTempSubdirectory("truecopy-app-").FullName;
    private AzuriteFixture? _azurite;
    private AppProcess? _process;

    public StorageAccounts Accounts { get; private set; } = null!;

    public LogIdentity Identity { get; private set; } = null!;

    /// <summary>Connection string of the ledger's account.</summary>
    public string Ledger => _azurite!.Ledger;

    public HttpClient Client => _process!.Client;

    public string Output => _process!.Output;

    public IReadOnlyCollection<string> Failures => _process!.Failures;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(CancellationToken.None);
        Accounts = _azurite.Connect();
        var bank = new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" };
        await Accounts.CreateIssuerAsync("bank", bank, CancellationToken.None);
        await KeyFiles.CreateMissingAsync(_keys, CancellationToken.None);
        Identity = await KeyFiles.ReadAsync(_keys, Origin, CancellationToken.None);
        var settings = new Dictionary<string, string>(HostedApp.LaptopSettings(_azurite.Inbox, _azurite.Ledger, Origin, _keys, BlobEventQueues.Most))
        {
            ["Limits__PerSecond"] = "1",
            ["Limits__AddressHeader"] = "CLIENT-IP",
            ["Access__SignIn"] = "true",
            ["Access__Receivers"] = """{"lender":["00000000-0000-0000-0000-00000000000c"]}""",
            ["Access__Issuers"] = """{"bank":["00000000-0000-0000-0000-00000000000a"]}""",
        };
        _process = await AppProcess.StartAsync(settings, CancellationToken.None);
    }

    public Task<T> EventuallyAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class => _process!.EventuallyAsync(ask, cancellationToken);

    public Task RunTimerAsync(string name, CancellationToken cancellationToken) => _process!.RunTimerAsync(name, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }
}

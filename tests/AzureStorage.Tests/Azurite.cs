[assembly: AssemblyFixture(typeof(TrueCopy.AzureStorage.Tests.Azurite))]

namespace TrueCopy.AzureStorage.Tests;

/// <summary>One Azurite for all tests of this assembly; each test uses names of its own.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private AzuriteFixture? _fixture;

    public AzuriteFixture Fixture => _fixture!;

    public StorageAccounts Accounts { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await AzuriteFixture.StartAsync(CancellationToken.None);
        Accounts = _fixture.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        if (_fixture is not null)
            await _fixture.DisposeAsync();
    }

    /// <summary>A fresh issuer's container; returns the issuer's id.</summary>
    public async Task<string> NewIssuerAsync(string? algorithms = null)
    {
        var id = $"t{Guid.NewGuid():N}"[..20];
        var metadata = new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" };
        if (algorithms is not null)
            metadata["algorithms"] = algorithms;
        await Accounts.CreateIssuerAsync(id, metadata, CancellationToken.None);
        return id;
    }
}

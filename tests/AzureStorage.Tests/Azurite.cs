[assembly: AssemblyFixture(typeof(TrueCopy.AzureStorage.Tests.Azurite))]

namespace TrueCopy.AzureStorage.Tests;

/// <summary>One Azurite for all tests of this assembly; each test uses names of its own, or accounts of its own where names are fixed.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private readonly SharedAzurite _shared = new();

    public AzuriteFixture Fixture { get; private set; } = null!;

    public StorageAccounts Accounts { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Fixture = await _shared.NewAsync(CancellationToken.None);
        Accounts = Fixture.Connect();
    }

    public ValueTask DisposeAsync() => _shared.DisposeAsync();

    /// <summary>Accounts that no other test has.</summary>
    public Task<AzuriteFixture> NewStorageAsync() => _shared.NewAsync(TestContext.Current.CancellationToken);

    /// <summary>Connection string of an account that no other test has, with nothing in it.</summary>
    public Task<string> NewAccountAsync() => _shared.NewAccountAsync(TestContext.Current.CancellationToken);

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

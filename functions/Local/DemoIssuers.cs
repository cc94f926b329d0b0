using TrueCopy.AzureStorage;

namespace TrueCopy.Local;

/// <summary>Two issuers on either side of the border, so that there is something to try at once.</summary>
internal static class DemoIssuers
{
    public static async Task CreateAsync(StorageAccounts accounts, CancellationToken cancellationToken)
    {
        var bank = new Dictionary<string, string>
        {
            ["legalname"] = "示范银行 (Demo Bank, Shenzhen)",
            ["jurisdiction"] = "CN-GD",
            ["domain"] = "bank.example",
        };
        var registry = new Dictionary<string, string>
        {
            ["legalname"] = "Demo Companies Registry, Hong Kong",
            ["jurisdiction"] = "HK",
            ["domain"] = "registry.example",
            ["algorithms"] = "sm3",
        };
        await accounts.CreateIssuerAsync("demo-bank", bank, cancellationToken);
        await accounts.CreateIssuerAsync("demo-registry", registry, cancellationToken);
    }
}

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
            ["legalname_en"] = "Demo Bank, Shenzhen",
            ["legalname_zh_hans"] = "示范银行（深圳）",
            ["legalname_zh_hant"] = "示範銀行（深圳）",
            ["jurisdiction"] = "CN-GD",
            ["domain"] = "bank.example",
        };
        var registry = new Dictionary<string, string>
        {
            ["legalname"] = "Demo Companies Registry, Hong Kong",
            ["legalname_zh_hans"] = "示范公司注册处（香港）",
            ["legalname_zh_hant"] = "示範公司註冊處（香港）",
            ["jurisdiction"] = "HK",
            ["domain"] = "registry.example",
            ["algorithms"] = "sm3",
        };
        await accounts.CreateIssuerAsync("demo-bank", bank, cancellationToken);
        await accounts.CreateIssuerAsync("demo-registry", registry, cancellationToken);
    }
}

using TrueCopy.AzureStorage;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Local;

/// <summary>A lender in Hong Kong that takes handovers. The identity that opens what it is handed is a file in the data folder, as it is one at the institution; the service does not read it.</summary>
internal static class DemoReceiver
{
    public const string Id = "demo-lender";

    /// <summary>Where its identity is, which <c>truecopy handover receive --identity</c> and <c>age -d -i</c> take.</summary>
    public static string IdentityIn(string dataFolder) => Path.Combine(dataFolder, "receivers", Id + ".agekey");

    public static async Task CreateAsync(StorageAccounts accounts, string dataFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        var lender = new Dictionary<string, string>
        {
            ["legalname"] = "示範貸款 (Demo Lender, Hong Kong)",
            ["legalname_en"] = "Demo Lender, Hong Kong",
            ["legalname_zh_hans"] = "示范贷款（香港）",
            ["legalname_zh_hant"] = "示範貸款（香港）",
            ["jurisdiction"] = "HK",
            ["domain"] = "lender.example",
            ["encryptionkey"] = await KeyAsync(IdentityIn(dataFolder), time, cancellationToken),
            ["purposes"] = "accountOpening,credit,tenancy,other",
            ["keepsdays"] = "365",
        };
        await accounts.CreateReceiverAsync(Id, lender, cancellationToken);
    }

    private static async Task<string> KeyAsync(string file, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            await KeyFiles.WritePrivateAsync(file, AgeIdentity.Create().EncodeFile(time.GetUtcNow()), cancellationToken);
        try
        {
            return AgeIdentity.ParseFile(await File.ReadAllTextAsync(file, cancellationToken))[0].Recipient;
        }
        catch (LogFormatException exception)
        {
            throw new StartupException($"The identity of the demo receiver, {file}, is damaged. Restore it, or remove it for a new one: then nothing opens what was sealed before.", exception);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Azure.Data.Tables;
using Azure.Identity;
using TrueCopy.AzureStorage;
using TrueCopy.Cli;

namespace TrueCopy.Admin;

/// <summary>The recovery tools on a service's storage: the only place where this program knows how the ledger is kept.</summary>
internal static class AzureLedger
{
    /// <summary>The ledger of a local service on Azurite's default ports; its key is public and guards nothing.</summary>
    public const string Local =
        "DefaultEndpointsProtocol=http;AccountName=truecopyledger;AccountKey=dHJ1ZWNvcHkgbG9jYWwgbGVkZ2VyOiBwdWJsaWMga2V5LCBmb3IgdGhlIGVtdWxhdG9yIG9ubHkhISEhIQ==;"
        + "BlobEndpoint=http://127.0.0.1:10000/truecopyledger;QueueEndpoint=http://127.0.0.1:10001/truecopyledger;TableEndpoint=http://127.0.0.1:10002/truecopyledger;";

    private const string DevelopmentStorage = "UseDevelopmentStorage=true";

    /// <summary>Connects.</summary>
    /// <param name="ledger">A connection string, or the ledger's https blob endpoint, which is then entered with the user's Azure sign-in; null for <see cref="Local"/>.</param>
    /// <param name="inbox">Likewise, of the inbox; null for Azurite.</param>
    /// <param name="handover">Likewise, of sealed packages; null where they are in the inbox.</param>
    // Rows are made by reflection, which the native compiler does not see.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor, typeof(TableEntity))]
    public static StorageAccounts Connect(string? ledger, string? inbox = null, string? handover = null)
    {
        try
        {
            return StorageAccounts.Connect(AddressOf(inbox ?? DevelopmentStorage), AddressOf(ledger ?? Local), handovers: handover is null ? null : AddressOf(handover));
        }
        catch (FormatException exception)
        {
            throw new CommandException(ExitCode.Usage, "--ledger, --inbox and --handover are connection strings or https blob endpoints.", exception);
        }
    }

    /// <summary>The doctor.</summary>
    public static Doctor Doctor(StorageAccounts accounts, TimeProvider time) =>
        new(accounts.LedgerBlobs, accounts.LedgerQueues, accounts.LedgerTables, accounts.IssuerContainers, time);

    /// <summary>What writes the index again; makes the ledger's tables where they are gone.</summary>
    public static IndexRebuild IndexRebuild(StorageAccounts accounts) => new(accounts.LedgerBlobs, accounts.LedgerTables);

    private static StorageAddress AddressOf(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var blobs) || blobs.Scheme != Uri.UriSchemeHttps)
            return new StorageAddress.Keyed(text);
        return blobs.Host.Contains(".blob.", StringComparison.Ordinal)
            ? new StorageAddress.ByIdentity(blobs, Sibling(blobs, "queue"), Sibling(blobs, "table"), new DefaultAzureCredential())
            : throw new CommandException(ExitCode.Usage, "--ledger names the account's blob endpoint, such as https://account.blob.core.windows.net.");
    }

    private static Uri Sibling(Uri blobs, string service) =>
        new UriBuilder(blobs) { Host = blobs.Host.Replace(".blob.", $".{service}.", StringComparison.Ordinal) }.Uri;
}

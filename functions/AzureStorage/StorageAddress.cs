using Azure.Core;

namespace TrueCopy.AzureStorage;

/// <summary>Where a storage account is and how to be let in.</summary>
public abstract record StorageAddress
{
    private StorageAddress()
    {
    }

    /// <summary>A connection string, which holds the account's key: for emulators.</summary>
    public sealed record Keyed(string ConnectionString) : StorageAddress;

    /// <summary>The account's services, entered with an Entra ID token.</summary>
    /// <param name="Blobs">Such as <c>https://account.blob.core.windows.net</c>.</param>
    /// <param name="Queues">Likewise; null where the account's queues are not used.</param>
    /// <param name="Tables">Likewise; null where the account's tables are not used.</param>
    /// <param name="Credential">Who enters.</param>
    public sealed record ByIdentity(Uri Blobs, Uri? Queues, Uri? Tables, TokenCredential Credential) : StorageAddress;
}

namespace TrueCopy.Local.Azurite;

/// <summary>A storage account that Azurite pretends to be.</summary>
/// <param name="Name">The account's name.</param>
/// <param name="Key">Its shared key, base64.</param>
public sealed record AzuriteAccount(string Name, string Key)
{
    /// <summary>The emulator's well-known account, so that <c>UseDevelopmentStorage=true</c> is the inbox.</summary>
    public static readonly AzuriteAccount Inbox = new(
        "devstoreaccount1",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    /// <summary>The ledger's account. Its key is public, like the emulator's own, and guards nothing.</summary>
    public static readonly AzuriteAccount Ledger = new(
        "truecopyledger",
        "dHJ1ZWNvcHkgbG9jYWwgbGVkZ2VyOiBwdWJsaWMga2V5LCBmb3IgdGhlIGVtdWxhdG9yIG9ubHkhISEhIQ==");

    /// <summary>Connection string for an Azurite on these ports of 127.0.0.1.</summary>
    public string ConnectionString(int blobPort, int queuePort, int tablePort) =>
        $"DefaultEndpointsProtocol=http;AccountName={Name};AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{blobPort}/{Name};"
        + $"QueueEndpoint=http://127.0.0.1:{queuePort}/{Name};"
        + $"TableEndpoint=http://127.0.0.1:{tablePort}/{Name};";
}

/// <summary>How to run Azurite.</summary>
public sealed record AzuriteOptions
{
    /// <summary>Folder for its data, made if missing; null keeps everything in memory.</summary>
    public string? Location { get; init; }

    /// <summary>Accounts to pretend to be.</summary>
    public IReadOnlyList<AzuriteAccount> Accounts { get; init; } = [AzuriteAccount.Inbox, AzuriteAccount.Ledger];

    /// <summary>Port for blobs on 127.0.0.1; 0 for any free port.</summary>
    public int BlobPort { get; init; }

    /// <summary>Port for queues on 127.0.0.1; 0 for any free port.</summary>
    public int QueuePort { get; init; }

    /// <summary>Port for tables on 127.0.0.1; 0 for any free port.</summary>
    public int TablePort { get; init; }
}

/// <summary>Azurite cannot be installed or started; the message says what to do about it.</summary>
public sealed class AzuriteException(string message, Exception? innerException = null) : Exception(message, innerException);

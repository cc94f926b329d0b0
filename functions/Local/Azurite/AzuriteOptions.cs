namespace TrueCopy.Local.Azurite;

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

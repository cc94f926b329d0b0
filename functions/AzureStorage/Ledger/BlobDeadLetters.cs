namespace TrueCopy.AzureStorage.Ledger;

/// <summary>Dead letters as blobs, beside those of Event Grid: <c>dead-letters/&lt;queue&gt;/&lt;message id&gt;</c>.</summary>
public sealed class BlobDeadLetters(StorageAccounts accounts) : IDeadLetters
{
    /// <inheritdoc/>
    public Task KeepAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => accounts.Ledger
        .GetBlobContainerClient(StorageNames.DeadLettersContainer)
        .GetBlobClient($"{queue}/{id}")
        .UploadAsync(BinaryData.FromBytes(body), overwrite: true, cancellationToken);
}

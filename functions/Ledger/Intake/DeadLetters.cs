using System.Runtime.CompilerServices;

namespace TrueCopy.Ledger.Intake;

/// <summary>A message that nobody could handle.</summary>
/// <param name="Name">Under which it is kept.</param>
/// <param name="Body">What it says.</param>
public sealed record DeadLetter(string Name, ReadOnlyMemory<byte> Body);

/// <summary>
/// Where messages end that nobody could handle: kept for those who operate the service, not for issuers. Blobs, beside those
/// of Event Grid: <c>dead-letters/&lt;queue&gt;/&lt;message id&gt;</c>.
/// </summary>
public sealed class DeadLetters(IBlobStore blobs)
{
    /// <summary>Keeps a message. Keeping the same one again changes nothing.</summary>
    /// <param name="queue">The queue that it came from.</param>
    /// <param name="id">The queue's id of the message.</param>
    /// <param name="body">What it said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task KeepAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        blobs.TryWriteAsync(BlobOf($"{queue}/{id}"), body, BlobCondition.None, BlobHeaders.None, cancellationToken);

    /// <summary>How many there are, Event Grid's among them.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        var letters = 0L;
        await foreach (var _ in blobs.ListAsync(StorageNames.DeadLettersContainer, "", cancellationToken))
            letters++;
        return letters;
    }

    /// <summary>Those of one queue.</summary>
    public async IAsyncEnumerable<DeadLetter> ListAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.ListAsync(StorageNames.DeadLettersContainer, queue + "/", cancellationToken))
        {
            if (await blobs.ReadAsync(BlobOf(blob.Path), cancellationToken) is { } letter)
                yield return new DeadLetter(blob.Path, letter.Content);
        }
    }

    /// <summary>Takes one away.</summary>
    public Task RemoveAsync(DeadLetter letter, CancellationToken cancellationToken) => blobs.DeleteAsync(BlobOf(letter.Name), cancellationToken);

    private static BlobAddress BlobOf(string name) => new(StorageNames.DeadLettersContainer, name);
}

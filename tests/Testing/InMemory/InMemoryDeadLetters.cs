using System.Collections.Concurrent;

namespace TrueCopy.Testing.InMemory;

/// <summary>Dead letters by queue and message id.</summary>
public sealed class InMemoryDeadLetters : IDeadLetters
{
    /// <summary>What was kept.</summary>
    public ConcurrentDictionary<(string Queue, string Id), byte[]> Kept { get; } = new();

    /// <inheritdoc/>
    public Task KeepAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        Kept[(queue, id)] = body.ToArray();
        return Task.CompletedTask;
    }
}

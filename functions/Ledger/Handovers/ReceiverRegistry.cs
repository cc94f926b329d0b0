using System.Collections.Concurrent;

namespace TrueCopy.Ledger.Handovers;

/// <summary>
/// The institutions that take packages: the registry is the metadata of their containers, and one without valid metadata is no
/// receiver's. Changes are seen within half a minute.
/// </summary>
public sealed class ReceiverRegistry(IIssuerContainers containers, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (Receiver Receiver, long ReadAt)> _cache = new();

    /// <summary>A receiver by its id.</summary>
    /// <exception cref="NotAReceiverException">Its container does not exist, or its metadata does not make it a receiver.</exception>
    public async Task<Receiver> GetAsync(string id, CancellationToken cancellationToken)
    {
        if (!ReceiverId.IsValid(id))
            throw new NotAReceiverException("it is no id of a receiver");
        return _cache.TryGetValue(id, out var cached) && time.GetElapsedTime(cached.ReadAt) < Lifetime
            ? cached.Receiver
            : Remember(await containers.FindContainerAsync(ReceiverContainer.Prefix + id, cancellationToken) ?? throw new NotAReceiverException("the container does not exist"));
    }

    /// <summary>Every receiver, by id.</summary>
    public async Task<IReadOnlyList<Receiver>> ListAsync(CancellationToken cancellationToken)
    {
        var receivers = new List<Receiver>();
        await foreach (var container in containers.ListContainersAsync(ReceiverContainer.Prefix, cancellationToken))
        {
            try
            {
                receivers.Add(Remember(container));
            }
            catch (NotAReceiverException)
            {
                // A container that is not a receiver's is not listed; whoever hands over to it is told why.
            }
        }

        return receivers;
    }

    private Receiver Remember(BlobContainer container)
    {
        var receiver = ReceiverMetadata.Parse(container.Name, container.Metadata) with { Since = container.Since };
        _cache[receiver.Id] = (receiver, time.GetTimestamp());
        return receiver;
    }
}

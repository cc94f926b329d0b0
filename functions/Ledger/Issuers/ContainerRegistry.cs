using System.Collections.Concurrent;

namespace TrueCopy.Ledger.Issuers;

/// <summary>
/// Institutions whose registry is the metadata of their containers; a container without valid metadata is nobody's. Changes are seen
/// within half a minute.
/// </summary>
/// <typeparam name="TParty">What the metadata makes of a container.</typeparam>
/// <typeparam name="TFault">Says that it makes nothing of it, and which rule of the registry it breaks.</typeparam>
/// <param name="containers">The containers.</param>
/// <param name="prefix">What their names begin with.</param>
/// <param name="time">The clock by which what was read ages.</param>
public abstract class ContainerRegistry<TParty, TFault>(IIssuerContainers containers, string prefix, TimeProvider time)
    where TFault : Exception
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (TParty Party, long ReadAt)> _cache = new();

    // Uploads that come together ask once. Only while somebody asks: anybody may name a container that there is not.
    private readonly ConcurrentDictionary<string, SharedRead<BlobContainer?>> _reading = new();

    /// <summary>Every institution, by id.</summary>
    public async Task<IReadOnlyList<TParty>> ListAsync(CancellationToken cancellationToken)
    {
        var parties = new List<TParty>();
        await foreach (var container in containers.ListContainersAsync(prefix, cancellationToken))
        {
            try
            {
                parties.Add(Remember(container));
            }
            catch (TFault)
            {
                // A container that is nobody's is not listed; whoever puts something into it is told why.
            }
        }

        return parties;
    }

    /// <summary>The institution of a container.</summary>
    /// <exception cref="Exception">A <typeparamref name="TFault"/>: the container does not exist, or is nobody's.</exception>
    protected async Task<TParty> OfAsync(string container, CancellationToken cancellationToken) =>
        _cache.TryGetValue(container, out var cached) && time.GetElapsedTime(cached.ReadAt) < Lifetime
            ? cached.Party
            : Remember(await FindAsync(container, cancellationToken) ?? throw Fault("the container does not exist"));

    /// <summary>Reads a container's metadata.</summary>
    /// <exception cref="Exception">A <typeparamref name="TFault"/>: it breaks a rule, which the message names.</exception>
    protected abstract TParty Read(BlobContainer container);

    /// <summary>What is thrown where a container is nobody's.</summary>
    protected abstract TFault Fault(string rule);

    private async Task<BlobContainer?> FindAsync(string container, CancellationToken cancellationToken)
    {
        var reading = _reading.GetOrAdd(container, name => new SharedRead<BlobContainer?>(stop => containers.FindContainerAsync(name, stop)));
        try
        {
            return (await reading.GetAsync(cancellationToken)).Value;
        }
        finally
        {
            _reading.TryRemove(KeyValuePair.Create(container, reading));
        }
    }

    private TParty Remember(BlobContainer container)
    {
        var party = Read(container);
        _cache[container.Name] = (party, time.GetTimestamp());
        return party;
    }
}

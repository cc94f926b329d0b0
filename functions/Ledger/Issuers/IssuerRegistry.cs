using System.Collections.Concurrent;

namespace TrueCopy.Ledger.Issuers;

/// <summary>
/// Resolves containers to issuers: the registry is the metadata of the issuers' containers, and one without valid metadata is
/// no issuer's. Changes are seen within half a minute.
/// </summary>
public sealed class IssuerRegistry(IIssuerContainers containers, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (Issuer Issuer, long ReadAt)> _cache = new();

    /// <summary>The issuer that owns <paramref name="container"/>.</summary>
    /// <exception cref="NotAnIssuerException">The container does not exist or its metadata does not make it an issuer.</exception>
    public async Task<Issuer> GetAsync(string container, CancellationToken cancellationToken) =>
        _cache.TryGetValue(container, out var cached) && time.GetElapsedTime(cached.ReadAt) < Lifetime
            ? cached.Issuer
            : Remember(await containers.FindContainerAsync(container, cancellationToken) ?? throw new NotAnIssuerException("the container does not exist"));

    /// <summary>Every issuer, by id.</summary>
    public async Task<IReadOnlyList<Issuer>> ListAsync(CancellationToken cancellationToken)
    {
        var issuers = new List<Issuer>();
        await foreach (var container in containers.ListContainersAsync(IssuerContainer.Prefix, cancellationToken))
        {
            try
            {
                issuers.Add(Remember(container));
            }
            catch (NotAnIssuerException)
            {
                // A container that is not an issuer's is not listed; whoever uploads to it is told why.
            }
        }

        return issuers;
    }

    private Issuer Remember(BlobContainer container)
    {
        var issuer = IssuerMetadata.Parse(container.Name, container.Metadata) with { Since = container.Since };
        _cache[issuer.Container] = (issuer, time.GetTimestamp());
        return issuer;
    }
}

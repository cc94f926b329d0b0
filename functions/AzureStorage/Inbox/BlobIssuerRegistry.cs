using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>The registry is the metadata of the issuers' containers; changes are seen within half a minute.</summary>
public sealed class BlobIssuerRegistry(StorageAccounts accounts, TimeProvider time) : IIssuerRegistry
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (Issuer Issuer, long ReadAt)> _cache = new();

    /// <inheritdoc/>
    public async Task<Issuer> GetAsync(string container, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue(container, out var cached) && time.GetElapsedTime(cached.ReadAt) < Lifetime)
            return cached.Issuer;

        try
        {
            var properties = await accounts.Inbox.GetBlobContainerClient(container).GetPropertiesAsync(cancellationToken: cancellationToken);
            return Remember(IssuerMetadata.Parse(container, properties.Value.Metadata), properties.Value.LastModified);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new NotAnIssuerException("the container does not exist");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Issuer>> ListAsync(CancellationToken cancellationToken)
    {
        var issuers = new List<Issuer>();
        var containers = accounts.Inbox.GetBlobContainersAsync(
            BlobContainerTraits.Metadata,
            BlobContainerStates.None,
            IssuerContainer.Prefix,
            cancellationToken);
        await foreach (var container in containers)
        {
            try
            {
                issuers.Add(Remember(IssuerMetadata.Parse(container.Name, container.Properties.Metadata ?? new Dictionary<string, string>()), container.Properties.LastModified));
            }
            catch (NotAnIssuerException)
            {
                // A container that is not an issuer's is not listed; whoever uploads to it is told why.
            }
        }

        return issuers;
    }

    private Issuer Remember(Issuer issuer, DateTimeOffset since)
    {
        var described = issuer with { Since = since };
        _cache[issuer.Container] = (described, time.GetTimestamp());
        return described;
    }
}

using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Caching.Memory;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.AzureStorage.Inbox;

/// <summary>The registry is the metadata of the issuers' containers; changes are seen within half a minute.</summary>
public sealed class BlobIssuerRegistry(StorageAccounts accounts) : IIssuerRegistry, IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <inheritdoc/>
    public async Task<Issuer> GetAsync(string container, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue(container, out Issuer? cached))
            return cached!;

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
            Issuer.ContainerPrefix,
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

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private Issuer Remember(Issuer issuer, DateTimeOffset since) =>
        _cache.Set(issuer.Container, issuer with { Since = since }, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Lifetime, Size = 1 });
}

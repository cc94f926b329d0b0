namespace TrueCopy.Ledger.Handovers;

/// <summary>The sealed packages that wait in the receivers' containers.</summary>
public sealed class Packages(IIssuerContainers containers)
{
    /// <summary>Deletes a package, if it still is this version; does nothing if it is gone.</summary>
    /// <exception cref="IOException">It is there and cannot be deleted now, as while somebody has leased it.</exception>
    public async Task DeleteAsync(BlobVersion package, CancellationToken cancellationToken)
    {
        try
        {
            if (!await containers.TryDeleteAsync(new BlobAddress(package.Container, package.Path), package.ETag, cancellationToken) && await IsThereAsync(package, cancellationToken))
                throw new IOException("A package that is to be deleted cannot be.");
        }
        catch (MissingInStorageException)
        {
            // With its container.
        }
    }

    /// <summary>Whether this version of a package is there.</summary>
    public async Task<bool> IsThereAsync(BlobVersion package, CancellationToken cancellationToken) =>
        (await containers.FindAsync(new BlobAddress(package.Container, package.Path), cancellationToken))?.ETag == package.ETag;
}

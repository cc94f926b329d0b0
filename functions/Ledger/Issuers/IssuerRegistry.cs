namespace TrueCopy.Ledger.Issuers;

/// <summary>Resolves containers to issuers.</summary>
public sealed class IssuerRegistry(IIssuerContainers containers, TimeProvider time)
    : ContainerRegistry<Issuer, NotAnIssuerException>(containers, IssuerContainer.Prefix, time)
{
    /// <summary>The issuer that owns <paramref name="container"/>.</summary>
    /// <exception cref="NotAnIssuerException">The container does not exist or its metadata does not make it an issuer.</exception>
    public Task<Issuer> GetAsync(string container, CancellationToken cancellationToken) => OfAsync(container, cancellationToken);

    /// <inheritdoc/>
    protected override Issuer Read(BlobContainer container) => IssuerMetadata.Parse(container.Name, container.Metadata) with { Since = container.Since };

    /// <inheritdoc/>
    protected override NotAnIssuerException Fault(string rule) => new(rule);
}

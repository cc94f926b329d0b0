namespace TrueCopy.Ledger.Handovers;

/// <summary>The institutions that take packages.</summary>
public sealed class ReceiverRegistry(IIssuerContainers containers, TimeProvider time)
    : ContainerRegistry<Receiver, NotAReceiverException>(containers, ReceiverContainer.Prefix, time)
{
    /// <summary>A receiver by its id.</summary>
    /// <exception cref="NotAReceiverException">Its container does not exist, or its metadata does not make it a receiver.</exception>
    public async Task<Receiver> GetAsync(string id, CancellationToken cancellationToken) => ReceiverId.IsValid(id)
        ? await OfAsync(ReceiverContainer.Prefix + id, cancellationToken)
        : throw new NotAReceiverException("it is no id of a receiver");

    /// <inheritdoc/>
    protected override Receiver Read(BlobContainer container) => ReceiverMetadata.Parse(container.Name, container.Metadata) with { Since = container.Since };

    /// <inheritdoc/>
    protected override NotAReceiverException Fault(string rule) => new(rule);
}

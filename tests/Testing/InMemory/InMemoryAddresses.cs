namespace TrueCopy.Testing.InMemory;

/// <summary>Addresses of packages in memory, which lead nowhere.</summary>
public sealed class InMemoryAddresses(TimeProvider time) : IBlobAddresses
{
    /// <inheritdoc/>
    public string Origin => "https://handovers.example";

    /// <inheritdoc/>
    public Task<TemporaryAddress> ToCreateAsync(BlobAddress blob, TimeSpan lifetime, CancellationToken cancellationToken) => Task.FromResult(Of(blob, "c", lifetime));

    /// <inheritdoc/>
    public Task<TemporaryAddress> ToReadAsync(BlobAddress blob, TimeSpan lifetime, CancellationToken cancellationToken) => Task.FromResult(Of(blob, "r", lifetime));

    private TemporaryAddress Of(BlobAddress blob, string permission, TimeSpan lifetime) => new(new Uri($"{Origin}/{blob.Container}/{blob.Name}?sp={permission}"), time.GetUtcNow() + lifetime);
}

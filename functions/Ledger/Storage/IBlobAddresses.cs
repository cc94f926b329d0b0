namespace TrueCopy.Ledger.Storage;

/// <summary>An address under which whoever has it may do one thing with one blob, until it ends.</summary>
/// <param name="Address">The address, what lets its bearer in included: never for a log.</param>
/// <param name="Expires">From when it is of no use.</param>
public sealed record TemporaryAddress(Uri Address, DateTimeOffset Expires);

/// <summary>
/// Gives clients addresses of single packages in the receivers' containers, so that ciphertext travels between them and storage
/// and never through the service. The service cannot take an address back; deleting the blob is what ends it.
/// </summary>
public interface IBlobAddresses
{
    /// <summary>The origin that every address has, such as <c>https://account.blob.core.windows.net</c>: what a page has to be let connect to.</summary>
    string Origin { get; }

    /// <summary>An address to which a blob that is not there can be written once, in one request; it can neither be replaced nor read by it.</summary>
    Task<TemporaryAddress> ToCreateAsync(BlobAddress blob, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>An address from which a blob can be read; browsers save what they get there and show none of it.</summary>
    Task<TemporaryAddress> ToReadAsync(BlobAddress blob, TimeSpan lifetime, CancellationToken cancellationToken);
}

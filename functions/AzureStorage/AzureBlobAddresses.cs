using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace TrueCopy.AzureStorage;

/// <summary>
/// Shared access signatures of one permission and one blob: by a key that Entra ID has the account lend for a few hours (user
/// delegation), where the account is entered with an identity; by the account's key, where that is known, as for an emulator.
/// </summary>
/// <remarks>One instance a process: it keeps the lent key. What a signature allows, the identity that borrowed the key has to be allowed too.</remarks>
public sealed class AzureBlobAddresses : IBlobAddresses
{
    // Storage may be ahead of us or behind.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(8);

    private readonly BlobServiceClient _account;
    private readonly TimeProvider _time;
    private readonly SharedRead<UserDelegationKey> _borrowing;
    private UserDelegationKey? _borrowed;

    /// <summary>Signs for blobs of one account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="time">The clock by which addresses end.</param>
    public AzureBlobAddresses(BlobServiceClient account, TimeProvider time)
    {
        (_account, _time) = (account, time);
        _borrowing = new SharedRead<UserDelegationKey>(async cancellationToken =>
        {
            var now = time.GetUtcNow();
            var options = new BlobGetUserDelegationKeyOptions(now + KeyLifetime) { StartsOn = now - ClockSkew };
            UserDelegationKey key = await account.GetUserDelegationKeyAsync(options, cancellationToken);
            Volatile.Write(ref _borrowed, key);
            return key;
        });
    }

    /// <inheritdoc/>
    public string Origin => _account.Uri.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public Task<TemporaryAddress> ToCreateAsync(BlobAddress blob, TimeSpan lifetime, CancellationToken cancellationToken) =>
        SignAsync(blob, BlobSasPermissions.Create, lifetime, cancellationToken);

    /// <inheritdoc/>
    public Task<TemporaryAddress> ToReadAsync(BlobAddress blob, TimeSpan lifetime, CancellationToken cancellationToken) =>
        SignAsync(blob, BlobSasPermissions.Read, lifetime, cancellationToken);

    private async Task<TemporaryAddress> SignAsync(BlobAddress blob, BlobSasPermissions permission, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        // Signed to the second.
        var expires = DateTimeOffset.FromUnixTimeSeconds((_time.GetUtcNow() + lifetime).ToUnixTimeSeconds());
        var terms = new BlobSasBuilder(permission, expires)
        {
            BlobContainerName = blob.Container,
            BlobName = blob.Name,
            Resource = "b",
            Protocol = _account.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        if (permission == BlobSasPermissions.Read)
        {
            // What a holder put there is nobody's page, whatever type it was uploaded with.
            terms.ContentType = "application/octet-stream";
            terms.ContentDisposition = "attachment";
        }

        var client = _account.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Name);
        var address = client.CanGenerateSasUri
            ? client.GenerateSasUri(terms)
            : new BlobUriBuilder(client.Uri) { Sas = terms.ToSasQueryParameters(await BorrowAsync(expires, cancellationToken), _account.AccountName) }.ToUri();
        return new TemporaryAddress(address, expires);
    }

    // A signature is good for no longer than the key that it was made with.
    private async ValueTask<UserDelegationKey> BorrowAsync(DateTimeOffset expires, CancellationToken cancellationToken) =>
        Volatile.Read(ref _borrowed) is { } key && key.SignedExpiresOn >= expires
            ? key
            : (await _borrowing.GetAsync(cancellationToken)).Value;
}

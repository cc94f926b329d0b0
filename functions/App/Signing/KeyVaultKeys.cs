using System.Collections.Concurrent;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Secrets;

namespace TrueCopy.App.Signing;

/// <summary>What to look for in the vault.</summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Key">The ECDSA P-256 key.</param>
/// <param name="Seed">The secret that is the Ed25519 seed, 64 hex digits.</param>
/// <param name="Overlap">How long a version signs beside its successor.</param>
internal sealed record KeyVaultKeyNames(string Origin, string Key, string Seed, TimeSpan Overlap);

/// <summary>
/// The log's keys as Key Vault holds them: every version that is to sign now, each pinned, the newest first. A version
/// never changes, so its signer is made once.
/// </summary>
internal sealed class KeyVaultKeys(KeyClient keys, SecretClient secrets, KeyVaultKeyNames names, TimeProvider time) : ILogKeySource
{
    private readonly ConcurrentDictionary<string, INoteSigner> _signers = [];

    /// <summary>Reads which versions there are; the caller sees to it that it runs once at a time.</summary>
    public async Task<LogIdentity> LoadAsync(CancellationToken cancellationToken)
    {
        // A first answer waits for it.
        var ecdsa = SignersAsync(
            names.Key,
            keys.GetPropertiesOfKeyVersionsAsync(names.Key, cancellationToken).Select(key => Version(key.Version, key.CreatedOn, key.Enabled, key.NotBefore, key.ExpiresOn)),
            EcdsaAsync,
            cancellationToken);
        var ed25519 = SignersAsync(
            names.Seed,
            secrets.GetPropertiesOfSecretVersionsAsync(names.Seed, cancellationToken).Select(seed => Version(seed.Version, seed.CreatedOn, seed.Enabled, seed.NotBefore, seed.ExpiresOn)),
            Ed25519Async,
            cancellationToken);
        await Task.WhenAll(ecdsa, ed25519);
        return new LogIdentity(names.Origin, [.. await ecdsa, .. await ed25519]);
    }

    private async Task<IReadOnlyList<INoteSigner>> SignersAsync(
        string name,
        IAsyncEnumerable<KeyVersion> versions,
        Func<string, CancellationToken, Task<INoteSigner>> make,
        CancellationToken cancellationToken)
    {
        var signers = new List<INoteSigner>();
        foreach (var version in Signing(await versions.ToListAsync(cancellationToken), name))
            signers.Add(await SignerAsync(version, make, cancellationToken));
        return signers;
    }

    private IReadOnlyList<KeyVersion> Signing(List<KeyVersion> versions, string name) =>
        KeyVersion.Signing(versions, names.Overlap, time.GetUtcNow()) is { Count: > 0 } signing
            ? signing
            : throw new LogUnavailableException($"The vault has no version of {name} that may sign now.");

    private async Task<INoteSigner> SignerAsync(KeyVersion version, Func<string, CancellationToken, Task<INoteSigner>> make, CancellationToken cancellationToken)
    {
        if (!_signers.TryGetValue(version.Version, out var signer))
            _signers[version.Version] = signer = await make(version.Version, cancellationToken);
        return signer;
    }

    private async Task<INoteSigner> EcdsaAsync(string version, CancellationToken cancellationToken)
    {
        var key = (await keys.GetKeyAsync(names.Key, version, cancellationToken)).Value;
        using var publicKey = key.Key.ToECDsa();
        return new KeyVaultSigner(
            keys.GetCryptographyClient(names.Key, version),
            new EcdsaP256Verifier(names.Origin, publicKey.ExportSubjectPublicKeyInfo()));
    }

    private async Task<INoteSigner> Ed25519Async(string version, CancellationToken cancellationToken)
    {
        var secret = (await secrets.GetSecretAsync(names.Seed, version, cancellationToken)).Value;
        var seed = new byte[Ed25519Signer.SeedSize];
        if (Convert.FromHexString(secret.Value, seed, out var read, out var written) != System.Buffers.OperationStatus.Done
            || read != secret.Value.Length
            || written != seed.Length)
        {
            throw new LogUnavailableException($"The secret {names.Seed} is not {Ed25519Signer.SeedSize * 2} hex digits.");
        }

        return new Ed25519Signer(names.Origin, seed);
    }

    private static KeyVersion Version(string version, DateTimeOffset? createdOn, bool? enabled, DateTimeOffset? notBefore, DateTimeOffset? expiresOn) =>
        new(version, createdOn ?? DateTimeOffset.MinValue, enabled ?? true, notBefore, expiresOn);
}

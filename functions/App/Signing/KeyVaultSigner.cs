using System.Security.Cryptography;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace TrueCopy.App.Signing;

/// <summary>
/// Signs notes with one version of a key that never leaves the vault. What the vault returns is verified with
/// <see cref="Verifier"/> before it is committed, by whoever signs a checkpoint.
/// </summary>
internal sealed class KeyVaultSigner(CryptographyClient client, EcdsaP256Verifier verifier) : INoteSigner
{
    public NoteVerifier Verifier => verifier;

    public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        var result = await client.SignAsync(SignatureAlgorithm.ES256, SHA256.HashData(text.Span), cancellationToken);
        return EcdsaSignature.ToDer(result.Signature);
    }
}

using System.Buffers.Text;
using System.Text.Json;
using Azure.Core;

namespace Azure.Security.KeyVault.Keys.Cryptography;

public readonly struct SignatureAlgorithm(string value) : IEquatable<SignatureAlgorithm>
{
    public static SignatureAlgorithm ES256 { get; } = new("ES256");

    public static bool operator ==(SignatureAlgorithm left, SignatureAlgorithm right) => left.Equals(right);

    public static bool operator !=(SignatureAlgorithm left, SignatureAlgorithm right) => !left.Equals(right);

    public bool Equals(SignatureAlgorithm other) => ToString() == other.ToString();

    public override bool Equals(object? obj) => obj is SignatureAlgorithm other && Equals(other);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => value;
}

public class SignResult
{
    internal SignResult(string keyId, byte[] signature) => (KeyId, Signature) = (keyId, signature);

    public string KeyId { get; }

    public byte[] Signature { get; }
}

public class CryptographyClient
{
    private readonly VaultPipeline _vault;
    private readonly string _path;

    internal CryptographyClient(VaultPipeline vault, string name, string? version) => (_vault, _path) = (vault, $"/keys/{name}/{version}");

    public virtual async Task<SignResult> SignAsync(SignatureAlgorithm algorithm, byte[] digest, CancellationToken cancellationToken = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["alg"] = algorithm.ToString(),
            ["value"] = Base64Url.EncodeToString(digest),
        });
        var (result, _) = await _vault.SendAsync(RequestMethod.Post, _path + "/sign", body, cancellationToken);
        return new SignResult(result.GetProperty("kid").GetString()!, VaultPipeline.Bytes(result, "value"));
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace Azure.Security.KeyVault.Keys;

public class KeyClientOptions : ClientOptions;

/// <summary>As much of the key client as the product calls, over the REST interface of Key Vault, api-version 7.6. It asks no vault beyond this machine.</summary>
public class KeyClient
{
    private readonly VaultPipeline _vault;

    protected KeyClient() => _vault = null!;

    public KeyClient(Uri vaultUri, TokenCredential credential, KeyClientOptions options)
    {
        if (!vaultUri.IsLoopback)
            throw new NotSupportedException("This is a test double of Azure.Security.KeyVault.Keys: build with the package (-p:KeyVaultKeys=package).");
        VaultUri = vaultUri;
        _vault = new VaultPipeline(vaultUri, HttpPipelineBuilder.Build(options, [], [new VaultChallengePolicy(credential)], null));
    }

    public virtual Uri VaultUri { get; } = null!;

    public virtual AsyncPageable<KeyProperties> GetPropertiesOfKeyVersionsAsync(string name, CancellationToken cancellationToken = default) =>
        new KeyVersionPages(_vault, name, cancellationToken);

    public virtual async Task<Response<KeyVaultKey>> GetKeyAsync(string name, string? version = null, CancellationToken cancellationToken = default)
    {
        var (body, response) = await _vault.SendAsync(RequestMethod.Get, $"/keys/{name}/{version}", null, cancellationToken);
        return Response.FromValue(new KeyVaultKey(body), response);
    }

    public virtual CryptographyClient GetCryptographyClient(string keyName, string? keyVersion = null) => new(_vault, keyName, keyVersion);
}

public class KeyProperties
{
    internal KeyProperties(string id, JsonElement attributes)
    {
        Id = new Uri(id);
        Enabled = attributes.TryGetProperty("enabled", out var enabled) ? enabled.GetBoolean() : null;
        NotBefore = Time(attributes, "nbf");
        ExpiresOn = Time(attributes, "exp");
        CreatedOn = Time(attributes, "created");
    }

    public Uri Id { get; }

    public string Version => Id.Segments[^1];

    public bool? Enabled { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresOn { get; set; }

    public DateTimeOffset? CreatedOn { get; }

    private static DateTimeOffset? Time(JsonElement attributes, string name) =>
        attributes.TryGetProperty(name, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : null;
}

public class KeyVaultKey
{
    internal KeyVaultKey(JsonElement bundle)
    {
        Key = new JsonWebKey(bundle.GetProperty("key"));
        Properties = new KeyProperties(bundle.GetProperty("key").GetProperty("kid").GetString()!, bundle.GetProperty("attributes"));
    }

    public JsonWebKey Key { get; }

    public KeyProperties Properties { get; }
}

public class JsonWebKey
{
    internal JsonWebKey(JsonElement key)
    {
        X = VaultPipeline.Bytes(key, "x");
        Y = VaultPipeline.Bytes(key, "y");
        CurveName = key.GetProperty("crv").GetString()!;
    }

    public byte[] X { get; set; }

    public byte[] Y { get; set; }

    internal string CurveName { get; }

    public ECDsa ToECDsa(bool includePrivateParameters = false)
    {
        var curve = CurveName switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            _ => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"Curve {CurveName}.")),
        };
        return ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = X, Y = Y } });
    }
}

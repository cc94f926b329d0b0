using System.Security.Cryptography;

namespace TrueCopy.Ledger.Signing;

/// <summary>
/// The two signing keys as files in one folder, for a laptop: <c>log-p256.pem</c> (PKCS #8) and <c>log-ed25519.seed</c>
/// (base64 of 32 bytes). In Azure Key Vault holds them.
/// </summary>
public static class KeyFiles
{
    private const string EcdsaFile = "log-p256.pem";
    private const string Ed25519File = "log-ed25519.seed";

    /// <summary>Makes the files that are missing.</summary>
    public static async Task CreateMissingAsync(string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(folder, EcdsaFile)))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await WritePrivateAsync(Path.Combine(folder, EcdsaFile), key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        }

        if (!File.Exists(Path.Combine(folder, Ed25519File)))
            await ReadOrCreateSeedAsync(Path.Combine(folder, Ed25519File), cancellationToken);
    }

    /// <summary>The seed of an Ed25519 key in a file of its own, drawn where there is none.</summary>
    /// <exception cref="LogFormatException">The file is damaged.</exception>
    public static async Task<byte[]> ReadOrCreateSeedAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            await WritePrivateAsync(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(Ed25519Signer.SeedSize)), cancellationToken);

        var seed = new byte[Ed25519Signer.SeedSize];
        return Convert.TryFromBase64String(await File.ReadAllTextAsync(path, cancellationToken), seed, out var length) && length == seed.Length
            ? seed
            : throw new LogFormatException($"signing keys: {path} is not base64 of {seed.Length} bytes");
    }

    /// <summary>Reads the keys of the log <paramref name="origin"/>.</summary>
    /// <exception cref="LogFormatException">A file is missing or damaged.</exception>
    public static async Task<LogIdentity> ReadAsync(string folder, string origin, CancellationToken cancellationToken)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(folder, EcdsaFile), cancellationToken));
            var seed = Convert.FromBase64String(await File.ReadAllTextAsync(Path.Combine(folder, Ed25519File), cancellationToken));
            return new LogIdentity(origin, [new EcdsaP256Signer(origin, key), new Ed25519Signer(origin, seed)]);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException or IOException)
        {
            throw new LogFormatException($"signing keys: those in {folder} are missing or damaged", exception);
        }
    }

    /// <summary>Writes a new file that its owner alone may read; whole or not at all, because a half-written key would be a lost log.</summary>
    public static async Task WritePrivateAsync(string path, string content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = path + ".new";
        await using (var writer = new StreamWriter(temporary, options))
            await writer.WriteAsync(content.AsMemory(), cancellationToken);
        File.Move(temporary, path, overwrite: false);
    }
}

using System.Security.Cryptography;
using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Local.Keys;

/// <summary>The two signing keys as files: what Key Vault holds in Azure.</summary>
internal static class LocalKeys
{
    private const string EcdsaFile = "log-p256.pem";
    private const string Ed25519File = "log-ed25519.seed";

    /// <summary>Reads the keys from <paramref name="folder"/>, or makes them on the first start.</summary>
    /// <exception cref="StartupException">A key file is damaged.</exception>
    public static async Task<LogIdentity> LoadOrCreateAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var ecdsa = Path.Combine(folder, EcdsaFile);
        var ed25519 = Path.Combine(folder, Ed25519File);
        if (!File.Exists(ecdsa))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await WritePrivateAsync(ecdsa, key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        }

        if (!File.Exists(ed25519))
        {
            var seed = RandomNumberGenerator.GetBytes(Ed25519Signer.SeedSize);
            await WritePrivateAsync(ed25519, Convert.ToBase64String(seed), cancellationToken);
        }

        try
        {
            var key = ECDsa.Create();
            key.ImportFromPem(await File.ReadAllTextAsync(ecdsa, cancellationToken));
            var seed = Convert.FromBase64String(await File.ReadAllTextAsync(ed25519, cancellationToken));
            return new LogIdentity(
                LocalOptions.Origin,
                [new EcdsaP256Signer(LocalOptions.Origin, key), new Ed25519Signer(LocalOptions.Origin, seed)]);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or CryptographicException or LogFormatException)
        {
            throw new StartupException($"A signing key in {folder} is damaged. Restore it, or remove the whole data folder to begin a new log.", exception);
        }
    }

    // Written under another name first: a half-written key would be a lost log.
    private static async Task WritePrivateAsync(string path, string content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = path + ".new";
        await using (var writer = new StreamWriter(temporary, options))
            await writer.WriteAsync(content.AsMemory(), cancellationToken);
        File.Move(temporary, path, overwrite: false);
    }
}

using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using TrueCopy.Witness;

namespace TrueCopy.WitnessApp;

/// <summary>
/// The application settings; in an environment variable a colon is two underscores. The same names stand in
/// <c>infra/modules/witness-app.bicep</c> and in <c>local.settings.template.json</c>.
/// </summary>
internal sealed class WitnessSettings(IConfiguration configuration)
{
    private readonly Lazy<TokenCredential> _credential = new(() => configuration["AZURE_CLIENT_ID"] is { Length: > 0 } clientId
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
        : new DefaultAzureCredential());

    /// <summary>Client id of the app's managed identity; absent on a laptop, where the developer's own sign-in counts.</summary>
    public TokenCredential Credential => _credential.Value;

    /// <summary>Connection string of Application Insights; null for no telemetry.</summary>
    public string? TelemetryConnectionString => configuration["Telemetry:ConnectionString"] is { Length: > 0 } text ? text : null;

    /// <summary>The witness's account: a connection string, or the address of its blobs.</summary>
    public BlobServiceClient Storage
    {
        get
        {
            var options = new BlobClientOptions();
            (options.Retry.MaxRetries, options.Retry.Delay, options.Retry.MaxDelay) = (4, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
            return configuration["Storage"] is { Length: > 0 } keyed
                ? new BlobServiceClient(keyed, options)
                : new BlobServiceClient(new Uri(Required("Storage:blobServiceUri")), Credential, options);
        }
    }

    /// <summary>Whom the witness works for and in whose name; reads the seeds.</summary>
    /// <exception cref="LogFormatException">A line of a log is malformed, a name is none, or the whole makes no witness.</exception>
    /// <exception cref="InvalidOperationException">A setting or a seed is missing or malformed.</exception>
    public WitnessOptions ReadOptions(TimeProvider clock)
    {
        var read = SeedReader();
        var mirror = configuration["Mirror:Name"] is { Length: > 0 } name ? name : null;
        var options = new WitnessOptions(
            Logs,
            Cosigners(Required("Witness:Name"), WitnessSeeds.WitnessEd25519, WitnessSeeds.WitnessMlDsa44),
            mirror is null ? [] : Cosigners(mirror, WitnessSeeds.MirrorEd25519, WitnessSeeds.MirrorMlDsa44));
        options.Validate();
        return options;

        Cosigner[] Cosigners(string cosigner, string ed25519, string mldsa44) =>
            [new Ed25519Cosigner(cosigner, read(ed25519), clock), new MlDsa44Cosigner(cosigner, read(mldsa44), clock)];
    }

    // Lines as a policy file has them, so that an operator hands the same line to witnesses and to verifiers.
    private IReadOnlyList<PolicyLog> Logs
    {
        get
        {
            var lines = Required("Witness:Logs").Split(['\n', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return TrustPolicy.Parse(System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")) + "quorum none\n")).Logs;
        }
    }

    private Func<string, byte[]> SeedReader()
    {
        switch (Required("Signing:Mode"))
        {
            case "file":
                var folder = Required("Signing:Folder");
                return name => SeedOf(name, File.ReadAllText(Path.Combine(folder, name)));
            case "keyVault":
                var secrets = new SecretClient(new Uri(Required("Signing:VaultUri")), Credential);
                return name => SeedOf(name, secrets.GetSecret(name).Value.Value);
            default:
                throw new InvalidOperationException("The setting Signing__Mode is keyVault or file.");
        }
    }

    private static byte[] SeedOf(string name, string hex)
    {
        var seed = new byte[Cosigner.SeedSize];
        return hex.Trim() is { Length: Cosigner.SeedSize * 2 } digits && Convert.FromHexString(digits, seed, out _, out _) == System.Buffers.OperationStatus.Done
            ? seed
            : throw new InvalidOperationException($"The seed {name} is not {Cosigner.SeedSize * 2} hex digits.");
    }

    private string Required(string name) => configuration[name] is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"The setting {name.Replace(":", "__", StringComparison.Ordinal)} is missing.");
}

using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using TrueCopy.Api;
using TrueCopy.AzureStorage;

namespace TrueCopy.App;

/// <summary>Where signatures come from.</summary>
internal enum SigningMode
{
    /// <summary>Key Vault holds the keys.</summary>
    KeyVault,

    /// <summary>Files hold the keys, those that <c>functions/Local</c> makes.</summary>
    File,
}

/// <summary>
/// The application settings; in an environment variable a colon is two underscores. The same names stand in the Bicep and
/// in <c>local.settings.template.json</c>.
/// </summary>
internal sealed class AppSettings(IConfiguration configuration)
{
    /// <summary>Prefix of the ledger's settings, and the connection of the queue triggers: <c>Ledger</c> is a connection string, or <c>Ledger:queueServiceUri</c> and its like are.</summary>
    public const string LedgerConnection = "Ledger";

    private const string InboxConnection = "Inbox";
    private const string HandoversConnection = "Handovers";

    private readonly Lazy<TokenCredential> _credential = new(() => configuration["AZURE_CLIENT_ID"] is { Length: > 0 } clientId
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
        : new DefaultAzureCredential());

    /// <summary>Client id of the app's managed identity; absent on a laptop, where the developer's own sign-in counts.</summary>
    public TokenCredential Credential => _credential.Value;

    /// <summary>Name of the log; never changes.</summary>
    public string Origin => Required("Log:Origin");

    /// <summary>Where signatures come from.</summary>
    public SigningMode SigningMode => Required("Signing:Mode") switch
    {
        "keyVault" => SigningMode.KeyVault,
        "file" => SigningMode.File,
        _ => throw new InvalidOperationException("The setting Signing__Mode is keyVault or file."),
    };

    /// <summary>Address of the vault.</summary>
    public Uri VaultUri => new(Required("Signing:VaultUri"));

    /// <summary>Name of the ECDSA P-256 key in the vault.</summary>
    public string KeyName => Required("Signing:KeyName");

    /// <summary>Name of the secret in the vault that is the Ed25519 seed, 64 hex digits.</summary>
    public string SeedName => Required("Signing:SeedName");

    /// <summary>How long a key signs beside its successor, <c>days.hh:mm:ss</c>.</summary>
    public TimeSpan Overlap => TimeSpan.Parse(Required("Signing:Overlap"), CultureInfo.InvariantCulture);

    /// <summary>Folder of the key files; a relative one is looked for in the app's folder and in those above it.</summary>
    public string KeyFolder => FindFolder(Required("Signing:Folder"));

    /// <summary>Connection string of Application Insights; null for no telemetry.</summary>
    public string? TelemetryConnectionString => configuration["Telemetry:ConnectionString"] is { Length: > 0 } text ? text : null;

    /// <summary>Who may act for each issuer, by object ids of Entra ID; empty while built-in authentication is off, for then nobody is known.</summary>
    public IReadOnlyDictionary<string, string[]> IssuerPrincipals => Principals("Access:Issuers");

    /// <summary>Who may act for each receiver; likewise.</summary>
    public IReadOnlyDictionary<string, string[]> ReceiverPrincipals => Principals("Access:Receivers");

    /// <summary>Under which address others find the service: <c>https://</c> and a host, or nothing.</summary>
    public ServiceAddress Address => configuration["Service:Address"] is not { Length: > 0 } text
        ? ServiceAddress.None
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.AbsolutePath == "/" && address.Query.Length == 0
            ? new ServiceAddress(address)
            : throw new InvalidOperationException("The setting Service__Address is https:// and a host, or empty.");

    /// <summary>
    /// What one client address may ask for. <c>X-Forwarded-For</c> does not tell it: the Functions host, which forwards requests
    /// to this process, writes that anew with the address that it sees itself, which may be that of a proxy. Other headers it
    /// passes on as they are.
    /// </summary>
    public ClientShare ClientShare => new()
    {
        Burst = Number("Limits:Burst", new ClientShare().Burst),
        PerSecond = Number("Limits:PerSecond", new ClientShare().PerSecond),
        HandoverBurst = Number("Limits:HandoverBurst", new ClientShare().HandoverBurst),
        HandoversPerMinute = Number("Limits:HandoversPerMinute", new ClientShare().HandoversPerMinute),
        AddressHeader = configuration["Limits:AddressHeader"] is { Length: > 0 } header ? header : null,
    };

    /// <summary>
    /// Which witnesses are asked: a C2SP tlog-policy file, or the path of one, as it has no newline; a relative path is looked for in the app's
    /// folder and in those above it. Nobody is asked where it is empty.
    /// </summary>
    /// <exception cref="LogFormatException">It has a mistake, or is another log's; the message says which line or rule.</exception>
    public ServicePolicy Policy
    {
        get
        {
            var failOpen = Flag("Witnesses:FailOpen");
            if (configuration["Witnesses:Policy"] is not { Length: > 0 } text)
                return ServicePolicy.None;
            return ServicePolicy.Parse(text.Contains('\n', StringComparison.Ordinal) ? System.Text.Encoding.UTF8.GetBytes(text) : File.ReadAllBytes(FindFile(text)), Origin, failOpen);
        }
    }

    /// <summary>The inbox account.</summary>
    public StorageAddress Inbox => AddressOf(InboxConnection);

    /// <summary>For how many days a package waits for its receiver: storage's own rule deletes what is older than 32 days.</summary>
    public HandoverOptions HandoverOptions => Number("Handovers:KeepDays", new HandoverOptions().KeepDays) is var days and >= 1 and <= 30
        ? new HandoverOptions { KeepDays = days }
        : throw new InvalidOperationException("The setting Handovers__KeepDays is from 1 to 30.");

    /// <summary>The ledger account.</summary>
    public StorageAddress Ledger => AddressOf(LedgerConnection);

    /// <summary>The account of handovers; null where there is none of its own, and receivers' containers are looked for in the inbox.</summary>
    public StorageAddress? Handovers =>
        configuration[HandoversConnection] is { Length: > 0 } || Optional($"{HandoversConnection}:blobServiceUri") is not null ? AddressOf(HandoversConnection) : null;

    private StorageAddress AddressOf(string connection) => configuration[connection] is { Length: > 0 } keyed
        ? new StorageAddress.Keyed(keyed)
        : new StorageAddress.ByIdentity(
            new Uri(Required($"{connection}:blobServiceUri")),
            Optional($"{connection}:queueServiceUri"),
            Optional($"{connection}:tableServiceUri"),
            Credential);

    private Dictionary<string, string[]> Principals(string name) =>
        configuration["Access:SignIn"] == "true" && configuration[name] is { Length: > 0 } json
            ? JsonSerializer.Deserialize<Dictionary<string, string[]>>(json) ?? []
            : new Dictionary<string, string[]>();

    private Uri? Optional(string name) => configuration[name] is { Length: > 0 } text ? new Uri(text) : null;

    private string Required(string name) => configuration[name] is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"The setting {name.Replace(":", "__", StringComparison.Ordinal)} is missing.");

    private int Number(string name, int otherwise) => configuration[name] is not { Length: > 0 } text
        ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidOperationException($"The setting {name.Replace(":", "__", StringComparison.Ordinal)} is not a whole number.");

    private bool Flag(string name) => configuration[name] switch
    {
        null or "" or "false" => false,
        "true" => true,
        _ => throw new InvalidOperationException($"The setting {name.Replace(":", "__", StringComparison.Ordinal)} is true or false."),
    };

    private static string FindFolder(string folder) => Find(folder, Directory.Exists)
        ?? throw new InvalidOperationException($"The folder {folder} that the setting Signing__Folder names does not exist. Start functions/Local first.");

    private static string FindFile(string file) => Find(file, File.Exists)
        ?? throw new InvalidOperationException($"The file {file} that the setting Witnesses__Policy names does not exist. A policy itself, rather than a path, has more than one line.");

    private static string? Find(string path, Func<string, bool> isThere)
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            var candidate = Path.Combine(above.FullName, path);
            if (isThere(candidate))
                return candidate;
        }

        return null;
    }
}

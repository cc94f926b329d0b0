using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using TrueCopy.Api;
using TrueCopy.AzureStorage;

namespace TrueCopy.App.Tests;

/// <summary>What the app makes of its settings.</summary>
public sealed class SettingsTests
{
    private static readonly Dictionary<string, string?> Azure = new()
    {
        ["AZURE_CLIENT_ID"] = "00000000-0000-0000-0000-000000000001",
        ["Inbox:blobServiceUri"] = "https://inbox.blob.core.windows.net",
        ["Handovers:blobServiceUri"] = "https://handover.blob.core.windows.net",
        ["Ledger:blobServiceUri"] = "https://ledger.blob.core.windows.net",
        ["Ledger:queueServiceUri"] = "https://ledger.queue.core.windows.net",
        ["Ledger:tableServiceUri"] = "https://ledger.table.core.windows.net",
        ["Log:Origin"] = "log.example",
        ["Signing:Mode"] = "keyVault",
        ["Signing:VaultUri"] = "https://vault.vault.azure.net",
        ["Signing:KeyName"] = "log-signing",
        ["Signing:SeedName"] = "log-ed25519-seed",
        ["Signing:Overlap"] = "90.00:00:00",
        ["Signing:Folder"] = "/",
        ["Witnesses:FailOpen"] = "false",
        ["Access:SignIn"] = "true",
        ["Access:Issuers"] = """{"bank":["a","b"]}""",
        ["Access:Receivers"] = """{"lender":["c"]}""",
        ["Telemetry:ConnectionString"] = "InstrumentationKey=0",
    };

    /// <summary>The names, as environment variables have them, that the app reads with keys from there.</summary>
    internal static IReadOnlySet<string> ReadBy(string signingMode)
    {
        var recorder = new Recorder(Azure);
        var settings = new AppSettings(recorder);
        foreach (var property in typeof(AppSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var isForFiles = property.Name == nameof(AppSettings.KeyFolder);
            var isForVault = property.Name is nameof(AppSettings.VaultUri) or nameof(AppSettings.KeyName) or nameof(AppSettings.SeedName) or nameof(AppSettings.Overlap);
            if (signingMode == "keyVault" ? !isForFiles : !isForVault)
                property.GetValue(settings);
        }

        // A whole connection string takes the place of an account's addresses, and only a ledger has queues and tables.
        string[] keyed = [AppSettings.LedgerConnection, "Inbox", "Handovers"];
        string[] unused = ["Inbox:queueServiceUri", "Inbox:tableServiceUri", "Handovers:queueServiceUri", "Handovers:tableServiceUri"];
        return recorder.Read.Keys.Except(signingMode == "keyVault" ? [.. keyed, .. unused] : unused)
            .Select(name => name.Replace(":", "__", StringComparison.Ordinal))
            .ToHashSet();
    }

    [Fact]
    public void In_Azure_both_accounts_are_entered_by_identity()
    {
        var settings = Settings([]);
        Assert.Equal(new Uri("https://inbox.blob.core.windows.net"), Assert.IsType<StorageAddress.ByIdentity>(settings.Inbox).Blobs);
        var ledger = Assert.IsType<StorageAddress.ByIdentity>(settings.Ledger);
        Assert.Equal(
            ("https://ledger.queue.core.windows.net/", "https://ledger.table.core.windows.net/"),
            (ledger.Queues!.ToString(), ledger.Tables!.ToString()));
        Assert.IsType<global::Azure.Identity.ManagedIdentityCredential>(settings.Credential);
        Assert.Equal(TimeSpan.FromDays(90), settings.Overlap);
    }

    [Fact]
    public void Handovers_are_in_an_account_of_their_own_where_one_is_named_and_wait_as_long_as_settings_say()
    {
        Assert.Equal(new Uri("https://handover.blob.core.windows.net"), Assert.IsType<StorageAddress.ByIdentity>(Settings([]).Handovers).Blobs);
        Assert.Null(Settings([("Handovers:blobServiceUri", "")]).Handovers);
        Assert.Equal("UseDevelopmentStorage=true", Assert.IsType<StorageAddress.Keyed>(Settings([("Handovers", "UseDevelopmentStorage=true")]).Handovers).ConnectionString);
        Assert.Equal(30, Settings([]).HandoverOptions.KeepDays);
        Assert.Equal(7, Settings([("Handovers:KeepDays", "7")]).HandoverOptions.KeepDays);
        foreach (var days in (string[])["0", "31", "many"])
            Assert.Contains("Handovers__KeepDays", Assert.Throws<InvalidOperationException>(() => Settings([("Handovers:KeepDays", days)]).HandoverOptions).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_laptop_a_connection_string_stands_for_an_account()
    {
        var settings = Settings([("Ledger", "UseDevelopmentStorage=true"), ("AZURE_CLIENT_ID", null)]);
        Assert.Equal("UseDevelopmentStorage=true", Assert.IsType<StorageAddress.Keyed>(settings.Ledger).ConnectionString);
        Assert.IsType<global::Azure.Identity.DefaultAzureCredential>(settings.Credential);
    }

    [Fact]
    public void The_services_address_is_a_host_under_https_or_unknown()
    {
        Assert.Equal(ServiceAddress.None, Settings([]).Address);
        Assert.Equal(ServiceAddress.None, Settings([("Service:Address", "")]).Address);
        Assert.Equal(new Uri("https://truecopy.example/v1/statuslist"), Settings([("Service:Address", "https://truecopy.example")]).Address.Of(Routes.StatusList));
        foreach (var other in (string[])["truecopy.example", "http://truecopy.example", "https://truecopy.example/api", "https://truecopy.example/?a"])
            Assert.Throws<InvalidOperationException>(() => Settings([("Service:Address", other)]).Address);
    }

    [Fact]
    public void A_client_has_the_usual_share_unless_settings_say_otherwise()
    {
        Assert.Equal(new ClientShare(), Settings([]).ClientShare);
        Assert.Equal(
            new ClientShare { Burst = 5000, PerSecond = 10, HandoverBurst = 5, HandoversPerMinute = 1, AddressHeader = "CLIENT-IP" },
            Settings([("Limits:Burst", "5000"), ("Limits:PerSecond", "10"), ("Limits:HandoverBurst", "5"), ("Limits:HandoversPerMinute", "1"), ("Limits:AddressHeader", "CLIENT-IP")]).ClientShare);
        var mistaken = Assert.Throws<InvalidOperationException>(() => Settings([("Limits:Burst", "-1")]).ClientShare);
        Assert.Contains("Limits__Burst", mistaken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Log:Origin", "Log__Origin", nameof(AppSettings.Origin))]
    [InlineData("Signing:Mode", "Signing__Mode", nameof(AppSettings.SigningMode))]
    [InlineData("Signing:KeyName", "Signing__KeyName", nameof(AppSettings.KeyName))]
    [InlineData("Ledger:blobServiceUri", "Ledger__blobServiceUri", nameof(AppSettings.Ledger))]
    public void A_setting_that_is_missing_is_named_as_the_operator_writes_it(string name, string said, string property)
    {
        var settings = Settings([(name, "")]);
        var failure = Assert.Throws<TargetInvocationException>(() => typeof(AppSettings).GetProperty(property)!.GetValue(settings));
        Assert.Contains(said, failure.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_is_text_or_the_path_of_a_file_and_one_with_a_mistake_is_refused_with_its_line()
    {
        using var key = new Ed25519Signer("log.example", new byte[Ed25519Signer.SeedSize]);
        using var witness = new Ed25519Cosigner("w.example", [1, .. new byte[31]], TimeProvider.System);
        var text = $"log {key.Verifier}\nwitness w {witness.Verifier} https://w.example/\nquorum w\n";
        Assert.Same(ServicePolicy.None, Settings([]).Policy);
        Assert.Equal((text, false), Read(Settings([("Witnesses:Policy", text)]).Policy));
        Assert.Equal((text, true), Read(Settings([("Witnesses:Policy", text), ("Witnesses:FailOpen", "true")]).Policy));
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(file, text);
        Assert.Equal((text, false), Read(Settings([("Witnesses:Policy", file)]).Policy));
        File.Delete(file);

        Assert.Contains("line 3: \"x\" is not defined", Assert.Throws<LogFormatException>(() => Settings([("Witnesses:Policy", text.Replace("quorum w", "quorum x", StringComparison.Ordinal))]).Policy).Message, StringComparison.Ordinal);
        Assert.Contains("is not this log's", Assert.Throws<LogFormatException>(() => Settings([("Witnesses:Policy", text), ("Log:Origin", "other.example")]).Policy).Message, StringComparison.Ordinal);
        Assert.Contains("Witnesses__Policy", Assert.Throws<InvalidOperationException>(() => Settings([("Witnesses:Policy", file)]).Policy).Message, StringComparison.Ordinal);
        Assert.Contains("Witnesses__FailOpen", Assert.Throws<InvalidOperationException>(() => Settings([("Witnesses:FailOpen", "yes")]).Policy).Message, StringComparison.Ordinal);

        static (string Text, bool FailOpen) Read(ServicePolicy policy) => (System.Text.Encoding.UTF8.GetString(policy.File.Span), policy.FailOpen);
    }

    [Fact]
    public void A_signing_mode_that_is_neither_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Settings([("Signing:Mode", "vault")]).SigningMode);

    [Fact]
    public void While_sign_in_is_off_no_one_acts_for_an_institution_whoever_a_header_names()
    {
        Assert.Equal(["a", "b"], Settings([]).IssuerPrincipals["bank"]);
        Assert.Empty(Settings([("Access:SignIn", "false")]).IssuerPrincipals);
        Assert.Empty(Settings([("Access:SignIn", null)]).IssuerPrincipals);
        Assert.Equal(["c"], Settings([]).ReceiverPrincipals["lender"]);
        Assert.Empty(Settings([("Access:SignIn", "false")]).ReceiverPrincipals);
    }

    [Fact]
    public void A_relative_key_folder_is_looked_for_in_the_folders_above_the_app()
    {
        var folder = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        Assert.Equal(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..")), Path.GetFullPath(Settings([("Signing:Folder", folder)]).KeyFolder));
        Assert.Throws<InvalidOperationException>(() => Settings([("Signing:Folder", "no/such/folder")]).KeyFolder);
    }

    private static AppSettings Settings((string Name, string? Value)[] changes)
    {
        var values = new Dictionary<string, string?>(Azure);
        foreach (var (name, value) in changes)
            values[name] = value;
        return new AppSettings(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }

    private sealed class Recorder(Dictionary<string, string?> values) : IConfiguration
    {
        public ConcurrentDictionary<string, bool> Read { get; } = new();

        public string? this[string key]
        {
            get
            {
                Read[key] = true;
                return values.GetValueOrDefault(key);
            }

            set => throw new NotSupportedException();
        }

        public IEnumerable<IConfigurationSection> GetChildren() => throw new NotSupportedException();

        public IChangeToken GetReloadToken() => throw new NotSupportedException();

        public IConfigurationSection GetSection(string key) => throw new NotSupportedException();
    }
}

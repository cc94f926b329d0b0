using Azure.Monitor.OpenTelemetry.Exporter;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using TrueCopy.Api;
using TrueCopy.App.Signing;
using TrueCopy.AzureStorage;
using TrueCopy.Client;

namespace TrueCopy.App;

/// <summary>Wires the service onto Azure: storage, signing, access, telemetry.</summary>
internal static class AppHost
{
    /// <summary>Adds everything that the functions need; what is missing among the settings is said at once.</summary>
    public static void AddTrueCopy(this IHostApplicationBuilder builder)
    {
        var settings = new AppSettings(builder.Configuration);
        builder.Services.AddAzureStorage(StorageAccounts.Connect(settings.Inbox, settings.Ledger, handovers: settings.Handovers)).AddLedger().AddTrueCopyApi();
        builder.Services.Configure<KestrelServerOptions>(HttpLimits.ApplyBehindFunctionsHost);
        builder.Services.AddSingleton<IInstitutionGate>(new SignedInGate(settings.IssuerPrincipals, settings.ReceiverPrincipals));
        builder.Services.AddSingleton(settings.ClientShare).AddSingleton(settings.Policy).AddSingleton(settings.Address).AddSingleton(Domains).AddSingleton(settings.HandoverOptions);
        builder.Services.AddSingleton(KeySource(settings)).AddSingleton<ILogKeys, RotatedKeys>();

        // Request lines hold digests.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (settings.TelemetryConnectionString is { } connection)
            AddTelemetry(builder.Services, connection, settings);
    }

    // Asked for by a timer alone, so that no cold start pays for it.
    private static AskDomain Domains(IServiceProvider services)
    {
        var domains = new DomainChecker(network: null, services.GetRequiredService<TimeProvider>());
        return async (domain, issuer, keys, stop) => (await domains.CheckAsync(domain, issuer, keys, stop)).Word;
    }

    private static ILogKeySource KeySource(AppSettings settings)
    {
        if (settings.SigningMode == SigningMode.File)
            return new FileKeys(settings.KeyFolder, settings.Origin);
        var keys = new KeyClientOptions();
        var secrets = new SecretClientOptions();
        VaultRetry.Apply(keys.Retry);
        VaultRetry.Apply(secrets.Retry);
        return new KeyVaultKeys(
            new KeyClient(settings.VaultUri, settings.Credential, keys),
            new SecretClient(settings.VaultUri, settings.Credential, secrets),
            new KeyVaultKeyNames(settings.Origin, settings.KeyName, settings.SeedName, settings.Overlap),
            TimeProvider.System);
    }

    private static void AddTelemetry(IServiceCollection services, string connection, AppSettings settings) => services
        .AddOpenTelemetry()
        .UseFunctionsWorkerDefaults()
        .WithMetrics(metrics => metrics.AddMeter(SequencerMetrics.MeterName, IntakeMetrics.MeterName, AnswerMetrics.MeterName, WitnessingMetrics.MeterName, ApiMetrics.MeterName))
        .UseAzureMonitorExporter(exporter =>
        {
            exporter.ConnectionString = connection;
            exporter.Credential = settings.Credential;
        });
}

using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using TrueCopy.AzureStorage;
using TrueCopy.Client;
using TrueCopy.Witness;
using TrueCopy.Witness.Http;
using TrueCopy.Witness.Mirroring;

namespace TrueCopy.WitnessApp;

/// <summary>Wires a witness onto Azure: storage, seeds, logs over HTTP, telemetry.</summary>
internal static class WitnessAppHost
{
    /// <summary>Adds everything that the functions need; what is missing among the settings is said at once.</summary>
    public static void AddWitnessApp(this IHostApplicationBuilder builder)
    {
        var settings = new WitnessSettings(builder.Configuration);
        builder.Services
            .AddSingleton<IBlobStore>(new AzureBlobs(settings.Storage))
            .AddSingleton(settings.ReadOptions(TimeProvider.System))
            .AddSingleton(new OpenLog(prefix => new RemoteLog(prefix, network: null, TimeProvider.System)))
            .AddWitness();
        builder.Services.Configure<KestrelServerOptions>(ApplyBehindFunctionsHost);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (settings.TelemetryConnectionString is { } connection)
        {
            builder.Services.AddOpenTelemetry()
                .UseFunctionsWorkerDefaults()
                .WithMetrics(metrics => metrics.AddMeter(WitnessMetrics.MeterName))
                .UseAzureMonitorExporter(exporter => (exporter.ConnectionString, exporter.Credential) = (connection, settings.Credential));
        }
    }

    // What the host has accepted is answered by the witness: a request that is refused here costs a place in the host.
    private static void ApplyBehindFunctionsHost(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestLineSize = 32 * 1024;
        server.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        server.Limits.MaxRequestHeaderCount = 200;
        server.Limits.MaxRequestBodySize = null;
        server.Limits.MinRequestBodyDataRate = null;
        server.Limits.MinResponseDataRate = null;
    }
}

using System.Net;
using System.Net.Sockets;
using Azure.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using TrueCopy.Api;
using TrueCopy.AzureStorage;
using TrueCopy.Client;
using TrueCopy.Local.Azurite;
using TrueCopy.Local.Events;
using TrueCopy.Local.Triggers;

namespace TrueCopy.Local;

/// <summary>Starts storage, prepares it, and runs the same services as the Function App until it is told to stop.</summary>
internal static class LocalService
{
    private const int MaxConnections = 2000;

    public static async Task RunAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataFolder);
        await using var azurite = options.OwnAzurite ? await StartAzuriteAsync(options, cancellationToken) : null;
        var inbox = azurite?.ConnectionString(AzuriteAccount.Inbox) ?? options.Connection!;
        var ledger = azurite?.ConnectionString(AzuriteAccount.Ledger) ?? options.Connection!;
        var sent = new SentMessages();
        var accounts = StorageAccounts.Connect(inbox, ledger, client => client.AddPolicy(sent, HttpPipelinePosition.PerCall));
        var keys = Path.Combine(options.DataFolder, "keys");
        await KeyFiles.CreateMissingAsync(keys, cancellationToken);
        await PrepareStorageAsync(accounts, options.DataFolder, cancellationToken);
        if (options.EventsOnly)
        {
            await accounts.AllowPagesAsync(PagesOf($"http://127.0.0.1:{LocalOptions.DefaultPort}"), cancellationToken);
            await RunEventsAsync(accounts, WhatNext.EventsOnly(inbox, ledger), cancellationToken);
        }
        else
        {
            await RunServiceAsync(options, accounts, sent, inbox, await ReadKeysAsync(keys, cancellationToken), cancellationToken);
        }
    }

    private static async Task RunServiceAsync(LocalOptions options, StorageAccounts accounts, SentMessages sent, string inbox, LogIdentity identity, CancellationToken cancellationToken)
    {
        await using var witnesses = await DemoWitnesses.StartAsync(options, accounts, identity, cancellationToken);
        await using var app = Build(options, accounts, sent, identity, witnesses.Policy);
        await BeginLogAsync(app, cancellationToken);
        await StartAsync(app, options, cancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await accounts.AllowPagesAsync(PagesOf(address), cancellationToken);
        await Console.Out.WriteLineAsync(WhatNext.Text(address, inbox, identity.Verifiers[0].ToString(), Path.GetFullPath(DemoReceiver.IdentityIn(options.DataFolder)), [.. witnesses.All.Select(witness => (witness.Name, witness.Address))]));
        await app.WaitForShutdownAsync(cancellationToken);
    }

    // As whoever is at the keyboard may write it.
    private static string[] PagesOf(string address) => [address, address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)];

    /// <summary>What Azure has around a Function App: the accounts, and Event Grid between them.</summary>
    private static async Task RunEventsAsync(StorageAccounts accounts, string whatNext, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        QuietLog(builder.Logging);
        builder.Services.AddSingleton(accounts).AddSingleton(TimeProvider.System).AddHostedService<BlobEventFeeder>();
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync(whatNext);
        await host.WaitForShutdownAsync(cancellationToken);
        await host.StopAsync(CancellationToken.None);
    }

    private static Task<AzuriteProcess> StartAzuriteAsync(LocalOptions options, CancellationToken cancellationToken) =>
        AzuriteProcess.StartAsync(
            new AzuriteOptions
            {
                Location = Path.Combine(options.DataFolder, "azurite"),
                BlobPort = options.BlobPort,
                QueuePort = options.QueuePort,
                TablePort = options.TablePort,
                Accounts = [AzuriteAccount.Inbox, AzuriteAccount.Ledger],
            },
            cancellationToken);

    private static WebApplication Build(LocalOptions options, StorageAccounts accounts, SentMessages sent, LogIdentity identity, ServicePolicy policy)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            HttpLimits.Apply(kestrel);
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        QuietLog(builder.Logging);
        builder.Services.AddAzureStorage(accounts).AddLedger().AddTrueCopyApi();
        builder.Services.AddSingleton(sent).AddSingleton(identity).AddSingleton(policy);
        if (options.Port != 0)
            builder.Services.AddSingleton(new ServiceAddress(new Uri($"http://localhost:{options.Port}/")));

        // Someone waits.
        builder.Services.AddSingleton(new WitnessingOptions { Rest = TimeSpan.FromSeconds(1), MaxRest = TimeSpan.FromSeconds(4) });
        builder.Services.AddSingleton(new SequencerOptions { DocumentWait = TimeSpan.FromSeconds(10), RetryDelay = TimeSpan.FromSeconds(2), CommitInterval = TimeSpan.FromMilliseconds(250) });
        builder.Services.AddSingleton<IInstitutionGate, LoopbackGate>();
        builder.Services.AddSingleton(Domains).AddSingleton(new DomainOptions { Interval = TimeSpan.FromSeconds(30) });

        // All who reach it are one address, this machine's; only what the process takes on limits them.
        builder.Services.AddSingleton(new ClientShare { Burst = int.MaxValue, PerSecond = int.MaxValue, HandoverBurst = int.MaxValue, HandoversPerMinute = int.MaxValue });
        builder.Services.AddHostedService<BlobEventFeeder>().AddQueueTriggers().AddTimerTriggers();

        var app = builder.Build();
        app.UseTrueCopyApi();
        return app;
    }

    private static AskDomain Domains(IServiceProvider services)
    {
        var domains = new DomainChecker(network: null, services.GetRequiredService<TimeProvider>());
        return async (domain, issuer, keys, stop) => (await domains.CheckAsync(domain, issuer, keys, stop)).Word;
    }

    internal static void QuietLog(ILoggingBuilder logging) => logging
        .ClearProviders()
        .AddSimpleConsole(console => console.SingleLine = true)
        .SetMinimumLevel(LogLevel.Warning)
        .AddFilter("TrueCopy", LogLevel.Information);

    private static async Task<LogIdentity> ReadKeysAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await KeyFiles.ReadAsync(folder, LocalOptions.Origin, cancellationToken);
        }
        catch (LogFormatException exception)
        {
            throw new StartupException($"A signing key in {folder} is damaged. Restore it, or remove the whole data folder to begin a new log.", exception);
        }
    }

    private static async Task PrepareStorageAsync(StorageAccounts accounts, string dataFolder, CancellationToken cancellationToken)
    {
        try
        {
            await accounts.CreateLedgerAsync(cancellationToken);
            await DemoIssuers.CreateAsync(accounts, cancellationToken);
            await DemoReceiver.CreateAsync(accounts, dataFolder, TimeProvider.System, cancellationToken);
        }
        catch (Exception exception) when (StorageFailure.Explains(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new StartupException($"The storage does not answer as it should: {exception.Message}", exception);
        }
    }

    private static async Task BeginLogAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.Services.GetRequiredService<Housekeeping>().RunAsync(cancellationToken);
        }
        catch (LogFormatException exception)
        {
            throw new StartupException(
                $"The storage holds a log that does not go with the keys in the data folder ({exception.Message}). "
                + "Use the data folder that it was made with, or another, empty storage.",
                exception);
        }
        catch (Exception exception) when (StorageFailure.Explains(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new StartupException($"The storage does not answer as it should: {exception.Message}", exception);
        }
    }

    private static async Task StartAsync(WebApplication app, LocalOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
        {
            throw new StartupException($"Port {options.Port} is taken. Stop what listens there, or choose another with --port.", exception);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Azure;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using TrueCopy.Api;
using TrueCopy.AzureStorage;
using TrueCopy.Local.Azurite;
using TrueCopy.Local.Events;
using TrueCopy.Local.Keys;
using TrueCopy.Local.Triggers;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Local;

/// <summary>Starts storage, prepares it, and runs the same services as the Function App until it is told to stop.</summary>
internal static class LocalService
{
    public static async Task RunAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataFolder);
        await using var azurite = options.OwnAzurite ? await StartAzuriteAsync(options, cancellationToken) : null;
        var inbox = azurite?.ConnectionString(AzuriteAccount.Inbox) ?? options.Connection!;
        var ledger = azurite?.ConnectionString(AzuriteAccount.Ledger) ?? options.Connection!;
        var accounts = StorageAccounts.Connect(inbox, ledger);
        var identity = await LocalKeys.LoadOrCreateAsync(Path.Combine(options.DataFolder, "keys"), cancellationToken);

        await using var app = Build(options, accounts, identity);
        await PrepareAsync(app, accounts, cancellationToken);
        await StartAsync(app, options, cancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await Console.Out.WriteLineAsync(WhatNext.Text(address, inbox));
        await app.WaitForShutdownAsync(cancellationToken);
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

    private static WebApplication Build(LocalOptions options, StorageAccounts accounts, LogIdentity identity)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("TrueCopy", LogLevel.Information);
        builder.Services.AddAzureStorage(accounts).AddVerification().AddTrueCopyApi();
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton(new SequencerOptions { DocumentWait = TimeSpan.FromSeconds(10), RetryDelay = TimeSpan.FromSeconds(2) });
        builder.Services.AddSingleton<IIssuerGate, LoopbackGate>();
        builder.Services.AddHostedService<BlobEventFeeder>().AddHostedService<QueueTrigger>().AddHostedService<DrainTimer>();

        var app = builder.Build();
        app.UseStatusCodePages(context => Problem.ForStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        app.MapTrueCopyApi();
        return app;
    }

    private static async Task PrepareAsync(WebApplication app, StorageAccounts accounts, CancellationToken cancellationToken)
    {
        try
        {
            await accounts.CreateLedgerAsync(cancellationToken);
            await DemoIssuers.CreateAsync(accounts, cancellationToken);
            await app.Services.GetRequiredService<RegistryWatch>().CheckAsync(cancellationToken);
            await app.Services.GetRequiredService<Sequencer>().DrainAsync(cancellationToken);
        }
        catch (LogFormatException exception)
        {
            throw new StartupException(
                $"The storage holds a log that does not go with the keys in the data folder ({exception.Message}). "
                + "Use the data folder that it was made with, or another, empty storage.",
                exception);
        }
        catch (RequestFailedException exception)
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

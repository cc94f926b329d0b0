namespace TrueCopy.Infra.Tests.Cost;

/// <summary>
/// Unit prices in US dollars that the model assumes: public list prices, pay as you go, as we know them in November 2026
/// for East Asia or the nearest region listed. They change; the model is for proportions, and a quotation comes from Azure.
/// </summary>
internal sealed record Prices(
    decimal BlobGigabyte,
    decimal BlobWrites,
    decimal BlobReads,
    decimal QueueOperations,
    decimal TableOperations,
    decimal TableGigabyte,
    decimal Executions,
    decimal GigabyteSeconds,
    decimal BusyReadyGigabyteSeconds,
    decimal IdleReadyGigabyteSeconds,
    decimal VaultOperations,
    decimal HsmKey,
    decimal Events,
    decimal LogGigabyte,
    decimal Alerts,
    decimal PrivateEndpoints,
    decimal DataOut)
{
    public static readonly Prices Dev = new(0.0196m, 0.054m, 0.0043m, 0.004m, 0.00036m, 0.045m, 0.40m, 0.000026m, 0m, 0m, 0.15m, 0m, 0.60m, 2.99m, 18.2m, 0m, 0.12m);

    public static readonly Prices Prod = Dev with
    {
        BlobGigabyte = 0.046m,
        BlobWrites = 0.12m,
        QueueOperations = 0.008m,
        TableGigabyte = 0.101m,
        BusyReadyGigabyteSeconds = 0.000016m,
        IdleReadyGigabyteSeconds = 0.000004m,
        HsmKey = 5m,
        PrivateEndpoints = 8 * 7.30m,
    };

    /// <summary>Every price with its unit, development before production.</summary>
    public static IEnumerable<(string What, decimal Dev, decimal Prod)> List =>
    [
        ("blobs, a GB and month (LRS; GZRS)", Dev.BlobGigabyte, Prod.BlobGigabyte),
        ("blob writes, 10,000", Dev.BlobWrites, Prod.BlobWrites),
        ("blob reads and others, 10,000", Dev.BlobReads, Prod.BlobReads),
        ("queue operations, 10,000", Dev.QueueOperations, Prod.QueueOperations),
        ("table operations, 10,000", Dev.TableOperations, Prod.TableOperations),
        ("tables, a GB and month", Dev.TableGigabyte, Prod.TableGigabyte),
        ("function executions, 1,000,000", Dev.Executions, Prod.Executions),
        ("function memory on demand, a GB and second", Dev.GigabyteSeconds, Prod.GigabyteSeconds),
        ("memory of an always-ready instance, busy, a GB and second", Dev.BusyReadyGigabyteSeconds, Prod.BusyReadyGigabyteSeconds),
        ("the same, idle", Dev.IdleReadyGigabyteSeconds, Prod.IdleReadyGigabyteSeconds),
        ("vault operations, 10,000", Dev.VaultOperations, Prod.VaultOperations),
        ("a key in an HSM, a month", Dev.HsmKey, Prod.HsmKey),
        ("events, 1,000,000", Dev.Events, Prod.Events),
        ("logs and metrics, a GB", Dev.LogGigabyte, Prod.LogGigabyte),
        ("alert rules, a month, all", Dev.Alerts, Prod.Alerts),
        ("private endpoints, a month, all", Dev.PrivateEndpoints, Prod.PrivateEndpoints),
        ("data out of the region, a GB", Dev.DataOut, Prod.DataOut),
    ];
}

namespace TrueCopy.Infra.Tests.Cost;

/// <summary>
/// What a month costs at a number of documents: of 200 kB, kept, uploaded evenly over the month, each verified three times.
/// A drain takes a second, so at more than one document a second a batch is as many as arrive in that second.
/// </summary>
internal sealed class CostModel(Prices prices, int alwaysReady, long documents)
{
    private const decimal SecondsAMonth = 730 * 3600;
    private const decimal MinutesAMonth = 730 * 60;
    private const decimal DocumentBytes = 200_000;
    private const decimal ReceiptBytes = 3_400;
    private const decimal LedgerBytesADocument = 1_300;
    private const decimal RowBytes = 1_700;
    private const decimal InstanceGigabytes = 2;

    // A partial bundle and a partial tile are half full on average, stand in the journal, and are written again; and the pack.
    private const decimal LedgerBytesABatch = (127.5m * (302 + 32) * 2) + 200;

    private decimal Documents => documents;

    private decimal Verifications => 3 * Documents;

    /// <summary>How many checkpoints are signed.</summary>
    public decimal Batches => Documents / Math.Max(1, Documents / SecondsAMonth);

    /// <summary>Storage operations that a document causes until it has its receipt, without verifications and without polling.</summary>
    public decimal OperationsADocument => (Writes + Reads + Queue + Table) / Documents;

    /// <summary>The bill by what it is for, in dollars.</summary>
    public IEnumerable<(string What, decimal Dollars)> Bill =>
    [
        ("storage, operations", ((Writes * prices.BlobWrites) + ((Reads + VerificationReads) * prices.BlobReads) + ((Queue + Polling) * prices.QueueOperations) + ((Table + Verifications) * prices.TableOperations)) / 10_000),
        ("storage, bytes of one month's documents", (BlobGigabytes * prices.BlobGigabyte) + (Documents * RowBytes / 1e9m * prices.TableGigabyte)),
        ("functions", Functions),
        ("vault", ((Batches + VaultReads) * prices.VaultOperations / 10_000) + prices.HsmKey),
        ("events", 5 * Documents * prices.Events / 1_000_000),
        ("logs, metrics, alerts", (LogGigabytes * prices.LogGigabyte) + prices.Alerts),
        ("private endpoints", prices.PrivateEndpoints),
    ];

    public decimal Total => Bill.Sum(item => item.Dollars);

    /// <summary>What the vault would cost if every document were signed by itself.</summary>
    public decimal VaultIfEachWereSigned => ((Documents + VaultReads) * prices.VaultOperations / 10_000) + prices.HsmKey;

    // The upload and the receipt; for each batch journal, head, checkpoint, mark, bundle, tile and status pack.
    private decimal Writes => (2 * Documents) + (7 * Batches);

    // The upload is opened; the registry is listed again after half a minute; for each batch the lease is taken and given back.
    private decimal Reads => Documents + Math.Min(Documents, SecondsAMonth / 30) + (2 * Batches);

    // Event Grid's message, its receipt and deletion, the staged act, its deletion, as if none shared a message; for each batch receipts
    // and looks.
    private decimal Queue => (5 * Documents) + (5 * Batches);

    // The act, the reference, and the note that it may be issued.
    private decimal Table => 3 * Documents;

    // The checkpoint at most once a second and instance, the newest status pack, and tiles that are not in memory.
    private decimal VerificationReads => Verifications + (6 * Math.Min(Verifications, SecondsAMonth * Math.Max(1, alwaysReady)));

    // Functions scale one by one: without uploads nobody looks into their queues. An upload has two looked into twice a second until
    // the instances are given back, here after ten minutes; the timer looks into three once a minute.
    private decimal Polling => (4 * Math.Min(SecondsAMonth, Documents * 600)) + (7 * MinutesAMonth);

    private decimal BlobGigabytes => ((Documents * (DocumentBytes + ReceiptBytes + LedgerBytesADocument)) + (Batches * LedgerBytesABatch)) / 1e9m;

    // Versions of key and seed, every five minutes an instance is awake.
    private decimal VaultReads => (documents > 1_000 ? 3 : 1) * 2 * MinutesAMonth / 5;

    private decimal LogGigabytes => (Math.Min(Documents + Verifications, 10 * SecondsAMonth) * 1_500 / 1e9m) + (documents > 1_000 ? 0.9m : 0.3m);

    private decimal Functions
    {
        get
        {
            var executions = Documents + Verifications + MinutesAMonth;
            var intake = (Math.Min(1.5m * Documents, SecondsAMonth) + MinutesAMonth) * InstanceGigabytes * prices.GigabyteSeconds;
            var verifying = Math.Min(Verifications, SecondsAMonth * Math.Max(1, alwaysReady)) * InstanceGigabytes;
            var ready = alwaysReady * SecondsAMonth * InstanceGigabytes * prices.IdleReadyGigabyteSeconds;
            var verify = verifying * (alwaysReady > 0 ? prices.BusyReadyGigabyteSeconds : prices.GigabyteSeconds);
            return (executions * prices.Executions / 1_000_000) + intake + verify + ready;
        }
    }
}

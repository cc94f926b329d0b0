namespace TrueCopy.Infra.Tests.Cost;

/// <summary>
/// What handovers add to a month's bill: packages of 2 MB that wait a day, evenly over the month, each announced, sent, listed and got
/// once, received, used once, and traced three times. Requests to storage are those that <c>HandoverCostTests</c> count.
/// </summary>
internal sealed class HandoverCostModel(Prices prices, long handovers)
{
    private const decimal SecondsAMonth = 730 * 3600;
    private const decimal PackageBytes = 2_000_000;
    private const decimal DaysWaiting = 1;
    private const decimal LedgerBytesAnAct = 1_300;
    private const decimal RowBytes = 1_700;
    private const decimal InstanceGigabytes = 2;

    // Sent, received, used.
    private const decimal ActsAHandover = 3;

    // Announced, listed, got, received, used, and traced three times.
    private const decimal RequestsAHandover = 8;

    private decimal Handovers => handovers;

    private decimal Acts => ActsAHandover * Handovers;

    /// <summary>How many checkpoints are signed for them, if nothing else is put into the log.</summary>
    public decimal Batches => Acts / Math.Max(1, Acts / SecondsAMonth);

    /// <summary>Requests to storage that a handover causes, its holder's and its receiver's own included.</summary>
    public decimal OperationsAHandover => (Writes + Reads + Queue + Table) / Handovers;

    /// <summary>What they add, by what it is for, in dollars.</summary>
    public IEnumerable<(string What, decimal Dollars)> Bill =>
    [
        ("storage, operations", ((Writes * prices.BlobWrites) + (Reads * prices.BlobReads) + (Queue * prices.QueueOperations) + (Table * prices.TableOperations)) / 10_000),
        ("storage, bytes: what waits, and what the log keeps of a month", (Gigabytes * prices.BlobGigabyte) + (Rows * RowBytes / 1e9m * prices.TableGigabyte)),
        ("packages on their way out of the region", Handovers * PackageBytes / 1e9m * prices.DataOut),
        ("functions", Functions),
        ("vault", Batches * prices.VaultOperations / 10_000),
        ("events", 5 * Handovers * prices.Events / 1_000_000),
        ("a private endpoint more", prices.PrivateEndpoints / 8),
    ];

    public decimal Total => Bill.Sum(item => item.Dollars);

    // The holder's; for each batch as for documents. Deletions are free.
    private decimal Writes => Handovers + (7 * Batches);

    // Opened to be hashed, looked at and got by the receiver, a tile for each trace; for each batch the lease.
    private decimal Reads => (6 * Handovers) + (2 * Batches);

    // Event Grid's message, its receipt and deletion; each act staged and deleted; for each batch receipts and looks.
    private decimal Queue => (3 * Handovers) + (2 * Acts) + (9 * Batches);

    // Announced; looked up when taken in and when sequenced, two notes and a row of the index; two for the list, two to get it, six to
    // trace it thrice; and for each of two acts six to look it up, before, when and after it is sequenced, and a row.
    private decimal Table => (1 + 2 + 3 + 2 + 2 + 6 + (2 * 7)) * Handovers;

    private decimal Rows => (3 * Handovers) + Acts;

    private decimal Gigabytes => ((Handovers * PackageBytes * DaysWaiting / 30) + (Acts * LedgerBytesAnAct)) / 1e9m;

    // Taking in and the two acts keep an instance a second and a half each; the other requests are answered by one that is awake.
    private decimal Functions =>
        ((1 + RequestsAHandover) * Handovers * prices.Executions / 1_000_000)
        + (Math.Min(1.5m * Acts, SecondsAMonth) * InstanceGigabytes * prices.GigabyteSeconds);
}

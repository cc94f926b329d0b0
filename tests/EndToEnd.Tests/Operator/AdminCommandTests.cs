using System.Text.Json;
using Azure.Data.Tables;
using TrueCopy.AzureStorage;
using TrueCopy.EndToEnd.Tests.Cli;
using TrueCopy.EndToEnd.Tests.Service;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary>The recovery tools on the storage of a running local service: what is lost comes back, and auditors see nothing of it.</summary>
public sealed class AdminCommandTests(AdminCommandTests.Operated operated) : IClassFixture<AdminCommandTests.Operated>
{
    private readonly TempFolder _folder = operated.Folder;
    private readonly LocalProcess _local = operated.Local;
    private readonly StorageAccounts _accounts = operated.Local.Accounts;

    [Fact]
    public async Task Lost_tables_and_a_lost_public_log_come_back_from_the_journal_beside_the_running_service()
    {
        Assert.Equal((0, ""), await DoctorAsync("--receipts"));
        foreach (var table in new[] { StorageNames.AnchorsTable, StorageNames.ReferencesTable, StorageNames.RevocationsTable, StorageNames.IssuersTable })
            await _accounts.Tables.DeleteTableAsync(table, Stop);
        Assert.Equal(1, (await Tool.AdminAsync("doctor", "--ledger", Ledger)).ExitCode);
        var rebuilt = await Tool.AdminAsync("rebuild-index", "--ledger", Ledger);
        Assert.Equal(0, rebuilt.ExitCode);
        Assert.Contains("WHOLE", rebuilt.Output, StringComparison.Ordinal);
        await AssertVerdictsAsync();
        Assert.Equal((0, ""), await DoctorAsync());

        await _accounts.Ledger.DeleteBlobContainerAsync(StorageNames.LogContainer, cancellationToken: Stop);
        Assert.Equal((1, "tile checkpoint"), await DoctorAsync());
        Assert.Equal((0, "tile checkpoint"), await DoctorAsync("--apply"));
        Assert.Equal(0, await AuditAsync("--full"));

        Assert.Equal(0, (await Tool.RunAsync("issue", _folder.File("after"), "--issuer", "demo-bank", "--inbox", _local.Inbox)).ExitCode);
        Assert.Equal(0, await AuditAsync());
        await AssertVerdictsAsync();
    }

    [Fact]
    public async Task Single_tiles_rows_receipts_and_the_checkpoint_are_mended_and_strangers_rows_go()
    {
        var log = _accounts.Ledger.GetBlobContainerClient(StorageNames.LogContainer);
        await foreach (var blob in log.GetBlobsAsync(cancellationToken: Stop))
            await log.GetBlobClient(blob.Name).UploadAsync(BinaryData.FromString("garbage"), overwrite: true, Stop);
        await CorruptAsync(StorageNames.AnchorsTable, row => row["LogIndex"] = 1L, $"sha-256:{new string('a', 64)}:{new string('0', 32)}");
        await CorruptAsync(StorageNames.AnchorsTable, row => row.Remove("Opening"), null);
        await CorruptAsync(StorageNames.ReferencesTable, null, $"{new string('a', 64)}:sha-256:{new string('a', 64)}");
        await CorruptAsync(StorageNames.RevocationsTable, null, $"sha-256:{new string('a', 64)}");
        await CorruptAsync(StorageNames.IssuersTable, row => row["Entry"] = "{}", null, "PartitionKey eq 'demo-bank'");
        await CorruptAsync(StorageNames.IssuersTable, row => row["Note"] = "", null, $"PartitionKey eq '{KeyHistory.Partition}'");
        await _accounts.Inbox.GetBlobContainerClient("answers-demo-bank").DeleteBlobAsync("receipts/file0.tlog-proof", cancellationToken: Stop);
        var letters = _accounts.Ledger.GetBlobContainerClient(StorageNames.DeadLettersContainer);
        await letters.UploadBlobAsync("staged-acts/1", BinaryData.FromString("?"), Stop);

        string[] kinds = ["tile", "act", "reference", "revocation", "issuer", "keys", "checkpoint", "receipt", "pending"];
        var seen = await DoctorAsync("--apply", "--receipts");
        Assert.Equal(1, seen.Code);
        Assert.Equal(kinds.Order(StringComparer.Ordinal), seen.Kinds.Split(' ').Distinct().Order(StringComparer.Ordinal));
        await letters.DeleteBlobAsync("staged-acts/1", cancellationToken: Stop);

        // What a damaged row hid is found the second time.
        Assert.Equal((0, ""), await RepairAgainAsync());
        Assert.Equal((0, ""), await DoctorAsync("--receipts"));
        Assert.Equal(0, await AuditAsync("--full"));
        await AssertVerdictsAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Ledger => _local.Inbox
        .Replace(AzuriteAccount.Inbox.Name, AzuriteAccount.Ledger.Name, StringComparison.Ordinal)
        .Replace(AzuriteAccount.Inbox.Key, AzuriteAccount.Ledger.Key, StringComparison.Ordinal);

    private Task<int> AuditAsync(params string[] more) => operated.AuditAsync(more);

    private async Task<(int Code, string Kinds)> DoctorAsync(params string[] more)
    {
        var run = await Tool.AdminAsync(["doctor", "--ledger", Ledger, "--inbox", _local.Inbox, "--handover", _local.Inbox, "--json", .. more]);
        var findings = JsonSerializer.Deserialize<JsonElement>(run.Output).GetProperty("findings").EnumerateArray();
        return (run.ExitCode, string.Join(' ', findings.Select(finding => finding.GetProperty("kind").GetString())));
    }

    // What is not repaired, after another run that repairs.
    private async Task<(int Code, string Left)> RepairAgainAsync()
    {
        var run = await Tool.AdminAsync("doctor", "--ledger", Ledger, "--inbox", _local.Inbox, "--json", "--apply", "--receipts");
        var findings = JsonSerializer.Deserialize<JsonElement>(run.Output).GetProperty("findings").EnumerateArray();
        return (run.ExitCode, string.Join(' ', findings.Where(finding => !finding.GetProperty("repaired").GetBoolean()).Select(finding => finding.GetProperty("what").GetString())));
    }

    private async Task AssertVerdictsAsync()
    {
        Assert.Equal(0, (await Tool.RunAsync("verify", _folder.At("file0"), "--service", _local.Address)).ExitCode);
        Assert.Equal(10, (await Tool.RunAsync("verify", _folder.At("file2"), "--service", _local.Address)).ExitCode);
    }

    // Changes a row of a table, and copies it to another key.
    private async Task CorruptAsync(string table, Action<TableEntity>? change, string? key, string? filter = null)
    {
        var client = _accounts.Tables.GetTableClient(table);
        var row = await client.QueryAsync<TableEntity>(filter, cancellationToken: Stop).FirstAsync(Stop);
        change?.Invoke(row);
        if (change is not null)
            await client.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Replace, Stop);
        if (key is not null)
            await client.UpsertEntityAsync(new TableEntity(row.PartitionKey, key), TableUpdateMode.Replace, Stop);
    }

    /// <summary>A service with storage of its own, three documents, one of them revoked, and an auditor who saw it so. Each test leaves it whole.</summary>
    public sealed class Operated : IAsyncLifetime
    {
        internal TempFolder Folder { get; } = new();

        internal LocalProcess Local { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Local = await LocalProcess.StartAsync(Folder.At("data"));
            for (var i = 0; i < 3; i++)
                Assert.Equal(0, (await Tool.RunAsync("issue", Folder.File($"file{i}"), "--issuer", "demo-bank", "--reference", $"loan-{i}", "--inbox", Local.Inbox)).ExitCode);
            Assert.Equal(0, (await Tool.RunAsync("revoke", "ref:loan-2", "--issuer", "demo-bank", "--inbox", Local.Inbox)).ExitCode);
            Assert.Equal(0, await AuditAsync());
        }

        public async ValueTask DisposeAsync()
        {
            await Local.DisposeAsync();
            Folder.Dispose();
        }

        internal async Task<int> AuditAsync(params string[] more) =>
            (await Tool.RunAsync(["audit", Local.Address, "--state", Folder.At("audit.json"), .. more])).ExitCode;
    }
}

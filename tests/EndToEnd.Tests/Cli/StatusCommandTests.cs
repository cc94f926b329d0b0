using System.Text;
using System.Text.Json;
using TrueCopy.Cli.Trust;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>The status of a log, fetched, shown and used offline by whoever tells nobody what they hold.</summary>
public sealed class StatusCommandTests : IDisposable
{
    private readonly StubService _service = new();
    private readonly TempFolder _folder = new();
    private readonly KnownLogs _known;

    public StatusCommandTests() => _known = Tool.KnownIn(_folder);

    public void Dispose()
    {
        _folder.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task Offline_a_document_stands_as_the_status_that_is_kept_says_with_the_exit_codes_of_verify()
    {
        var (stands, revoked, suspended) = (await IssueAsync("stands"), await IssueAsync("revoked"), await IssueAsync("suspended"));
        await ActAsync("revoke", "revoked");
        await ActAsync("suspend", "suspended");
        await FetchAsync();
        var asked = _service.Requests;
        Assert.StartsWith("✔ VERIFIED", (await OfflineAsync(stands, 0)).Output, StringComparison.Ordinal);
        Assert.StartsWith("✘ REVOKED", (await OfflineAsync(revoked, 10)).Output, StringComparison.Ordinal);
        Assert.StartsWith("⏸ SUSPENDED", (await OfflineAsync(suspended, 11)).Output, StringComparison.Ordinal);
        Assert.Equal(asked, _service.Requests);

        // It says how old that is, and in JSON.
        _service.World.Time.Advance(TimeSpan.FromMinutes(75));
        var run = await OfflineAsync(stands, 0);
        Assert.Contains("75 minutes ago, by the log's own status", run.Output, StringComparison.Ordinal);
        Assert.Contains("the service's word: no witnesses are asked for", run.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await OfflineAsync(revoked, 10, "--json")).Output).RootElement[0];
        Assert.Equal("revoked", json.GetProperty("status").GetString());
        Assert.True(json.GetProperty("statusAt").GetDateTimeOffset() < _service.World.Time.GetUtcNow() - TimeSpan.FromMinutes(70));
    }

    [Fact]
    public async Task What_is_issued_after_the_kept_status_or_older_than_asked_for_is_no_answer_until_it_is_fetched_anew()
    {
        var old = await IssueAsync("old");
        await FetchAsync();
        var young = await IssueAsync("young");
        Assert.Contains("truecopy status fetch", (await OfflineAsync(young, 3)).Output, StringComparison.Ordinal);
        await OfflineAsync(old, 0, "--max-age", "30m");
        _service.World.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Contains("longer ago than --max-age allows", (await OfflineAsync(old, 3, "--max-age", "30m")).Error, StringComparison.Ordinal);
        await FetchAsync();
        await OfflineAsync(young, 0, "--max-age", "30m");
    }

    [Fact]
    public async Task Of_a_document_that_was_issued_again_an_older_receipt_is_told_as_that()
    {
        var file = await IssueAsync("twice");
        _service.World.Time.Advance(TimeSpan.FromMinutes(1));
        await _service.IssueAsync(Encoding.UTF8.GetBytes("twice"), metadata: new() { ["type"] = "corrected" });
        await FetchAsync();
        var run = await OfflineAsync(file, 1);
        Assert.StartsWith("↻ ISSUED AGAIN", run.Output, StringComparison.Ordinal);
        Assert.Contains("another issue of the same document counts", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_keeps_it_in_a_file_of_the_users_choice_and_show_tells_what_it_says()
    {
        await IssueAsync("revoked");
        await ActAsync("revoke", "revoked");
        Settle();
        var file = _folder.At("status.json.gz");
        var run = await RunAsync(0, "status", "fetch", "--to", file, "--key", _service.Key);
        Assert.StartsWith($"✔ KEPT  {file}", run.Output, StringComparison.Ordinal);
        Assert.Contains("revoked: 1", run.Output, StringComparison.Ordinal);
        var shown = JsonDocument.Parse((await RunAsync(0, "status", "show", file, "--key", _service.Key, "--json")).Output).RootElement[0];
        Assert.Equal((1, 0), (shown.GetProperty("counts").GetProperty("revoked").GetInt32(), shown.GetProperty("from").GetInt32()));
        await RunAsync(0, "status", "fetch", "--to", file, "--key", _service.Key);

        // By other keys it is of another log, and altered it is none.
        var stranger = new InMemoryWorld().Identity.Verifiers[0].ToString();
        Assert.Contains("is no status of this log", (await RunAsync(1, "status", "show", file, "--key", stranger)).Error, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);
        await RunAsync(1, "status", "show", file, "--key", _service.Key);

        // Nor is what is no status replaced by one.
        Assert.Contains("Remove it, or name another file", (await RunAsync(1, "status", "fetch", "--to", file, "--key", _service.Key)).Error, StringComparison.Ordinal);
        Assert.Equal(bytes.Length / 2, new FileInfo(file).Length);
        Assert.Contains("truecopy status fetch", (await RunAsync(2, "status", "show", _folder.At("none"), "--key", _service.Key)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_that_keeps_back_a_revocation_is_not_kept()
    {
        await IssueAsync("revoked");
        await ActAsync("revoke", "revoked");
        _service.LieAboutStatus = status => status with { Pages = default };
        Settle();
        Assert.Contains("not the one that the log commits to", (await RunAsync(3, "status", "fetch", "--key", _service.Key)).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.At("config/truecopy"), "*.gz", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_age_is_minutes_hours_or_days()
    {
        var file = await IssueAsync("document");
        foreach (var age in new[] { "", "1", "1s", "0m", "-1h", "1.5h", "4000d", "99999999m", "h", "１h" })
            Assert.Contains("--max-age is minutes, hours or days", (await RunAsync(2, "verify", file, "--max-age", age)).Error, StringComparison.Ordinal);
        foreach (var age in new[] { "1m", "1h", "3650d" })
            await RunAsync(0, "verify", file, "--max-age", age);
    }

    [Fact]
    public async Task A_receipt_is_made_fresh_by_the_service_and_in_private_and_says_how_the_document_stands()
    {
        var file = await IssueAsync("document");
        var old = await File.ReadAllTextAsync(file + ".tlog-proof", TestContext.Current.CancellationToken);
        await ActAsync("revoke", "document");
        Settle();
        var run = await RunAsync(0, "receipt", "refresh", file, "--key", _service.Key);
        Assert.Contains("it is revoked, by the log's status in the receipt", run.Output, StringComparison.Ordinal);
        var check = await RunAsync(0, "receipt", "check", file, "--key", _service.Key);
        Assert.Contains("it is revoked, by the log's status in the receipt", check.Output, StringComparison.Ordinal);
        var fresh = await File.ReadAllTextAsync(file + ".tlog-proof", TestContext.Current.CancellationToken);
        Assert.NotEqual(old, fresh);

        // In private: out of the public log, with the status that is kept, and the service hears of no receipt.
        await File.WriteAllTextAsync(file + ".tlog-proof", old, TestContext.Current.CancellationToken);
        var status = _folder.At("status.json.gz");
        await RunAsync(0, "status", "fetch", "--to", status, "--key", _service.Key);
        var before = _service.Requests;
        await RunAsync(0, "receipt", "refresh", file, "--log", "http://127.0.0.1:7071", "--status", status, "--key", _service.Key);
        Assert.All(_service.Asked.Skip(before), path => Assert.Matches("checkpoint$|^/log/tile/", path));
        Assert.Contains("it is revoked", (await RunAsync(0, "receipt", "check", file, "--key", _service.Key)).Output, StringComparison.Ordinal);

        // Without a status it proves no standing, and that is told.
        await RunAsync(0, "receipt", "refresh", file, "--log", "http://127.0.0.1:7071", "--key", _service.Key);
        Assert.Contains("not that it still stands", (await RunAsync(0, "receipt", "check", file, "--key", _service.Key)).Output, StringComparison.Ordinal);
        await RunAsync(2, "receipt", "refresh", file, "--status", status, "--key", _service.Key);
    }

    private async Task<string> IssueAsync(string document)
    {
        await _service.IssueAsync(Encoding.UTF8.GetBytes(document));
        Settle();
        var file = _folder.File(document);
        await RunAsync(0, "verify", file, "--save-receipts");

        // As a receipt of before the log kept status, of which only the kept status can say how its document stands.
        var receipt = Receipt.Parse(await File.ReadAllBytesAsync(file + ".tlog-proof", TestContext.Current.CancellationToken));
        var bare = Receipt.Create(receipt.Proof.Index, receipt.Entry, receipt.Opening, null, null, receipt.Proof.Path, receipt.Proof.Checkpoint);
        await File.WriteAllBytesAsync(file + ".tlog-proof", bare.Encode(), TestContext.Current.CancellationToken);
        return file;
    }

    private Task ActAsync(string act, string document) => _service.ActAsync("bank", act, Encoding.UTF8.GetBytes(document));

    private async Task FetchAsync()
    {
        Settle();
        await RunAsync(0, "status", "fetch");
    }

    private Task<ToolRun> OfflineAsync(string file, int exitCode, params string[] more) => RunAsync(exitCode, ["verify", file, "--offline", .. more]);

    private async Task<ToolRun> RunAsync(int exitCode, params string[] arguments)
    {
        var run = await Tool.RunAsync(_service, _known, arguments);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}\n{run.Output}{run.Error}");
        return run;
    }

    // The service reads its checkpoint again after a second.
    private void Settle() => _service.World.Time.Advance(TimeSpan.FromSeconds(2));
}

using System.Text.Json;
using TrueCopy.Cli;
using TrueCopy.Cli.Monitoring;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary><c>truecopy monitor</c> tells an institution everything that is new under its name, once, and nothing else.</summary>
public sealed class MonitorCommandTests : WatchedLog
{
    private const string Secret = "a-secret-that-nobody-prints";

    [Fact]
    public async Task The_first_run_says_how_things_stand_and_later_ones_what_is_new_once()
    {
        await IssueAsync(3);
        var (code, json, _) = await MonitorAsync();
        Assert.Equal((0, true, 3, 1), (code, json.GetProperty("isFirst").GetBoolean(), Count(json, "act"), Count(json, "registry")));
        Assert.Equal(0, json.GetProperty("entries").GetArrayLength());
        Assert.Equal("The bank Ltd", json.GetProperty("names")[0].GetString());
        Assert.Equal(0, (await MonitorAsync()).Code);

        await IssueAsync(2);
        (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.News, 2), (code, Count(json, "act")));
        Assert.Equal([(9, "issue"), (11, "issue")], Entries(json).Select(one => (one.GetProperty("logIndex").GetInt32(), one.GetProperty("act").GetString())));
        Assert.Equal(0, (await MonitorAsync()).Code);

        await IssueAsync(1);
        var text = await TellAsync("monitor", "--issuer", "bank", "--service", "http://log.example", "--state", Folder.At("state.json"));
        Assert.Equal(ExitCode.News, text.ExitCode);
        Assert.Contains("! NEW  bank: 1 under its id", text.Output, StringComparison.Ordinal);
        Assert.Matches("entry 13, .*Z: issue", text.Output);
    }

    [Fact]
    public async Task What_others_do_is_nothing_new()
    {
        World.AddIssuer("other");
        await IssueAsync(1);
        await MonitorAsync();
        await IssueAsync(300, "other");
        Assert.Equal(0, (await MonitorAsync()).Code);
    }

    [Fact]
    public async Task Entries_of_a_bundle_that_was_not_full_are_told_once()
    {
        World.AddIssuer("other");
        await IssueAsync(1);
        await MonitorAsync();
        await IssueAsync(200);
        Assert.Equal(200, Count((await MonitorAsync()).Json, "act"));
        await IssueAsync(200);
        var (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.News, 200), (code, Count(json, "act")));
        Assert.Equal(200, Entries(json).Select(one => one.GetProperty("logIndex").GetInt64()).Distinct().Count());
    }

    [Fact]
    public async Task A_change_of_the_registry_and_of_the_logs_keys_is_told()
    {
        World.AddIssuer("other");
        await IssueAsync(1);
        await MonitorAsync();
        World.Time.Advance(TimeSpan.FromSeconds(1));
        World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "Another Name Ltd", ["jurisdiction"] = "CN-GD", ["domain"] = "bank.example" });
        World.Time.Advance(TimeSpan.FromMinutes(5));
        await IssueAsync(1);
        var (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.News, 1), (code, Count(json, "registry")));
        var registry = Assert.Single(Entries(json), one => one.GetProperty("kind").GetString() == "registry");
        Assert.Equal(("Another Name Ltd", "CN-GD"), (registry.GetProperty("legalName").GetString(), registry.GetProperty("jurisdiction").GetString()));

        var (old, second, next) = (World.Identity.Signers[0], World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        await RotateAsync(next, old, second);
        (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.News, 1), (code, Count(json, "keys")));
        Assert.Contains(next.Verifier.ToString(), Assert.Single(Entries(json)).GetProperty("keys").EnumerateArray().Select(key => key.GetString()));
    }

    [Fact]
    public async Task A_change_of_the_key_that_a_receivers_packages_are_sealed_to_is_told_and_a_receiver_of_a_name_like_its_own()
    {
        await using var service = World.Start();
        World.AddReceiver("bank");
        await service.Housekeeping.RunAsync(Stop);
        var (code, json, _) = await MonitorAsync();
        Assert.Equal((0, 1), (code, Count(json, "receiver")));

        // Whoever runs the service puts a key of his own there.
        World.Time.Advance(TimeSpan.FromMinutes(5));
        World.AddReceiver("bank", new byte[32]);
        World.AddReceiver("banc");
        await service.Housekeeping.RunAsync(Stop);
        (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.News, 1, 1), (code, Count(json, "receiver"), Count(json, "namesake")));
        Assert.Contains(EncryptionKey.Encode(new byte[32]), Entries(json).Select(one => one.TryGetProperty("encryptionKey", out var key) ? key.GetString() : null));
        Assert.Equal(0, (await MonitorAsync()).Code);
    }

    [Fact]
    public async Task Another_institution_that_is_called_almost_the_same_is_told_also_at_the_first_run()
    {
        World.AddIssuer("banc");
        World.AddIssuer("other");
        await IssueAsync(1);
        await IssueAsync(1, "banc");
        await IssueAsync(1, "other");
        var (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.News, true), (code, json.GetProperty("isFirst").GetBoolean()));
        var namesake = Assert.Single(Entries(json));
        Assert.Equal(("namesake", "banc", "The banc Ltd"), (namesake.GetProperty("kind").GetString(), namesake.GetProperty("issuer").GetString(), namesake.GetProperty("legalName").GetString()));
        Assert.Equal(0, (await MonitorAsync()).Code);
        World.AddIssuer("tank");
        await IssueAsync(1, "tank");
        Assert.Equal("tank", Assert.Single(Entries((await MonitorAsync()).Json)).GetProperty("issuer").GetString());
    }

    [Fact]
    public async Task A_log_that_does_not_hold_has_the_exit_codes_of_an_audit_and_tells_nothing_of_the_institution()
    {
        await IssueAsync(3);
        var old = World.Ledger.Published.Last();
        await IssueAsync(1);
        await MonitorAsync();
        World.Ledger.SetCheckpoint(old);
        var (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.Rollback, 0), (code, json.GetProperty("entries").GetArrayLength()));
        World.Ledger.SetCheckpoint(World.Ledger.Published.Last());
        var fork = await MirrorAsync("mirror.example", isFork: true, entries: 9);
        Assert.Equal(ExitCode.MirrorSplit, (await MonitorAsync("--mirror", fork)).Code);
        Assert.Equal(ExitCode.NotWitnessed, (await MonitorAsync("--policy", PolicyFile(Witnesses.PolicyOf([])))).Code);
        await IssueAsync(1);
        Log.Instead = (path, _) => path.StartsWith("tile/entries", StringComparison.Ordinal) ? LogOverHttp.Bytes(new byte[10]) : null;
        (code, json, _) = await MonitorAsync();
        Assert.Equal((ExitCode.NotVerified, 0), (code, json.GetProperty("entries").GetArrayLength()));
        Log.Instead = (_, _) => null;
        Assert.Equal(1, Count((await MonitorAsync()).Json, "act"));
    }

    [Fact]
    public async Task A_run_that_was_cut_short_tells_it_again()
    {
        await IssueAsync(1);
        await MonitorAsync();
        await IssueAsync(600);
        Log.Instead = (path, _) => path.StartsWith("tile/entries/002", StringComparison.Ordinal) ? LogOverHttp.Status(400) : null;
        Assert.Equal(ExitCode.NoAnswer, (await MonitorAsync()).Code);
        Log.Instead = (_, _) => null;
        Assert.Equal(600, Count((await MonitorAsync()).Json, "act"));
    }

    [Fact]
    public async Task A_webhook_is_told_what_is_new_with_its_secret_and_until_it_takes_it()
    {
        await IssueAsync(1);
        await MonitorAsync();
        await IssueAsync(1);
        var posted = new List<(string? Secret, string Body)>();
        var status = 400;
        Hosts.Take = (request, body) =>
        {
            posted.Add((request.Headers.Authorization?.ToString(), body));
            return LogOverHttp.Status(status);
        };
        Environment.SetEnvironmentVariable(Webhook.SecretVariable, Secret);
        try
        {
            string[] hook = ["--webhook", "https://bank.example/hook"];
            var refused = await MonitorAsync(hook);
            Assert.Equal(ExitCode.Undelivered, refused.Code);
            Assert.Contains("the webhook did not take it: HTTP status 400", refused.Error, StringComparison.Ordinal);
            status = 204;
            var taken = await MonitorAsync(hook);
            Assert.Equal((ExitCode.News, 1), (taken.Code, Count(taken.Json, "act")));
            Assert.Equal(2, posted.Count);
            Assert.All(posted, one => Assert.Equal($"Bearer {Secret}", one.Secret));
            Assert.Equal(30, JsonDocument.Parse(posted[1].Body).RootElement.GetProperty("exitCode").GetInt32());

            // Where there is nothing to tell it is told nothing.
            Assert.Equal(0, (await MonitorAsync(hook)).Code);
            Assert.Equal(2, posted.Count);
            Assert.DoesNotContain(Secret, $"{refused.Json}{refused.Error}{taken.Json}{taken.Error}", StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Webhook.SecretVariable, null);
        }
    }

    [Fact]
    public async Task A_webhook_whose_fault_may_pass_is_asked_again()
    {
        await IssueAsync(1);
        await MonitorAsync();
        await IssueAsync(1);
        var asked = 0;
        Hosts.Take = (_, _) => LogOverHttp.Status(asked++ == 0 ? 503 : 200);
        Assert.Equal(ExitCode.News, (await MonitorAsync("--webhook", "http://127.0.0.1:9/hook")).Code);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("http://bank.example/hook")]
    [InlineData("ftp://bank.example/hook")]
    [InlineData("nonsense")]
    public async Task A_webhook_is_an_https_address(string address) =>
        Assert.Equal(ExitCode.Usage, (await MonitorAsync("--webhook", address)).Code);

    [Fact]
    public async Task What_is_remembered_is_of_one_institution_and_whole()
    {
        await IssueAsync(1);
        Assert.Equal(0, (await MonitorAsync()).Code);
        var other = await RunAsync("monitor", "--issuer", "other", "--service", "http://log.example", "--state", Folder.At("state.json"));
        Assert.Equal(ExitCode.Usage, other.Code);
        await File.WriteAllTextAsync(Folder.At("state.json"), "{}", Stop);
        Assert.Equal(ExitCode.Usage, (await MonitorAsync()).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("monitor", "--issuer", "The Bank", "--service", "http://log.example")).Code);
    }

    [Fact]
    public async Task When_the_operator_is_gone_the_watch_goes_on_from_a_mirror()
    {
        await IssueAsync(1);
        await MonitorAsync();
        await IssueAsync(1);
        var mirror = await MirrorAsync("mirror.example");
        Hosts.IsLogGone = true;
        Assert.Equal((ExitCode.News, 1), ((await MonitorAsync("--log", mirror)).Code, 1));
    }

    private static int Count(JsonElement json, string kind) => json.GetProperty("counts").TryGetProperty(kind, out var count) ? count.GetInt32() : 0;

    private static JsonElement[] Entries(JsonElement json) => [.. json.GetProperty("entries").EnumerateArray()];

    private Task<(int Code, JsonElement Json, string Error)> MonitorAsync(params string[] more) =>
        RunAsync(["monitor", "--issuer", "bank", "--service", "http://log.example", "--state", Folder.At("state.json"), .. more]);
}

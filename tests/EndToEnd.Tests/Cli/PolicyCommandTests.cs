using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TrueCopy.Cli.Trust;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>The tool counts what the witnesses of its policy have seen, says who saw it, and holds a service to the policy that it named first.</summary>
public sealed class PolicyCommandTests : ToolTests
{
    private readonly KnownLogs _known;
    private readonly BothSides _witnesses;
    private readonly string _policy;

    public PolicyCommandTests()
    {
        _known = Tool.KnownIn(Folder);
        _witnesses = new BothSides(Service.World.Time);
        _policy = Folder.File("both.policy", Encoding.UTF8.GetBytes(_witnesses.PolicyOf([])));
    }

    [Fact]
    public async Task Who_saw_the_log_and_when_is_said_in_words_and_in_JSON()
    {
        Service.Cosign = _witnesses.Cosign;
        var file = await IssuedFileAsync("document");
        var run = await RunAsync("verify", file, "--policy", _policy);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"  seen by hongkong 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ, shenzhen 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ\n", run.Output);
        var json = Json(await RunAsync("verify", file, "--policy", _policy, "--json"));
        var witnesses = json.GetProperty("witnesses");
        Assert.True(witnesses.GetProperty("enough").GetBoolean());
        Assert.Equal("all of hongkong, shenzhen", witnesses.GetProperty("asks").GetString());
        Assert.Equal(["hongkong", "shenzhen"], witnesses.GetProperty("seenBy").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        Assert.Equal(_witnesses.HongKong.Verifier.ToString(), witnesses.GetProperty("seenBy")[0].GetProperty("key").GetString());
    }

    [Fact]
    public async Task What_too_few_have_seen_has_an_exit_code_of_its_own_and_words_that_say_what_to_do()
    {
        Service.Cosign = note => BothSides.Cosign(note, _witnesses.HongKong);
        var file = await IssuedFileAsync("document");
        var run = await RunAsync("verify", file, "--policy", _policy);
        Assert.Equal(4, run.ExitCode);
        Assert.StartsWith("‼ NOT WITNESSED", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"seen by 1 of 2: hongkong \S+ \S+Z; not by shenzhen\.", run.Output);
        Assert.Contains("Your policy asks for all of hongkong, shenzhen.", run.Output, StringComparison.Ordinal);
        Assert.Contains("This says nothing about the file.", run.Output, StringComparison.Ordinal);
        var json = Json(await RunAsync("verify", file, "--policy", _policy, "--json"));
        Assert.False(json.TryGetProperty("verdict", out _));
        Assert.Equal("shenzhen", json.GetProperty("witnesses").GetProperty("notSeenBy")[0].GetString());

        // Nothing of it is remembered.
        Assert.Empty(_known.All());
    }

    [Fact]
    public async Task An_answer_that_is_forged_and_not_witnessed_either_is_told_as_no_answer_and_nothing_is_kept()
    {
        var file = await IssuedFileAsync("document");
        Service.Lie = verdict => verdict with { Verdict = Verdict.Revoked, Digest = new string('0', 64) };
        var run = await RunAsync("verify", file, "--policy", _policy);
        Assert.Equal((3, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("‼ NO ANSWER", run.Output, StringComparison.Ordinal);
        Assert.Empty(_known.All());
    }

    [Fact]
    public async Task Of_two_first_contacts_at_once_the_later_is_held_to_the_policy_that_the_earlier_was_told()
    {
        Serve("all hongkong shenzhen");
        var file = await IssuedFileAsync("document");
        ToolRun? meanwhile = null;
        Service.Instead = request =>
        {
            if (meanwhile is null && request.RequestUri!.AbsolutePath == "/v1/verify")
            {
                meanwhile = new ToolRun(0, "", "");
                meanwhile = RunAsync("verify", file).GetAwaiter().GetResult();
                Serve("any hongkong shenzhen");
                Service.Cosign = note => BothSides.Cosign(note, _witnesses.HongKong);
            }

            return null;
        };
        var run = await RunAsync("verify", file);
        Assert.Equal((0, 3, ""), (meanwhile!.ExitCode, run.ExitCode, run.Output));
        Assert.Contains("it named other witnesses to that one", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_files_the_table_says_once_who_saw_the_log()
    {
        Service.Cosign = _witnesses.Cosign;
        string[] files = [await IssuedFileAsync("a"), await IssuedFileAsync("b"), await IssuedFileAsync("c")];
        var run = await RunAsync(["verify", .. files, "--policy", _policy]);
        Assert.Equal(0, run.ExitCode);
        Assert.Single(run.Output.Split('\n'), line => line.Contains("seen by hongkong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_policy_it_says_that_nobody_but_the_operator_vouches()
    {
        var run = await RunAsync("verify", await IssuedFileAsync("document"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("  not witnessed: that others are shown the same log is its operator's word alone", run.Output, StringComparison.Ordinal);
        Assert.False(Json(await RunAsync("verify", Folder.At("document"), "--json")).TryGetProperty("witnesses", out _));
    }

    [Fact]
    public async Task The_services_policy_is_kept_at_first_use_and_the_service_held_to_it()
    {
        Serve("all hongkong shenzhen");
        var file = await IssuedFileAsync("document");
        var first = await RunAsync("verify", file);
        Assert.Equal(0, first.ExitCode);
        Assert.Contains("is held to that: all of hongkong, shenzhen (truecopy policy show)", first.Output, StringComparison.Ordinal);
        Assert.Contains("has to have been seen by all of hongkong, shenzhen", (await RunAsync("keys", "list")).Output, StringComparison.Ordinal);
        Service.Cosign = note => BothSides.Cosign(note, _witnesses.Shenzhen);
        Assert.Equal(4, (await RunAsync("verify", file)).ExitCode);
    }

    [Fact]
    public async Task What_the_service_names_still_is_said_to_be_the_same_and_needs_no_yes()
    {
        Serve("all hongkong shenzhen");
        await RunAsync("verify", await IssuedFileAsync("document"));
        var shown = await RunAsync("policy", "show");
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("the service names the same now", shown.Output, StringComparison.Ordinal);
        var accepted = await RunAsync("policy", "accept");
        Assert.Equal((0, ""), (accepted.ExitCode, accepted.Error));
        Assert.StartsWith("held to it already: all of hongkong, shenzhen", accepted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keys_that_are_known_become_a_file_for_key_by_the_line_in_the_documents()
    {
        Serve("all hongkong shenzhen");
        await RunAsync("verify", await IssuedFileAsync("document"));
        var log = Assert.Single(_known.All());
        Assert.True(await _known.ReplaceAsync(log, log with { Retired = [new InMemoryWorld().Identity.Verifiers[0].ToString()] }, TestContext.Current.CancellationToken));
        var documents = await File.ReadAllTextAsync(RepositoryFolder.At("docs", "verifiers.md"), TestContext.Current.CancellationToken);
        var line = Assert.Single(documents.Split('\n'), line => line.StartsWith("$ truecopy keys list | ", StringComparison.Ordinal));
        var listed = Folder.File("listed", Encoding.UTF8.GetBytes((await RunAsync("keys", "list")).Output));
        var run = await ToolProcess.RunAsync(new ProcessStartInfo("sh", ["-c", line.Replace("$ truecopy keys list | ", $"cat {listed} | ", StringComparison.Ordinal)]) { WorkingDirectory = Folder.Path });
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(log.Keys, await File.ReadAllLinesAsync(Folder.At("log.vkey"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_policy_later_is_told_each_time_and_counts_only_once_it_is_accepted()
    {
        Serve("all hongkong shenzhen");
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        Serve("any hongkong shenzhen");
        Service.Cosign = note => BothSides.Cosign(note, _witnesses.Shenzhen);
        for (var i = 0; i < 2; i++)
        {
            var run = await RunAsync("verify", file);
            Assert.Equal(4, run.ExitCode);
            Assert.Contains("other ones than until now (all of hongkong, shenzhen): one of hongkong, shenzhen", run.Error, StringComparison.Ordinal);
            Assert.Contains("truecopy policy accept --service http://127.0.0.1:7071/", run.Error, StringComparison.Ordinal);
        }

        var shown = await RunAsync("policy", "show");
        Assert.Equal(1, shown.ExitCode);
        Assert.Contains("held to: all of hongkong, shenzhen", shown.Output, StringComparison.Ordinal);
        Assert.Contains("the service names now: one of hongkong, shenzhen", shown.Output, StringComparison.Ordinal);

        Assert.Equal(2, (await RunAsync("policy", "accept")).ExitCode);
        Assert.Equal(4, (await RunAsync("verify", file)).ExitCode);
        Assert.Equal(0, (await RunAsync("policy", "accept", "--yes")).ExitCode);
        Assert.Equal((0, ""), ((await RunAsync("verify", file)).ExitCode, (await RunAsync("verify", file)).Error));
        Assert.Equal(0, (await RunAsync("policy", "show")).ExitCode);
    }

    [Fact]
    public async Task A_service_that_names_no_witnesses_any_more_is_told_loudly_and_prints_no_result()
    {
        Serve("all hongkong shenzhen");
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        Service.Policy = null;
        var run = await RunAsync("verify", file);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("WARNING: WHO HAS TO HAVE SEEN THE LOG IS NOT WHAT IT WAS", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("policy", "accept", "--yes")).ExitCode);

        // A policy that was given is nobody's to withdraw.
        Assert.Equal(0, (await RunAsync("verify", file, "--policy", _policy)).ExitCode);
    }

    [Fact]
    public async Task A_policy_that_names_the_logs_keys_is_all_that_a_receipt_needs()
    {
        Service.Cosign = _witnesses.Cosign;
        var file = await IssuedFileAsync("document");
        var policy = Folder.File("log.policy", Encoding.UTF8.GetBytes(_witnesses.PolicyOf(Service.World.Identity.Verifiers)));
        Assert.Equal(0, (await RunAsync("verify", file, "--policy", policy, "--save-receipts")).ExitCode);
        var run = await RunAsync("receipt", "check", file, "--policy", policy);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("seen by hongkong", run.Output, StringComparison.Ordinal);
        var offline = await Tool.RunAsync(Service, "verify", file, "--offline", "--policy", policy);
        Assert.Equal(0, offline.ExitCode);
        Assert.Contains("seen by hongkong", offline.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_of_before_the_witnesses_is_not_covered_and_says_how_to_get_one_of_today()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file, "--save-receipts");
        foreach (var arguments in new string[][] { ["receipt", "check", file, "--key", Service.Key], ["verify", file, "--offline", "--key", Service.Key] })
        {
            Assert.Equal(0, (await RunAsync(arguments)).ExitCode);
            var run = await RunAsync([.. arguments, "--policy", _policy]);
            Assert.Equal(4, run.ExitCode);
            Assert.Contains("‼ NOT WITNESSED", run.Output, StringComparison.Ordinal);
            Assert.Contains("seen by none of 2: not by hongkong, shenzhen", run.Output, StringComparison.Ordinal);
            Assert.Contains("get one of today: truecopy verify FILE --save-receipts", run.Output, StringComparison.Ordinal);
            var json = Json(await RunAsync([.. arguments, "--policy", _policy, "--json"]));
            Assert.Equal("witnesses", json.GetProperty("fault").GetString());
            Assert.False(json.GetProperty("witnesses").GetProperty("enough").GetBoolean());
        }

        Service.Cosign = _witnesses.Cosign;
        Assert.Equal(0, (await RunAsync("verify", file, "--save-receipts", "--policy", _policy)).ExitCode);
        Assert.Equal(0, (await RunAsync("receipt", "check", file, "--key", Service.Key, "--policy", _policy)).ExitCode);
    }

    [Fact]
    public async Task A_receipt_is_made_anew_from_the_public_log_alone_and_todays_witnesses_have_seen_that_one()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file, "--save-receipts");
        await IssuedFileAsync("another");
        Service.Cosign = _witnesses.Cosign;
        var before = Service.Requests;
        string[] judge = ["--key", Service.Key, "--policy", _policy];
        var run = await RunAsync(["receipt", "refresh", file, "--log", "https://verify.example", .. judge]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("of a log of 7 entries, seen by hongkong", run.Output, StringComparison.Ordinal);
        Assert.All(Service.Asked.Skip(before), path => Assert.Matches("/checkpoint$|^/log/tile/0/", path));
        Assert.Equal(0, (await RunAsync(["receipt", "check", file, .. judge])).ExitCode);
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_made_anew_stays_as_it_is()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file, "--save-receipts");
        var old = await File.ReadAllTextAsync(file + ".tlog-proof", TestContext.Current.CancellationToken);
        string[] refresh = ["receipt", "refresh", file, "--log", "https://verify.example", "--key", Service.Key];
        Assert.Equal(4, (await RunAsync([.. refresh, "--policy", _policy])).ExitCode);
        using var other = new StubService();
        await other.IssueAsync("document"u8.ToArray());
        Assert.Equal(1, (await Tool.RunAsync(other, _known, refresh)).ExitCode);
        var world = new InMemoryWorld();
        world.SignWith([.. Service.World.Identity.Signers]);
        using var fork = new StubService(world);
        await fork.IssueAsync("document"u8.ToArray());
        var refused = await Tool.RunAsync(fork, _known, refresh);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("The entry is not in the log that is shown now.", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("receipt", "refresh", file, "--log", "https://verify.example")).ExitCode);
        Assert.Equal(old, await File.ReadAllTextAsync(file + ".tlog-proof", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("witness hongkong\nquorum hongkong\n", "line 1")]
    [InlineData("# comment\nquorum nobody\n", "line 2: \"nobody\" is not defined before this line")]
    [InlineData("quorum none", "line 1: the line does not end with a newline")]
    [InlineData("", "there is no quorum line")]
    public async Task A_file_with_a_mistake_is_refused_with_line_and_reason(string content, string reason)
    {
        var file = await IssuedFileAsync("document");
        var policy = Folder.File("wrong.policy", Encoding.UTF8.GetBytes(content));
        var before = Service.Requests;
        foreach (var arguments in new string[][] { ["verify", file, "--policy", policy], ["verify", file, "--offline", "--policy", policy], ["receipt", "check", file, "--key", Service.Key, "--receipt", file, "--policy", policy], ["policy", "check", policy] })
        {
            var run = await RunAsync(arguments);
            Assert.Equal((2, ""), (run.ExitCode, run.Output));
            Assert.Contains(reason, run.Error, StringComparison.Ordinal);
            Assert.Contains("wrong.policy cannot be used as a policy: ", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, Service.Requests);
        Assert.Equal(2, (await RunAsync("verify", file, "--policy", Folder.At("missing"))).ExitCode);
    }

    [Fact]
    public async Task A_policy_can_be_looked_at_before_it_is_used()
    {
        var run = await RunAsync("policy", "check", _policy);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("all of hongkong, shenzhen", run.Output, StringComparison.Ordinal);
        Assert.Contains(_witnesses.Shenzhen.Verifier.ToString(), run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_was_known_before_it_had_witnesses_says_that_it_has_some_now()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        Serve("all hongkong shenzhen");
        var run = await RunAsync("verify", file);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("there are witnesses that have to have seen the log: all of hongkong, shenzhen", run.Error, StringComparison.Ordinal);
        Assert.Contains("not witnessed", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("policy", "accept", "--yes")).ExitCode);
        Assert.Contains("seen by hongkong", (await RunAsync("verify", file)).Output, StringComparison.Ordinal);
    }

    private void Serve(string group)
    {
        Service.Policy = _witnesses.PolicyOf(Service.World.Identity.Verifiers, group);
        Service.Cosign = _witnesses.Cosign;
    }

    private static JsonElement Json(ToolRun run) => JsonDocument.Parse(run.Output).RootElement[0];

    private Task<ToolRun> RunAsync(params string[] arguments) => Tool.RunAsync(Service, _known, arguments);
}

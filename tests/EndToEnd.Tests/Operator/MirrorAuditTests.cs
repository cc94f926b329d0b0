using System.Text;
using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary><c>truecopy audit</c> with witnesses and mirrors: what the operator shows one and not the other is found out.</summary>
public sealed class MirrorAuditTests : WatchedLog
{
    [Theory]
    [InlineData(0, "same")]
    [InlineData(2, "behind")]
    public async Task A_mirror_of_the_same_log_agrees_whether_it_is_behind_or_not(int more, string state)
    {
        await IssueAsync(3);
        var mirror = await MirrorAsync("mirror.example");
        await IssueAsync(more);
        var (code, json, _) = await AuditAsync("--mirror", mirror);
        Assert.Equal((0, state), (code, State(json)));
        Assert.Equal(9, json.GetProperty("mirrors")[0].GetProperty("size").GetInt64());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_split_view_between_operator_and_mirror_is_found_at_any_size_and_both_notes_are_kept(int entries)
    {
        await IssueAsync(3);
        var mirror = await MirrorAsync("mirror.example", isFork: true, entries);
        var (code, json, _) = await AuditAsync("--mirror", mirror);
        Assert.Equal((ExitCode.MirrorSplit, "splitView", "holds"), (code, State(json), json.GetProperty("outcome").GetString()));
        var evidence = await File.ReadAllTextAsync(json.GetProperty("mirrors")[0].GetProperty("evidence").GetString()!, Stop);
        Assert.Contains(Encoding.UTF8.GetString(World.Ledger.Published.Last().Span), evidence, StringComparison.Ordinal);
        Assert.Contains($"--- shown by https://mirror.example/mirror/", evidence, StringComparison.Ordinal);
        Assert.Equal(2, evidence.Split($"{InMemoryWorld.Origin}\n").Length - 1);
        var text = await TellAsync("audit", "http://log.example", "--state", Folder.At("state.json"), "--mirror", mirror);
        Assert.Contains("‼ SPLIT VIEW  the log signed one thing for https://mirror.example/ and another for you", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_that_has_more_than_the_operator_shows_is_told()
    {
        await IssueAsync(3);
        var old = World.Ledger.Published.Last();
        await IssueAsync(2);
        var mirror = await MirrorAsync("mirror.example");
        World.Ledger.SetCheckpoint(old);
        var (code, json, _) = await AuditAsync("--mirror", mirror);
        Assert.Equal((0, "ahead"), (code, State(json)));
        Assert.Contains("publishes late, or hides the end", (await TellAsync("audit", "http://log.example", "--state", Folder.At("state.json"), "--mirror", mirror)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_that_was_asked_for_and_proves_nothing_is_no_agreement()
    {
        await IssueAsync(3);
        Assert.Equal(ExitCode.NotVerified, (await AuditAsync("--mirror", "https://nobody.example/")).Code);
        var stranger = new InMemoryWorld();
        Hosts.Mirrors["stranger.example"] = new LogOverHttp(stranger.Ledger.Log);
        await using (var service = stranger.Start())
            await service.Intake.HandleAsync(stranger.Upload("bank", "x", [1]), Stop);
        var (code, json, _) = await AuditAsync("--mirror", "https://stranger.example/");
        Assert.Equal((ExitCode.NotVerified, "unproven"), (code, State(json)));

        // Nothing that it could not look into is a split view.
        var fork = await MirrorAsync("mirror.example", isFork: true, entries: 7);
        Hosts.Mirrors["mirror.example"].Instead = (path, _) => path.StartsWith("tile", StringComparison.Ordinal) ? LogOverHttp.Status(404) : null;
        Assert.Equal((ExitCode.NotVerified, "unproven"), ((await AuditAsync("--mirror", fork)).Code, State((await AuditAsync("--mirror", fork)).Json)));
        Assert.Equal(ExitCode.Usage, (await AuditAsync("--mirror", "ftp://mirror.example/")).Code);
    }

    [Fact]
    public async Task A_mirror_of_before_a_rotation_is_judged_by_the_keys_of_its_time()
    {
        await IssueAsync(3);
        await AuditAsync("--key", Key);
        var mirror = await MirrorAsync("mirror.example");
        World.AddIssuer("other");
        var (old, second, next) = (World.Identity.Signers[0], World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        await RotateAsync(next, old, second);
        await RotateAsync(next, second);
        var (code, json, _) = await AuditAsync("--mirror", mirror);
        Assert.Equal((0, "behind"), (code, State(json)));
    }

    [Fact]
    public async Task Mirrors_that_a_given_policy_names_are_compared_with_and_addresses_that_only_the_service_names_are_not_asked()
    {
        await IssueAsync(3);
        await MirrorAsync("mirror.example", isFork: true, entries: 3);
        Log.Cosign = Witnesses.Cosign;
        var policy = Witnesses.PolicyOf([])
            .Replace(Witnesses.HongKong.Verifier.ToString(), $"{Witnesses.HongKong.Verifier} https://mirror.example/", StringComparison.Ordinal)
            .Replace(Witnesses.Shenzhen.Verifier.ToString(), $"{Witnesses.Shenzhen.Verifier} https://witness.example/", StringComparison.Ordinal);
        Log.Policy = policy;
        Assert.Equal(0, (await AuditAsync()).Code);
        Assert.Equal(["log.example"], Hosts.Asked);
        var (code, json, _) = await AuditAsync("--policy", PolicyFile(policy));
        Assert.Equal((ExitCode.MirrorSplit, "splitView"), (code, State(json)));
        Assert.Equal(1, json.GetProperty("mirrors").GetArrayLength());
    }

    [Fact]
    public async Task When_the_operator_is_gone_the_log_is_audited_from_a_mirror_and_has_to_go_on_from_what_was_seen()
    {
        await IssueAsync(3);
        Assert.Equal(0, (await AuditAsync("--key", Key)).Code);
        await IssueAsync(300);
        var mirror = await MirrorAsync("mirror.example");
        Hosts.IsLogGone = true;
        var (code, json, _) = await AuditAsync("--key", Key, "--log", mirror);
        Assert.Equal((0, "holds", 9, 609), (code, json.GetProperty("outcome").GetString(), json.GetProperty("seenSize").GetInt64(), json.GetProperty("size").GetInt64()));

        // One that is behind what was seen proves nothing against the log.
        Hosts.Mirrors["late.example"] = new LogOverHttp(World.Ledger.Log) { Instead = (path, _) => path == "checkpoint" ? LogOverHttp.Bytes(World.Ledger.Published.ElementAt(1)) : null };
        var late = await AuditAsync("--log", "https://late.example/");
        Assert.Equal(ExitCode.NoAnswer, late.Code);
        Assert.Contains("it is behind", late.Error, StringComparison.Ordinal);

        // A mirror that shows another log is found out by what was seen of the operator.
        var fork = await MirrorAsync("fork.example", isFork: true, entries: 400);
        Assert.Equal(ExitCode.SplitView, (await AuditAsync("--log", fork)).Code);
        Assert.Equal(ExitCode.Usage, (await AuditAsync("--log", mirror, "--state", Folder.At("other.json"))).Code);
        Assert.Equal(ExitCode.NotVerified, (await AuditAsync("--log", "https://nobody.example/")).Code);
    }

    [Fact]
    public async Task An_audit_says_who_has_seen_the_log_and_refuses_what_too_few_have()
    {
        await IssueAsync(3);
        Log.Cosign = Witnesses.Cosign;
        var policy = PolicyFile(Witnesses.PolicyOf(World.Identity.Verifiers));
        var text = await TellAsync("audit", "http://log.example", "--state", Folder.At("state.json"), "--policy", policy);
        Assert.Equal(0, text.ExitCode);
        Assert.Matches("seen by hongkong [^,]+Z, shenzhen ", text.Output);

        await IssueAsync(1);
        Log.Cosign = note => BothSides.Cosign(note, Witnesses.Shenzhen);
        var before = await File.ReadAllTextAsync(Folder.At("state.json"), Stop);
        var (code, json, _) = await AuditAsync("--policy", policy);
        Assert.Equal((ExitCode.NotWitnessed, "unwitnessed"), (code, json.GetProperty("outcome").GetString()));
        Assert.Equal("hongkong", json.GetProperty("witnesses").GetProperty("notSeenBy")[0].GetString());
        Assert.Equal(before, await File.ReadAllTextAsync(Folder.At("state.json"), Stop));

        Log.Cosign = Witnesses.Cosign;
        Assert.Equal(0, (await AuditAsync("--policy", policy)).Code);

        // A policy that was given is not kept; that there is one is told.
        Log.Policy = Witnesses.PolicyOf(World.Identity.Verifiers);
        (code, json, _) = await AuditAsync();
        Assert.Equal((0, "all of hongkong, shenzhen"), (code, json.GetProperty("offeredPolicy").GetString()));
        Assert.False(json.TryGetProperty("witnesses", out _));

        // A checkpoint that nobody has looked at for a day may be an old one.
        var seen = Witnesses.Cosign(Encoding.UTF8.GetString(World.Ledger.Published.Last().Span));
        Log.Cosign = _ => seen;
        World.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(ExitCode.NotWitnessed, (await AuditAsync("--policy", policy)).Code);
    }

    [Fact]
    public async Task The_services_policy_is_remembered_at_the_first_audit_another_is_told_and_none_is_refused()
    {
        await IssueAsync(3);
        (Log.Cosign, Log.Policy) = (Witnesses.Cosign, Witnesses.PolicyOf(World.Identity.Verifiers));
        Assert.Equal(0, (await AuditAsync()).Code);
        Log.Cosign = note => BothSides.Cosign(note, Witnesses.HongKong);
        Assert.Equal(ExitCode.NotWitnessed, (await AuditAsync()).Code);
        Log.Policy = Witnesses.PolicyOf(World.Identity.Verifiers, "any hongkong shenzhen");
        var (code, json, _) = await AuditAsync();
        Assert.Equal((ExitCode.NotWitnessed, "one of hongkong, shenzhen"), (code, json.GetProperty("offeredPolicy").GetString()));
        (Log.Cosign, Log.Policy) = (Witnesses.Cosign, null);
        (code, json, _) = await AuditAsync();
        Assert.Equal(ExitCode.NotWitnessed, code);
        Assert.Contains("names none now", json.GetProperty("faults")[0].GetString(), StringComparison.Ordinal);
    }

    private static string? State(System.Text.Json.JsonElement json) => json.GetProperty("mirrors")[0].GetProperty("state").GetString();

    private Task<(int Code, System.Text.Json.JsonElement Json, string Error)> AuditAsync(params string[] more) =>
        RunAsync(["audit", "http://log.example", .. more.Contains("--state") ? (string[])[] : ["--state", Folder.At("state.json")], .. more]);
}

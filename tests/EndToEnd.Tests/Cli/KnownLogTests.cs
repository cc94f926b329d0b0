using System.Text;
using System.Text.Json;
using TrueCopy.Cli.Trust;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Trust on first use: whom a service turned out to be, it has to stay.</summary>
public sealed class KnownLogTests : ToolTests
{
    private readonly KnownLogs _known;

    public KnownLogTests() => _known = Tool.KnownIn(Folder);

    [Fact]
    public async Task The_first_use_keeps_the_key_and_says_so_and_the_second_asks_for_no_key()
    {
        var file = await IssuedFileAsync("document");
        var first = await RunAsync("verify", file);
        Assert.Contains("First use", first.Output, StringComparison.Ordinal);
        Assert.Contains(Service.Key, first.Output, StringComparison.Ordinal);
        Assert.Contains(_known.Path, first.Output, StringComparison.Ordinal);

        var before = Service.Requests;
        var second = await RunAsync("verify", file);
        Assert.Equal((0, ""), (second.ExitCode, second.Error));
        Assert.DoesNotContain("First use", second.Output, StringComparison.Ordinal);
        Assert.Equal(1, Service.Requests - before);
        Assert.Equal("known", JsonDocument.Parse((await RunAsync("verify", file, "--json")).Output).RootElement[0].GetProperty("keySource").GetString());
    }

    [Fact]
    public async Task A_changed_key_is_told_loudly_fails_and_prints_no_result()
    {
        await RunAsync("verify", await IssuedFileAsync("document"));
        var kept = await File.ReadAllTextAsync(_known.Path, TestContext.Current.CancellationToken);
        using var stranger = new StubService();
        await stranger.IssueAsync("document"u8.ToArray());
        for (var i = 0; i < 2; i++)
        {
            var run = await Tool.RunAsync(stranger, _known, "verify", Folder.At("document"));
            Assert.Equal((3, ""), (run.ExitCode, run.Output));
            Assert.Contains("WARNING: THIS IS NOT THE LOG", run.Error, StringComparison.Ordinal);
            Assert.Contains("truecopy keys forget", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(kept, await File.ReadAllTextAsync(_known.Path, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await RunAsync("verify", Folder.At("document"))).ExitCode);
    }

    [Fact]
    public async Task A_log_whose_history_was_rewritten_is_told_as_loudly_though_its_key_is_the_same()
    {
        await RunAsync("verify", await IssuedFileAsync("document"));
        var world = new InMemoryWorld();
        world.SignWith([.. Service.World.Identity.Signers]);
        using var fork = new StubService(world);
        foreach (var content in new[] { "other", "document", "third" })
            await fork.IssueAsync(Encoding.UTF8.GetBytes(content));
        var run = await Tool.RunAsync(fork, _known, "verify", Folder.At("document"));
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("history was rewritten", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_an_entry_lists_which_known_keys_prove_is_learned_and_told()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        var (old, witness, next) = (Service.World.Identity.Signers[0], Service.World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        await Service.RotateAsync(old, next, witness);
        var run = await RunAsync("verify", file);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"has a new key, which its entry 5 announces, proven by the keys before it: {next.Verifier}", run.Error, StringComparison.Ordinal);
        await Service.RotateAsync(next, witness);
        Assert.Equal((0, ""), ((run = await RunAsync("verify", file)).ExitCode, run.Error));
        Assert.Contains($"{old.Verifier}  (retired)", (await RunAsync("keys", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_whoever_stands_between_are_not_learned_and_forged_entries_stay_forged()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        var kept = await File.ReadAllTextAsync(_known.Path, TestContext.Current.CancellationToken);
        INoteSigner[] own = [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()];
        Service.Lie = verdict =>
        {
            var more = WithLines(verdict.Checkpoint.Note, own);
            return verdict with
            {
                Checkpoint = verdict.Checkpoint with { Note = more },
                Results = [.. verdict.Results.Select(result => result with { Receipt = result.Receipt.Replace(verdict.Checkpoint.Note, more, StringComparison.Ordinal) })],
            };
        };
        Service.LieAboutKeys = keys => keys with { VerifierKeys = [.. keys.VerifierKeys, .. own.Select(signer => signer.Verifier.ToString())] };
        foreach (var arguments in new string[][] { ["verify", file], ["verify", file, "--json"] })
        {
            var run = await RunAsync(arguments);
            Assert.Equal((3, ""), (run.ExitCode, run.Output));
            Assert.Contains("WARNING: THIS IS NOT THE LOG", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(kept, await File.ReadAllTextAsync(_known.Path, TestContext.Current.CancellationToken));

        // With a given key that still signs, nobody is asked for others.
        Assert.Equal((0, ""), ((await RunAsync("verify", file, "--key", Service.Key)).ExitCode, (await RunAsync("verify", file, "--key", Service.Key)).Error));
        Service.Lie = verdict => verdict;
        using var forger = new StubService();
        forger.World.SignWith(own);
        await forger.IssueAsync("forged"u8.ToArray());
        var forged = await Tool.RunAsync(forger, _known, "verify", Folder.File("forged"), "--key", Service.Key);
        Assert.Equal((3, ""), (forged.ExitCode, forged.Output));
    }

    [Fact]
    public async Task Keys_that_were_exchanged_at_once_are_refused_with_the_words_to_pin_the_new_ones()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        var (old, next, witness) = (Service.Key, InMemoryWorld.NewEcdsa(), Service.World.Identity.Signers[1]);
        await Service.RotateAsync(next, witness);
        foreach (var arguments in new string[][] { ["verify", file], ["verify", file, "--key", old] })
        {
            var run = await RunAsync(arguments);
            Assert.Equal((3, ""), (run.ExitCode, run.Output));
            Assert.Contains("truecopy keys forget URL", run.Error, StringComparison.Ordinal);
            Assert.Contains("--key NAME+ID+KEY", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await RunAsync("keys", "forget", "http://127.0.0.1:7071")).ExitCode);
        Assert.Equal((0, ""), ((await RunAsync("verify", file, "--key", next.Verifier.ToString())).ExitCode, (await RunAsync("verify", file, "--key", next.Verifier.ToString())).Error));
    }

    [Fact]
    public async Task A_given_key_that_gave_way_to_another_leads_to_that_and_says_so()
    {
        var file = await IssuedFileAsync("document");
        var (old, next, witness) = (Service.World.Identity.Signers[0], InMemoryWorld.NewEcdsa(), Service.World.Identity.Signers[1]);
        await Service.RotateAsync(next, old, witness);
        await Service.RotateAsync(next, witness);
        for (var run = 0; run < 2; run++)
        {
            var verified = await RunAsync("verify", file, "--key", old.Verifier.ToString());
            Assert.Equal(0, verified.ExitCode);
            Assert.Contains($"announces, proven by the keys before it: {next.Verifier}", verified.Error, StringComparison.Ordinal);
            Assert.Contains("give these from now on", verified.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_verdict_from_before_that_is_shown_again_is_a_rollback_in_a_later_run_with_a_given_key_too(bool given, bool unknown)
    {
        var file = unknown ? Folder.File("never issued") : await IssuedFileAsync("document");
        await Service.IssueAsync("another"u8.ToArray());
        string[] key = given ? ["--key", Service.Key] : [];
        VerdictDocument? before = null;
        Service.Lie = verdict => before = verdict;
        Assert.Equal(unknown ? 1 : 0, (await RunAsync(["verify", file, .. key])).ExitCode);
        Service.Lie = verdict => verdict;
        await GrowAsync();
        Assert.Equal(unknown ? 1 : 0, (await RunAsync(["verify", file, .. key])).ExitCode);

        Service.Lie = _ => before! with { CheckedAt = Service.World.Time.GetUtcNow() };
        Assert.Equal(unknown ? 1 : 0, (await RunAsync(["verify", file, .. key])).ExitCode);
        Service.World.Time.Advance(TimeSpan.FromSeconds(30));
        var run = await RunAsync(["verify", file, .. key]);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("WARNING: THE SERVICE SHOWS AN OLDER LOG", run.Error, StringComparison.Ordinal);
        Assert.Contains(unknown ? "has 5 entries, and had 7" : "has 7 entries, and had 9", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_another_time_is_no_answer_and_says_that_the_clocks_differ()
    {
        var file = await IssuedFileAsync("document");
        Service.Lie = verdict => verdict with { CheckedAt = verdict.CheckedAt.AddMinutes(-6) };
        var run = await RunAsync("verify", file);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("The clocks differ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_forgotten_is_met_anew()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        Assert.Contains(Service.Key, (await RunAsync("keys", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("keys", "forget", "http://127.0.0.1:7071")).ExitCode);
        Assert.Equal(1, (await RunAsync("keys", "forget", "http://127.0.0.1:7071")).ExitCode);
        Assert.Equal("", (await RunAsync("keys", "list")).Output);
        Assert.Contains("First use", (await RunAsync("verify", file)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_at_the_same_time_lose_nothing_that_another_learned()
    {
        var file = await IssuedFileAsync("document");
        string[] services = [.. Enumerable.Range(0, 12).Select(i => $"http://service-{i}.example/")];
        var runs = await Task.WhenAll(services.Select(service => Task.Run(() => RunAsync("verify", file, "--service", service))));
        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.Error)));
        Assert.Equal(services.Order(StringComparer.Ordinal), _known.All().Select(log => log.Service).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Processes_at_the_same_time_lose_nothing_that_another_wrote()
    {
        await RunAsync("verify", await IssuedFileAsync("document"));
        var log = Assert.Single(_known.All());
        string[] services = [.. Enumerable.Range(0, 6).Select(i => $"http://service-{i}.example/")];
        foreach (var service in services)
            Assert.True(await _known.ReplaceAsync(null, log with { Service = service }, TestContext.Current.CancellationToken));
        var tool = new ToolProcess(ToolProcess.Built, Folder.At("config"));
        var runs = await Task.WhenAll(services.Select(service => tool.RunAsync("keys", "forget", service)));
        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.Error)));
        Assert.Equal(log.Service, Assert.Single(_known.All()).Service);
    }

    [Fact]
    public async Task Of_two_first_contacts_at_once_the_later_is_held_to_what_the_earlier_saw()
    {
        var file = await IssuedFileAsync("document");
        using var stranger = new StubService();
        await stranger.IssueAsync("document"u8.ToArray());
        ToolRun? meanwhile = null;
        Service.Instead = request =>
        {
            if (meanwhile is null && request.RequestUri!.AbsolutePath == "/v1/verify")
                meanwhile = Tool.RunAsync(stranger, _known, "verify", file).GetAwaiter().GetResult();
            return null;
        };
        var run = await RunAsync("verify", file);
        Assert.Equal((0, 3), (meanwhile!.ExitCode, run.ExitCode));
        Assert.Contains("WARNING: THIS IS NOT THE LOG", run.Error, StringComparison.Ordinal);
        Assert.Contains(stranger.Key, Assert.Single(_known.All()).Keys);
    }

    [Fact]
    public async Task A_run_that_saw_less_does_not_take_back_what_a_later_one_saw()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file);
        await GrowAsync();
        ToolRun? meanwhile = null;
        Service.Instead = request =>
        {
            // The other run asks after this one was answered, and writes before it.
            if (meanwhile is null && request.RequestUri!.AbsolutePath.StartsWith("/log/tile/", StringComparison.Ordinal))
            {
                GrowAsync().GetAwaiter().GetResult();
                meanwhile = new ToolRun(0, "", "");
                meanwhile = RunAsync("verify", file).GetAwaiter().GetResult();
            }

            return null;
        };
        Assert.Equal((0, ""), ((await RunAsync("verify", file)).ExitCode, meanwhile!.Error));
        Assert.Equal(9, Assert.Single(_known.All()).Open().Checkpoint.Size);
    }

    [Fact]
    public async Task A_given_key_is_what_a_service_is_judged_by_whatever_is_known_of_it()
    {
        using var stranger = new StubService();
        await stranger.IssueAsync("document"u8.ToArray());
        var file = await IssuedFileAsync("document");
        Assert.Equal(0, (await Tool.RunAsync(stranger, _known, "verify", file)).ExitCode);
        Assert.Equal((0, ""), ((await RunAsync("verify", file, "--key", Service.Key)).ExitCode, (await RunAsync("verify", file, "--key", Service.Key)).Error));
        Assert.Equal(0, (await Tool.RunAsync(stranger, _known, "verify", file)).ExitCode);
        Assert.Equal(3, (await Tool.RunAsync(stranger, _known, "verify", file, "--key", Service.Key)).ExitCode);
        Assert.Equal([null, Service.Key], _known.All().Select(log => log.Given?[0]));
        Assert.Contains(", with --key", (await RunAsync("keys", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_of_a_given_keys_log_adds_no_key_to_it()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file, "--key", Service.Key);
        using var stranger = new StubService();
        await stranger.IssueAsync("document"u8.ToArray());
        await Tool.RunAsync(stranger, _known, "verify", file, "--service", "http://stranger.example");
        var (own, planted) = (_known.All()[0], _known.All()[1]);
        Assert.True(await _known.ReplaceAsync(own, planted with { Service = own.Service, Given = own.Given }, TestContext.Current.CancellationToken));
        Assert.Equal(3, (await Tool.RunAsync(stranger, _known, "verify", file, "--key", Service.Key)).ExitCode);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("{\"version\":2,\"logs\":[]}")]
    [InlineData("{\"version\":1}")]
    public async Task A_damaged_file_is_no_reason_to_trust_whoever_answers(string content)
    {
        var file = await IssuedFileAsync("document");
        Directory.CreateDirectory(Path.GetDirectoryName(_known.Path)!);
        await File.WriteAllTextAsync(_known.Path, content, TestContext.Current.CancellationToken);
        var run = await RunAsync("verify", file);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(_known.Path, run.Error, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(_known.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Where_nothing_can_be_kept_the_answer_comes_with_a_warning()
    {
        var file = await IssuedFileAsync("document");
        Folder.File("config", [1]);
        var run = await RunAsync("verify", file);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("cannot be kept", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_uses_the_keys_and_the_checkpoint_of_earlier_runs_and_says_what_it_cannot_know()
    {
        var file = await IssuedFileAsync("document");
        Assert.Equal(2, (await RunAsync("verify", file, "--offline")).ExitCode);
        await RunAsync("verify", file, "--save-receipts");
        var before = Service.Requests;
        var run = await RunAsync("verify", file, "--offline");
        Assert.Equal((0, "", before), (run.ExitCode, run.Error, Service.Requests));
        Assert.Contains("✔ ISSUED", run.Output, StringComparison.Ordinal);
        Assert.Contains("✔ it is the log as the service showed it here before", run.Output, StringComparison.Ordinal);
        Assert.Contains("Whether it still stands since", run.Output, StringComparison.Ordinal);
        Assert.Contains("with 5 entries", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_a_missing_receipt_is_no_answer_and_one_that_does_not_hold_is_no()
    {
        var file = await IssuedFileAsync("document");
        await RunAsync("verify", file, "--save-receipts");
        var other = Folder.File("other");
        var run = await RunAsync("verify", other, "--offline", "--json");
        Assert.Equal((3, false), (run.ExitCode, JsonDocument.Parse(run.Output).RootElement[0].GetProperty("holds").GetBoolean()));
        File.Copy(file + ".tlog-proof", other + ".tlog-proof");
        Assert.Equal(1, (await RunAsync("verify", other, "--offline")).ExitCode);
        Assert.Equal(3, (await RunAsync("verify", other, file, Folder.File("third"), "--offline")).ExitCode);
    }

    [Theory]
    [InlineData("--offline", "--save-receipts")]
    [InlineData("--offline", "--issuer", "bank")]
    [InlineData("--receipts", "folder")]
    public async Task Options_that_exclude_each_other_are_wrong_usage(params string[] options) =>
        Assert.Equal(2, (await RunAsync(["verify", Folder.File("x"), .. options])).ExitCode);

    // What anyone can do to a signed note on its way.
    private static string WithLines(string text, params INoteSigner[] signers)
    {
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(text));
        var signed = Encoding.UTF8.GetBytes(note.Text);
        var lines = signers.Select(signer => new NoteSignature(signer.Verifier.Name, signer.Verifier.KeyId, signer.SignAsync(signed, default).AsTask().GetAwaiter().GetResult()));
        return Encoding.UTF8.GetString((note with { Signatures = [.. note.Signatures, .. lines] }).Encode());
    }

    // The service shows the new checkpoint once it has looked again.
    private async Task GrowAsync()
    {
        await Service.IssueAsync(Guid.NewGuid().ToByteArray());
        Service.World.Time.Advance(TimeSpan.FromSeconds(2));
    }

    private Task<ToolRun> RunAsync(params string[] arguments) => Tool.RunAsync(Service, _known, arguments);
}

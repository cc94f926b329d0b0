using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Whole logs, and parts of true answers, that do not belong there.</summary>
public sealed class ForgeryTests(Theatre theatre) : Scene(theatre)
{
    private static readonly byte[] Forged = "%PDF-1.7 forged"u8.ToArray();

    private INoteSigner[] Strangers => Forger.Keys(Theatre.Keys.Origin);

    private INoteSigner[] Operators => [.. Theatre.Keys.Signers];

    [Fact]
    [Attack(Who.Service, "3 THIS IS NOT THE LOG", Before = "3 THIS IS NOT THE LOG")]
    public async Task A_log_with_other_keys_is_not_the_log_that_is_known()
    {
        await MeetAsync();
        await PoseAsync(await Theatre.ForkAsync(Strangers));
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Service, "3 THIS IS NOT THE LOG", Before = "3 ‼ NO ANSWER")]
    public async Task A_log_with_other_keys_is_not_that_of_the_given_key()
    {
        await PoseAsync(await Theatre.ForkAsync(Strangers));
        Conclude(await VerifyForgedAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Service, "3", Before = "3 THIS IS NOT THE LOG")]
    public async Task A_log_of_another_name_is_not_the_log_that_is_known()
    {
        await MeetAsync();
        await PoseAsync(new ForgedLog("another.example/log", Forger.Keys("another.example/log")));
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Network, "3 ‼ NO ANSWER", Before = "3 ‼ NO ANSWER")]
    public async Task A_forged_receipt_does_not_count_under_a_true_checkpoint()
    {
        await MeetAsync();
        await PoseAsync(await Theatre.ForkAsync(Strangers), (verdict, real) => verdict["checkpoint"] = real["checkpoint"]!.DeepClone());
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 THIS IS NOT THE LOG")]
    public async Task A_true_receipt_does_not_count_under_a_forged_checkpoint()
    {
        await MeetAsync();
        await PoseAsync(await Theatre.ForkAsync(Strangers), (verdict, real) => (verdict["digest"], verdict["results"]) = (real["digest"]!.DeepClone(), real["results"]!.DeepClone()));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 ‼ NO ANSWER")]
    public async Task A_receipt_whose_signatures_are_of_another_checkpoint_does_not_count()
    {
        await PoseAsync(await Theatre.ForkAsync(Strangers), (verdict, real) =>
        {
            var signatures = real["checkpoint"]!["note"]!.GetValue<string>().Split("\n\n")[1];
            verdict["checkpoint"] = real["checkpoint"]!.DeepClone();
            var receipt = verdict["results"]![0]!["receipt"]!.GetValue<string>();
            verdict["results"]![0]!["receipt"] = receipt[..(receipt.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)] + signatures;
        });
        Conclude(await VerifyForgedAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Operator, "3 history was rewritten", Before = "3 history was rewritten")]
    public async Task A_history_that_was_rewritten_under_the_true_keys_is_seen_by_who_saw_the_other()
    {
        await MeetAsync();
        var log = await Theatre.ForkAsync(Operators, size: 2);
        for (var i = 0; i < 200; i++)
            log.Add(Encoding.UTF8.GetBytes($"{i}"));
        await PoseAsync(log);
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Operator, "3", Before = "3 history was rewritten")]
    public async Task Two_logs_of_one_size_under_the_true_keys_are_not_one()
    {
        await MeetAsync();
        var size = User.SeenSize;
        var log = await Theatre.ForkAsync(Operators, size: size - 2);
        await PoseAsync(log);
        Assert.Equal(size, log.Size);
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Operator, "3", Before = "3 does not show that it goes on")]
    public async Task A_log_that_keeps_back_the_tiles_that_would_show_it_is_not_followed()
    {
        await MeetAsync();
        await PoseAsync(await Theatre.ForkAsync(Operators));
        var pose = Network.Tamper;
        Network.Tamper = (path, reply) =>
        {
            pose(path, reply);
            if (path.StartsWith("/log/tile/", StringComparison.Ordinal))
                reply.Status = 404;
        };
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Operator, "3", Before = "0 ✔ VERIFIED")]
    public async Task A_smaller_log_than_was_seen_is_not_followed()
    {
        await MeetAsync();
        User.LetPass(TimeSpan.FromHours(1));
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        var verdict = answer["results"]![0]!;
        var receipt = TlogProof.Parse(Encoding.UTF8.GetBytes(verdict["results"]![0]!["receipt"]!.GetValue<string>()));

        // As it was when the document's batch was the last.
        var whole = (await Theatre.ForkAsync(Operators)).Entries;
        var end = Enumerable.Range((int)receipt.Index, whole.Count).First(index => Entry.Parse(whole[index]).Kind == ActKind.Status);
        var log = await Theatre.ForkAsync(Operators, size: end + 1);
        verdict["results"]![0]!["receipt"] = await log.RenewAsync(receipt, log.Checkpoint());
        verdict["checkpoint"] = new JsonObject { ["origin"] = log.Origin, ["size"] = log.Size, ["root"] = log.Root, ["note"] = log.Checkpoint() };
        Network.AnswerVerify(reply => reply.Text = answer.ToJsonString());
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Operator, "3", Before = "3 signs no more")]
    public async Task The_key_for_witnesses_does_not_stand_in_for_the_one_that_receipts_are_judged_by()
    {
        await MeetAsync();
        await PoseAsync(await Theatre.ForkAsync(Operators[1..]));
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Operator, "0 ✔ VERIFIED", Before = "0 ✔ VERIFIED", StillWorks = true)]
    public async Task Whoever_has_the_keys_can_add_what_an_institution_never_issued()
    {
        await MeetAsync();
        await PoseAsync(await Theatre.ForkAsync(Operators));
        Conclude(await VerifyForgedAsync());
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task An_old_receipt_that_is_made_new_from_public_tiles_proves_no_standing()
    {
        await MeetAsync();
        var (answer, receipt) = (JsonNode.Parse(Theatre.AnswerBeforeRevocation)!, OldReceipt());
        var note = await Theatre.LogAsync("checkpoint");
        var log = await Theatre.ForkAsync(Strangers);
        var path = await new TreeReader(new UncachedTiles(log), log.Size).InclusionProofAsync(receipt.Index, Stop);
        var verdict = answer["results"]![0]!;
        verdict["results"]![0]!["receipt"] = Encoding.UTF8.GetString((receipt with { Path = path, Checkpoint = note }).Encode());
        var fresh = JsonNode.Parse(await Theatre.AskAsync("standing"))!["results"]![0]!;
        (verdict["checkpoint"], verdict["checkedAt"]) = (fresh["checkpoint"]!.DeepClone(), fresh["checkedAt"]!.DeepClone());
        Network.AnswerVerify(reply => reply.Text = answer.ToJsonString());
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Network, "1 ? UNKNOWN", Before = "1 ? UNKNOWN", StillWorks = true)]
    public async Task Nobody_proves_that_a_document_is_unknown()
    {
        Network.TamperWithVerdicts(verdict => (verdict["verdict"], verdict["results"]) = ("unknown", new JsonArray()));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "0 ✔ VERIFIED", Before = "0 ✔ VERIFIED", StillWorks = true)]
    public async Task Nobody_proves_that_no_other_institution_issued_it()
    {
        // The one that revoked it is left out.
        Network.TamperWithVerdicts(verdict =>
        {
            var kinder = verdict["results"]!.AsArray().Single(result => result!["verdict"]!.GetValue<string>() == "verified")!.DeepClone();
            (verdict["verdict"], verdict["results"]) = ("verified", new JsonArray(kinder));
        });
        await ConcludeOfAsync("disputed");
    }

    [Fact]
    [Attack(Who.Network, "3 THIS IS NOT THE LOG", Before = "3 ‼ NO ANSWER")]
    public async Task That_it_is_unknown_is_not_said_on_a_forged_checkpoint()
    {
        await PoseAsync(await Theatre.ForkAsync(Strangers), (verdict, _) => (verdict["verdict"], verdict["results"]) = ("unknown", new JsonArray()));
        Conclude(await VerifyForgedAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "3 another document", Before = "3 another document")]
    public async Task The_answer_about_another_document_is_no_answer()
    {
        var other = await Theatre.AskAsync("standing");
        Network.AnswerVerify(reply => reply.Text = other);
        await ConcludeOfAsync("unheard");
    }

    [Fact]
    [Attack(Who.Network, "3 not about this document", Before = "3 not about this document")]
    public Task The_receipt_of_another_document_is_no_answer() => SpliceAsync(other => other["results"]![0]!["receipt"]!.GetValue<string>());

    [Fact]
    [Attack(Who.Operator, "3", Before = "3 another act")]
    public Task An_act_that_is_no_issue_does_not_make_a_document_genuine() => AnswerForgedAsync(entry => entry with { Kind = ActKind.Reinstate });

    [Fact]
    [Attack(Who.Operator, "3", Before = "3 another act")]
    public Task The_entry_of_a_registry_is_no_document() => AnswerForgedAsync(entry => entry with { Kind = ActKind.Issuer });

    [Fact]
    [Attack(Who.Operator, "3", Before = "3 another act")]
    public Task The_entry_of_keys_is_no_document() => AnswerForgedAsync(entry => entry with { Kind = ActKind.Keys, Keys = [Theatre.Key] });

    [Fact]
    [Attack(Who.Operator, "3", Before = "3")]
    public Task An_entry_without_an_issuer_is_no_document() => AnswerForgedAsync(entry => entry with { Issuer = null });

    [Fact]
    [Attack(Who.Operator, "3", Before = "3")]
    public Task An_entry_of_another_version_is_no_document() => AnswerForgedAsync(entry => entry with { Version = 2 });

    private TlogProof OldReceipt() => TlogProof.Parse(Encoding.UTF8.GetBytes(
        JsonNode.Parse(Theatre.AnswerBeforeRevocation)!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>()));

    private async Task AnswerForgedAsync(Func<Entry, Entry> change)
    {
        var log = await Theatre.ForkAsync(Operators);
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        await ForgedDocument.Add(log, Forged, change).WriteAsync(answer["results"]![0]!);
        Network.Pose(log, answer);
        Conclude(await VerifyForgedAsync("--key", Theatre.Key));
    }

    private async Task SpliceAsync(Func<JsonNode, string> receipt)
    {
        var other = JsonNode.Parse(await Theatre.AskAsync("long"))!["results"]![0]!;
        Network.TamperWithResults(result => result["receipt"] = receipt(other));
        await ConcludeOfAsync("standing");
    }

    // Adds a forged document to a log, and answers about it.
    private async Task PoseAsync(ForgedLog log, Action<JsonNode, JsonNode>? change = null)
    {
        var real = JsonNode.Parse(await Theatre.AskAsync("standing"))!["results"]![0]!;
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        await ForgedDocument.Add(log, Forged).WriteAsync(answer["results"]![0]!);
        change?.Invoke(answer["results"]![0]!, real);
        Network.Pose(log, answer);
    }

    private Task<Run> VerifyForgedAsync(params string[] more) => User.VerifyAsync(User.File("forged.pdf", Forged), more);
}

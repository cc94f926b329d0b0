using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>What a client is shown that the witnesses of its policy have not seen.</summary>
public sealed class WitnessTests(Theatre theatre) : Scene(theatre)
{
    private static readonly byte[] Forged = "%PDF-1.7 forged"u8.ToArray();
    private readonly BothSides _witnesses = new(TimeProvider.System);

    private INoteSigner[] Operators => [.. Theatre.Keys.Signers];

    private string[] Policy => ["--policy", User.File("both-sides.policy", Encoding.UTF8.GetBytes(_witnesses.PolicyOf([])))];

    [Fact]
    [Attack(Who.Operator, "4 seen by none of 2: not by hongkong, shenzhen")]
    public async Task A_log_that_the_operator_made_for_one_client_alone()
    {
        await PoseAsync(note => note);
        Conclude(await User.VerifyAsync(User.File("forged.pdf", Forged), Policy));
    }

    [Fact]
    [Attack(Who.Operator, "4 not by shenzhen")]
    public async Task A_log_that_the_operator_made_for_one_side_alone_with_its_witness()
    {
        await PoseAsync(note => BothSides.Cosign(note, _witnesses.HongKong));
        Conclude(await User.VerifyAsync(User.File("forged.pdf", Forged), Policy));
    }

    [Fact]
    [Attack(Who.Operator, "4 not by hongkong, shenzhen")]
    public async Task A_log_that_goes_on_from_what_the_client_has_seen_and_that_no_witness_has_seen()
    {
        Cosign(_witnesses.Cosign);
        await MeetAsync(Policy);
        await PoseAsync(note => note);
        Conclude(await User.VerifyAsync(User.File("forged.pdf", Forged), Policy));
    }

    [Fact]
    [Attack(Who.Network, "4 not by shenzhen")]
    public async Task A_witness_whose_line_was_taken_away()
    {
        Cosign(note => Without(_witnesses.Cosign(note), _witnesses.Shenzhen));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 not by hongkong, shenzhen")]
    public async Task Every_line_that_is_not_the_logs_own_taken_away()
    {
        Cosign(note => Without(Without(_witnesses.Cosign(note), _witnesses.Shenzhen), _witnesses.HongKong));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 not by hongkong, shenzhen")]
    public async Task The_same_before_somebody_who_has_not_met_the_log_and_has_no_policy()
    {
        Serve(_witnesses.PolicyOf([]), note => note);
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Operator, "0 not witnessed: that others are shown the same log is its operator's word alone", StillWorks = true)]
    public async Task A_log_for_one_client_alone_and_no_policy_from_a_service_that_this_one_has_not_met()
    {
        await PoseAsync(note => note);
        var pose = Network.Tamper;
        Network.Tamper = (path, reply) =>
        {
            pose(path, reply);
            if (path == "/v1/policy")
                reply.Status = 404;
        };
        Conclude(await User.VerifyAsync(User.File("forged.pdf", Forged), "--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "4 not by shenzhen")]
    public async Task A_cosignature_by_another_key_under_the_witnesss_name()
    {
        using var stranger = new MlDsa44Cosigner(_witnesses.Shenzhen.Verifier.Name, RandomNumberGenerator.GetBytes(Cosigner.SeedSize), TimeProvider.System);
        Cosign(note => BothSides.Cosign(note, _witnesses.HongKong, stranger));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 that is forged")]
    public async Task A_cosignature_by_another_key_under_the_witnesss_name_and_id()
    {
        using var stranger = new MlDsa44Cosigner(_witnesses.Shenzhen.Verifier.Name, RandomNumberGenerator.GetBytes(Cosigner.SeedSize), TimeProvider.System);
        Cosign(note => Relabelled(BothSides.Cosign(note, _witnesses.HongKong, stranger)));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 that is forged")]
    public async Task One_witnesss_cosignature_under_the_others_name_and_id()
    {
        Cosign(note => Relabelled(BothSides.Cosign(note, _witnesses.HongKong)));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 that is forged")]
    public async Task An_old_cosignature_with_todays_time()
    {
        using var before = new BothSides(new Ago(TimeSpan.FromDays(30)));
        Cosign(note => WithLast(before.Cosign(note), (line, _) =>
        {
            byte[] now = [.. BitConverter.GetBytes(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).Reverse()];
            return line with { Value = (byte[])[.. now, .. line.Value.Span[now.Length..]] };
        }));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 that is forged")]
    public async Task Cosignatures_of_another_tree() => await MoveAsync(text =>
    {
        var lines = text.Split('\n');
        return string.Join('\n', [lines[0], lines[1], Convert.ToBase64String(new byte[32]), .. lines[3..]]);
    });

    [Fact]
    [Attack(Who.Network, "4 that is forged")]
    public async Task Cosignatures_of_another_logs_tree() => await MoveAsync(text => $"another.example/log\n{text.Split('\n', 2)[1]}");

    [Fact]
    [Attack(Who.Network, "4 rests on an old state of the log")]
    public async Task An_old_answer_in_todays_words_to_somebody_who_has_not_met_the_log()
    {
        using var before = new BothSides(new Ago(TimeSpan.FromHours(25)));
        Cosign(before.Cosign);
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "4 rests on an old state of the log")]
    public async Task An_answer_that_no_witness_has_seen_for_more_than_an_hour()
    {
        using var before = new BothSides(new Ago(TimeSpan.FromMinutes(61)));
        Cosign(before.Cosign);
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Network, "0 ✔ VERIFIED")]
    public async Task An_answer_as_old_as_the_verifier_said_that_it_may_be()
    {
        using var before = new BothSides(new Ago(TimeSpan.FromMinutes(61)));
        Cosign(before.Cosign);
        await ConcludeOfAsync("standing", [.. Policy, "--max-age", "2h"]);
    }

    [Fact]
    [Attack(Who.Service, "4 other ones than until now (all of hongkong, shenzhen): one of hongkong, shenzhen")]
    public async Task A_policy_that_asks_for_less_in_the_place_of_the_first()
    {
        Serve(_witnesses.PolicyOf([]), _witnesses.Cosign);
        await MeetAsync();
        Serve(_witnesses.PolicyOf([], "any hongkong shenzhen"), note => BothSides.Cosign(note, _witnesses.HongKong));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Service, "4 other ones than until now")]
    public async Task A_policy_of_witnesses_of_the_attackers_own()
    {
        Serve(_witnesses.PolicyOf([]), _witnesses.Cosign);
        await MeetAsync();
        using var own = new Ed25519Cosigner("witness.example/hongkong", RandomNumberGenerator.GetBytes(Cosigner.SeedSize), TimeProvider.System);
        Serve($"witness hongkong {own.Verifier}\nquorum hongkong\n", note => BothSides.Cosign(note, own));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Service, "3 WHO HAS TO HAVE SEEN THE LOG IS NOT WHAT IT WAS")]
    public async Task A_policy_that_is_gone()
    {
        Serve(_witnesses.PolicyOf([]), _witnesses.Cosign);
        await MeetAsync();
        Serve(null, note => note);
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Holder, "4 seen by none of 2: not by hongkong, shenzhen")]
    public async Task A_receipt_that_no_witness_has_seen()
    {
        Cosign(note => note);
        await MeetAsync("--save-receipts");
        Conclude(await User.RunAsync(["receipt", "check", FileOf("standing"), "--key", Theatre.Key, .. Policy]));
    }

    [Fact]
    [Attack(Who.Network, "0 seen by hongkong")]
    public async Task Lines_of_witnesses_that_nobody_knows_do_no_harm()
    {
        using var stranger = new Ed25519Cosigner("stranger.example", RandomNumberGenerator.GetBytes(Cosigner.SeedSize), TimeProvider.System);
        Cosign(note => BothSides.Cosign(_witnesses.Cosign(note), stranger));
        await ConcludeOfAsync("standing", Policy);
    }

    [Fact]
    [Attack(Who.Operator, "23 the log signed one thing for")]
    public async Task One_log_for_the_auditor_and_another_for_the_mirror()
    {
        var fork = await Theatre.ForkAsync(Operators, size: 2);
        for (var i = 0; i < 9; i++)
            fork.Add(Encoding.UTF8.GetBytes($"{i}"));
        Network.Instead = async (context, path) =>
        {
            if (!path.StartsWith("/copy/", StringComparison.Ordinal))
                return false;
            if (fork.Serve(path["/copy/".Length..]) is { } bytes)
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            else
                context.Response.StatusCode = 404;
            return true;
        };
        Conclude(await User.RunAsync("audit", Network.Address.ToString(), "--key", Theatre.Key, "--state", User.At("audit.json"), "--mirror", new Uri(Network.Address, "/copy").ToString()));
    }

    private void Cosign(Func<string, string> change) => Network.TamperWithVerdicts(verdict => Cosign(verdict, change));

    private static void Cosign(JsonNode verdict, Func<string, string> change)
    {
        var old = verdict["checkpoint"]!["note"]!.GetValue<string>();
        var note = change(Plain(old));
        verdict["checkpoint"]!["note"] = note;
        foreach (var result in verdict["results"]!.AsArray())
        {
            foreach (var receipt in new[] { "receipt", "issueReceipt" })
            {
                if (result![receipt] is { } text)
                    result[receipt] = text.GetValue<string>().Replace(old, note, StringComparison.Ordinal);
            }
        }
    }

    private void Serve(string? policy, Func<string, string> change)
    {
        Cosign(change);
        var cosign = Network.Tamper;
        Network.Tamper = (path, reply) =>
        {
            cosign(path, reply);
            if (path == "/v1/policy")
                (reply.Status, reply.Text) = policy is null ? (404, "") : (200, policy);
        };
    }

    // The operator's own keys sign it, and it begins as the real one does.
    private async Task PoseAsync(Func<string, string> cosign)
    {
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        var log = await Theatre.ForkAsync(Operators);
        var verdict = answer["results"]![0]!;
        await ForgedDocument.Add(log, Forged).WriteAsync(verdict);
        Cosign(verdict, cosign);
        Network.Pose(log, answer);
    }

    private Task MoveAsync(Func<string, string> other)
    {
        Cosign(note =>
        {
            var text = note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
            var lines = SignedNote.Parse(Encoding.UTF8.GetBytes(_witnesses.Cosign($"{other(text)}{note[text.Length..]}"))).Signatures.TakeLast(2);
            return note + string.Concat(lines.Select(line => line.ToLine()));
        });
        return ConcludeOfAsync("standing", Policy);
    }

    // What the log's own keys signed, whoever cosigned it on the way.
    private static string Plain(string note)
    {
        var signed = SignedNote.Parse(Encoding.UTF8.GetBytes(note));
        var origin = signed.Text.Split('\n')[0];
        return Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures.Where(line => line.Name == origin)] }).Encode());
    }

    private static string Without(string note, Cosigner witness)
    {
        var signed = SignedNote.Parse(Encoding.UTF8.GetBytes(note));
        return Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures.Where(line => !line.IsOf(witness.Verifier))] }).Encode());
    }

    private string Relabelled(string note) => WithLast(note, (line, key) => line with { Name = key.Name, KeyId = key.KeyId });

    private string WithLast(string note, Func<NoteSignature, CosignatureVerifier, NoteSignature> change)
    {
        var signed = SignedNote.Parse(Encoding.UTF8.GetBytes(note));
        return Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures.SkipLast(1), change(signed.Signatures[^1], _witnesses.Shenzhen.Verifier)] }).Encode());
    }

    private sealed class Ago(TimeSpan time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - time;
    }
}

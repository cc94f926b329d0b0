using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Getting a client to take a key that the log never announced.</summary>
public sealed class KeyTakeoverTests(Theatre theatre) : Scene(theatre)
{
    [Fact]
    [Attack(Who.Network, "3 THIS IS NOT THE LOG", Before = "0 ✔ VERIFIED")]
    public async Task Keys_that_anyone_can_add_to_a_note_are_not_learned_and_what_they_sign_is_not_believed()
    {
        await MeetAsync();
        await TakeOverAsync(Forger.Keys(Theatre.Keys.Origin));
    }

    [Fact]
    [Attack(Who.Network, "3 THIS IS NOT THE LOG", Before = "3 THIS IS NOT THE LOG")]
    public async Task A_key_that_was_added_in_place_of_one_kind_alone_is_not_learned()
    {
        await MeetAsync();
        await TakeOverAsync(Forger.Keys(Theatre.Keys.Origin)[..1]);
    }

    [Fact]
    [Attack(Who.Network, "0 ✔ VERIFIED", Before = "0 ✔ VERIFIED")]
    public async Task Lines_that_anyone_can_add_to_a_note_do_no_harm()
    {
        await MeetAsync();
        var keys = Forger.Keys(Theatre.Keys.Origin);
        AddLines(keys);
        await ConcludeOfAsync("standing");
        Network.Tamper = (_, _) => { };
        var run = await User.RunAsync("keys", "list");
        if (!Build.Attacked.IsEarlier)
            Assert.All(keys, key => Assert.DoesNotContain(key.Verifier.ToString(), run.Text, StringComparison.Ordinal));
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 ‼ NO ANSWER")]
    public async Task Of_a_key_that_was_given_no_other_takes_the_place()
    {
        var keys = Forger.Keys(Theatre.Keys.Origin);
        AddKeysAndLines(keys);
        await User.VerifyAsync(FileOf("standing"), "--key", Theatre.Key);
        await AnswerFromOwnLogAsync(keys);
        Conclude(await User.VerifyAsync(User.File("forged.pdf", Forged), "--key", Theatre.Key));
    }

    private static readonly byte[] Forged = "%PDF-1.7 forged"u8.ToArray();

    private async Task TakeOverAsync(INoteSigner[] keys)
    {
        AddKeysAndLines(keys);
        await User.VerifyAsync(FileOf("standing"));
        await AnswerFromOwnLogAsync(keys);
        Conclude(await User.VerifyAsync(User.File("forged.pdf", Forged)));
    }

    private void AddKeysAndLines(INoteSigner[] keys)
    {
        AddLines(keys);
        var lines = Network.Tamper;
        Network.Tamper = (path, reply) =>
        {
            lines(path, reply);
            if (path == "/v1/keys")
                reply.Json(served =>
                {
                    foreach (var key in keys)
                        served["verifierKeys"]!.AsArray().Add(key.Verifier.ToString());
                });
        };
    }

    private void AddLines(INoteSigner[] keys) => Network.TamperWithVerdicts(verdict =>
    {
        verdict["checkpoint"]!["note"] = Forger.Countersign(verdict["checkpoint"]!["note"]!.GetValue<string>(), keys);
        foreach (var result in verdict["results"]!.AsArray())
            result!["receipt"] = Forger.Countersign(result["receipt"]!.GetValue<string>(), keys);
    });

    // From now on only the attacker's log answers, and it says that a document of its own is genuine.
    private async Task AnswerFromOwnLogAsync(INoteSigner[] keys)
    {
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        var log = await Theatre.ForkAsync(keys);
        await ForgedDocument.Add(log, Forged).WriteAsync(answer["results"]![0]!);
        Network.Pose(log, answer);
    }
}

using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Institutions that speak of each other's documents.</summary>
public sealed class ConflictTests(Theatre theatre) : Scene(theatre)
{
    [Fact]
    [Attack(Who.Issuer, "15 CONFLICTING", Before = "0 ✔ VERIFIED")]
    public Task A_revocation_does_not_disappear_because_another_institution_lists_the_same_digest() => ConcludeOfAsync("disputed");

    [Fact]
    [Attack(Who.Issuer, "15 CONFLICTING", Before = "0 ✔ VERIFIED")]
    public Task A_document_is_not_revoked_because_another_institution_issues_and_revokes_the_same_bytes() => ConcludeOfAsync("slandered");

    [Fact]
    [Attack(Who.Issuer, "10 ✘ REVOKED", Before = "10 ✘ REVOKED")]
    public Task Who_asks_for_the_institution_that_revoked_is_told_so() => ConcludeOfAsync("disputed", "--issuer", "demo-bank");

    [Fact]
    [Attack(Who.Issuer, "0 ✔ VERIFIED", Before = "0 ✔ VERIFIED")]
    public Task Who_asks_for_the_institution_that_was_slandered_is_told_that_its_document_stands() => ConcludeOfAsync("slandered", "--issuer", "demo-registry");

    [Fact]
    [Attack(Who.Issuer, "15 CONFLICTING", Before = "0 Demo Companies Registry")]
    public async Task A_table_of_many_files_does_not_show_the_kinder_word_alone()
    {
        var run = await User.RunAsync("verify", FileOf("standing"), FileOf("disputed"), "--service", Network.Address.ToString());
        Conclude(run);
        if (!Build.Attacked.IsEarlier)
            Assert.Contains("示范银行", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 ‼ NO ANSWER")]
    public async Task The_kinder_word_is_not_said_first_by_turning_the_order_round()
    {
        Network.TamperWithVerdicts(verdict => verdict["results"] = new JsonArray([.. verdict["results"]!.AsArray().Reverse().Select(result => result!.DeepClone())]));
        await ConcludeOfAsync("disputed");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 ‼ NO ANSWER")]
    public async Task Conflicting_words_are_not_one_word_because_the_answer_says_so()
    {
        Network.TamperWithVerdicts(verdict => verdict["verdict"] = verdict["verdict"]!.GetValue<string>() == "verified" ? "revoked" : "verified");
        await ConcludeOfAsync("disputed");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task One_institution_does_not_speak_twice()
    {
        Network.TamperWithVerdicts(verdict => verdict["results"]!.AsArray().Add(verdict["results"]![0]!.DeepClone()));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "1 ? NOT BY", Before = "1 ? UNKNOWN")]
    public async Task Leaving_out_the_institution_that_is_asked_for_gives_no_other_institutions_word()
    {
        Network.TamperWithVerdicts(verdict =>
        {
            var results = verdict["results"]!.AsArray();
            foreach (var result in results.Where(result => result!["issuer"]!["id"]!.GetValue<string>() == "demo-bank").ToArray())
                results.Remove(result);
            verdict["verdict"] = results[0]!["verdict"]!.DeepClone();
        });
        await ConcludeOfAsync("disputed", "--issuer", "demo-bank");
    }
}

using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Facts that no receipt proves, said beside ones that it does.</summary>
public sealed class FactTests(Theatre theatre) : Scene(theatre)
{
    private const string LongAgo = "2001-01-01T00:00:00Z";

    [Fact]
    [Attack(Who.Network, "3", Before = "10 taken back for good at 2001-01-01")]
    public Task The_time_of_a_revocation_is_that_of_its_entry() => AlterAsync("revoked", result => result["since"] = LongAgo);

    [Fact]
    [Attack(Who.Network, "3", Before = "10 issued by A Better Bank")]
    public Task The_name_of_who_revoked_is_that_of_its_entry() => AlterAsync("revoked", result => result["issuer"]!["legalName"] = "A Better Bank");

    [Fact]
    [Attack(Who.Network, "3", Before = "10 [US]")]
    public Task The_jurisdiction_of_who_revoked_is_that_of_its_entry() => AlterAsync("revoked", result => result["issuer"]!["jurisdiction"] = "US");

    [Fact]
    [Attack(Who.Network, "3", Before = "11 issued by A Better Bank")]
    public Task The_name_of_who_suspended_is_that_of_its_entry() => AlterAsync("suspended", result => result["issuer"]!["legalName"] = "A Better Bank");

    [Fact]
    [Attack(Who.Network, "3", Before = "11 on hold since 2001-01-01")]
    public Task The_time_of_a_suspension_is_that_of_its_entry() => AlterAsync("suspended", result => result["since"] = LongAgo);

    [Fact]
    [Attack(Who.Network, "10 ✘ REVOKED", Before = "10 at 2001-01-01")]
    public async Task An_issue_of_long_ago_that_was_never_made_is_not_shown_as_proven()
    {
        Network.TamperWithResults(result =>
        {
            var acts = (result["acts"] ?? result["unproven"]!["acts"])!.AsArray();
            var issue = acts[0]!.DeepClone();
            (issue["at"], issue["logIndex"]) = (LongAgo, 1);
            acts.Insert(0, issue);
        });
        var run = await User.VerifyAsync(FileOf("revoked"));
        Conclude(run);
        if (!Build.Attacked.IsEarlier)
            Assert.DoesNotContain("2001-01-01", Proven.Of(run.Output), StringComparison.Ordinal);
    }

    [Fact]
    [Attack(Who.Network, "12 ↷ SUPERSEDED", Before = "12 which is revoked")]
    public async Task How_a_successor_stands_is_not_shown_as_proven()
    {
        Network.TamperWithResults(result =>
        {
            if (result["successor"]!["verdict"] is not null)
                result["successor"]!["verdict"] = "revoked";
            if (result["unproven"]?["successorVerdict"] is not null)
                result["unproven"]!["successorVerdict"] = "revoked";
        });
        var run = await User.VerifyAsync(FileOf("superseded"));
        Conclude(run);
        if (!Build.Attacked.IsEarlier)
            Assert.DoesNotContain("which is revoked", Proven.Of(run.Output), StringComparison.Ordinal);
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 2001-01-01")]
    public async Task The_time_of_an_issue_in_a_table_is_that_of_its_entry()
    {
        Network.TamperWithResults(result => result["since"] = LongAgo);
        Conclude(await User.RunAsync("verify", FileOf("standing"), FileOf("long"), "--service", Network.Address.ToString()));
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "10 \"expires\": \"2001-01-01T00:00:00Z\"")]
    public Task The_validity_of_a_revoked_document_is_that_of_its_entry() => AlterAsync("revoked", result => result["expires"] = LongAgo, "--json");

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another act")]
    public Task The_reason_is_that_of_the_entry() => AlterAsync("revoked", result => result["reason"] = "superseded");

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another note")]
    public Task The_note_is_the_one_that_the_entry_commits_to() => AlterAsync("revoked", result => result["note"] = "by mistake");

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another note")]
    public Task A_note_that_is_left_out_is_missed() => AlterAsync("revoked", result => result.AsObject().Remove("note"));

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another successor")]
    public Task The_successor_is_the_one_that_the_entry_commits_to() => AlterAsync("superseded", result => result["successor"]!["digest"] = Theatre.HexOf("revoked"));

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another act")]
    public Task An_act_of_one_institution_is_not_shown_as_that_of_another() => AlterAsync("standing", result => result["issuer"]!["id"] = "demo-registry");

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another issuer")]
    public Task The_name_of_who_issued_is_that_of_its_entry() => AlterAsync("standing", result => result["issuer"]!["legalName"] = "A Better Bank");

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another act")]
    public async Task A_revoked_document_is_not_verified_because_the_answer_says_so()
    {
        Claim("verified");
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 another act")]
    public async Task A_document_that_stands_is_not_revoked_because_the_answer_says_so()
    {
        Claim("revoked");
        await ConcludeOfAsync("standing");
    }

    private void Claim(string word) => Network.TamperWithVerdicts(verdict =>
    {
        verdict["verdict"] = word;
        verdict["results"]![0]!["verdict"] = word;
    });

    private async Task AlterAsync(string document, Action<JsonNode> change, params string[] more)
    {
        Network.TamperWithResults(change);
        await ConcludeOfAsync(document, more);
    }
}

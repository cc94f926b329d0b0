using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.AzureStorage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Foreign words that a terminal would obey, or that read as something else than they are.</summary>
public sealed class EscapeTests(Theatre theatre) : Scene(theatre)
{
    private const string DrawsVerified = "\e[2K\r\e[1;32m✔ VERIFIED\e[0m";

    [Fact]
    [Attack(Who.Holder, "1 ? UNKNOWN", Before = "1 \e[1;32m✔ VERIFIED")]
    public async Task A_file_name_draws_no_verdict() => Conclude(await User.VerifyAsync(FileOf("unheard", $"{DrawsVerified}.pdf")));

    [Fact]
    [Attack(Who.Holder, "1 ? UNKNOWN", Before = "1 \e[1;32m✔ VERIFIED")]
    public async Task A_file_name_draws_no_verdict_in_a_table()
    {
        Conclude(await User.RunAsync("verify", FileOf("standing"), FileOf("unheard", $"{DrawsVerified}.pdf"), "--service", Network.Address.ToString()));
    }

    [Fact]
    [Attack(Who.Holder, "1 RECEIPT DOES NOT HOLD", Before = "1 \e[1;32m✔ VERIFIED")]
    public async Task A_file_name_draws_no_verdict_in_a_check_of_a_receipt()
    {
        var file = FileOf("unheard", $"{DrawsVerified}.pdf");
        Conclude(await User.RunAsync("receipt", "check", file, "--receipt", User.File("receipt", Encoding.UTF8.GetBytes(await ReceiptAsync("standing"))), "--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "3 ✔ VERIFIED", Before = "3 \e[1;32m✔ VERIFIED")]
    public async Task The_title_of_a_problem_draws_no_verdict()
    {
        Network.AnswerVerify(reply => Problem(reply, new JsonObject { ["type"] = "urn:x", ["title"] = DrawsVerified }));
        await ConcludeOfAsync("unheard");
    }

    [Fact]
    [Attack(Who.Network, "3 ✔ VERIFIED", Before = "3 \e[1;32m✔ VERIFIED")]
    public async Task The_detail_of_a_problem_draws_no_verdict()
    {
        Network.AnswerVerify(reply => Problem(reply, new JsonObject { ["type"] = "urn:x", ["title"] = "Bad request", ["detail"] = DrawsVerified }));
        await ConcludeOfAsync("unheard");
    }

    [Fact]
    [Attack(Who.Service, "0 gpj.knaB", Before = "0 \u202egpj.knaB")]
    public Task A_name_that_turns_round_what_follows_is_made_visible() => NamedAsync("\u202egpj.knaB");

    [Fact]
    [Attack(Who.Service, "0 Bank", Before = "0 Bank\u2028")]
    public Task A_name_with_a_line_of_its_own_is_made_visible() => NamedAsync("Bank\u2028  ✔ that log is signed by everyone");

    [Fact]
    [Attack(Who.Service, "0 Bank", Before = "0 Bank\u009b2J")]
    public Task A_name_with_a_control_of_eight_bits_is_made_visible() => NamedAsync("Bank\u009b2J");

    [Fact]
    [Attack(Who.Service, "10 note", Before = "10 note\u2066")]
    public async Task A_note_with_marks_of_direction_is_made_visible()
    {
        var (log, answer) = await BeginAsync();
        var verdict = answer["results"]![0]!;
        var issue = ForgedDocument.Add(log, Theatre.Document("revoked"));
        var revocation = ForgedDocument.Add(log, Theatre.Document("revoked"), entry => entry with { Kind = ActKind.Revoke, Target = issue.Index, Reason = ReasonCode.IssuedInError }, "note\u2066\u202e");
        await revocation.WriteAsync(verdict);
        Revoke(verdict);
        if (verdict["results"]![0]!["unproven"] is not null)
            verdict["results"]![0]!["issueReceipt"] = await issue.ReceiptAsync();
        Network.Pose(log, answer, await log.KeysAsync(Theatre.KeysDocument));
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Service, "0", Before = "0 evil\u202elog")]
    public async Task The_name_of_a_log_is_made_visible()
    {
        var (log, answer) = await BeginAsync("evil\u202elog");
        await ForgedDocument.Add(log, Theatre.Document("standing")).WriteAsync(answer["results"]![0]!);
        Network.Pose(log, answer, await log.KeysAsync(Theatre.KeysDocument));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Issuer, "2", Before = "0 ✔ revoked")]
    public async Task A_note_with_marks_of_direction_is_refused_when_it_is_uploaded()
    {
        var document = await Theatre.IssueAsync("annotated");
        Conclude(await User.RunAsync("revoke", $"sha-256:{Theatre.HexOf(document)}", "--issuer", "demo-bank", "--reason", "issuedInError", "--note", "wrong \u202ebalance", "--inbox", Theatre.Service.Inbox));
    }

    [Fact]
    [Attack(Who.Issuer, "1", Before = "0 ✔ issued")]
    public async Task An_institution_whose_name_has_marks_of_direction_issues_nothing()
    {
        var names = new Dictionary<string, string> { ["legalname"] = "\u202eknaB", ["jurisdiction"] = "HK" };
        await Theatre.Service.Accounts.CreateIssuerAsync("turned", names, Stop);
        Conclude(await User.RunAsync("issue", FileOf("mirrored"), "--issuer", "turned", "--inbox", Theatre.Service.Inbox));
    }

    private static void Problem(Reply reply, JsonNode problem)
    {
        (reply.Status, reply.Text) = (400, problem.ToJsonString());
        reply.Headers["Content-Type"] = "application/problem+json";
    }

    private async Task<string> ReceiptAsync(string document) =>
        JsonNode.Parse(await Theatre.AskAsync(document))!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>();

    // A user who meets this log first takes it at its word; what it prints is to be safe all the same.
    private async Task NamedAsync(string legalName)
    {
        var (log, answer) = await BeginAsync();
        await ForgedDocument.Add(log, Theatre.Document("standing"), entry => entry with { LegalName = legalName }).WriteAsync(answer["results"]![0]!);
        Network.Pose(log, answer, await log.KeysAsync(Theatre.KeysDocument));
        await ConcludeOfAsync("standing");
    }

    private async Task<(ForgedLog Log, JsonNode Answer)> BeginAsync(string origin = "evil.example/log") =>
        (ForgedLog.Begin(origin), JsonNode.Parse(await Theatre.AskAsync("standing"))!);

    private static void Revoke(JsonNode verdict)
    {
        verdict["verdict"] = "revoked";
        verdict["results"]![0]!["verdict"] = "revoked";
        (verdict["results"]![0]!["reason"], verdict["results"]![0]!["note"]) = ("issuedInError", "note\u2066\u202e");
        foreach (var act in new[] { verdict["results"]![0]!["acts"]?[0], verdict["results"]![0]!["unproven"]?["acts"]?[0] }.OfType<JsonNode>())
            (act["kind"], act["reason"]) = ("revoke", "issuedInError");
    }
}

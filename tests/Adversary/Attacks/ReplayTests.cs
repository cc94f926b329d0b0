using System.Globalization;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Answers that were true once.</summary>
public sealed class ReplayTests(Theatre theatre) : Scene(theatre)
{
    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task An_answer_from_before_a_revocation_is_no_answer_to_who_saw_the_log_later()
    {
        await MeetAsync();
        User.LetPass(TimeSpan.FromHours(1));
        Replay();
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task An_answer_from_before_a_revocation_is_no_answer_with_a_given_key_either()
    {
        await MeetAsync("--key", Theatre.Key);
        if (!Build.Attacked.IsEarlier)
            User.LetPass(TimeSpan.FromHours(1));
        Replay();
        await ConcludeOfAsync("revoked", "--key", Theatre.Key);
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 VERIFIED")]
    public async Task An_answer_from_before_a_revocation_does_not_hide_among_many_that_are_true()
    {
        await MeetAsync();
        User.LetPass(TimeSpan.FromHours(1));
        var old = JsonNode.Parse(Theatre.AnswerBeforeRevocation)!["results"]![0]!;
        Network.TamperWithVerdicts(verdict =>
        {
            if (verdict["digest"]!.GetValue<string>() != Theatre.HexOf("revoked"))
                return;
            foreach (var (name, value) in old.AsObject())
                verdict[name] = value?.DeepClone();
        });
        Conclude(await User.RunAsync("verify", FileOf("standing"), FileOf("revoked"), "--service", Network.Address.ToString()));
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task The_receipt_from_before_a_revocation_does_not_count_under_a_fresh_checkpoint()
    {
        await MeetAsync();
        User.LetPass(TimeSpan.FromHours(1));
        var fresh = JsonNode.Parse(await Theatre.AskAsync("standing"))!["results"]![0]!;
        Replay(verdict =>
        {
            verdict["checkpoint"] = fresh["checkpoint"]!.DeepClone();
            verdict["checkedAt"] = fresh["checkedAt"]!.DeepClone();
        });
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task An_answer_of_an_hour_ago_is_no_answer_even_to_who_never_saw_the_log()
    {
        Replay(verdict => verdict["checkedAt"] = At(TimeSpan.FromHours(-1)));
        await ConcludeOfAsync("revoked");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task An_answer_from_an_hour_ahead_is_no_answer()
    {
        Network.TamperWithVerdicts(verdict => verdict["checkedAt"] = At(TimeSpan.FromHours(1)));
        await ConcludeOfAsync("standing");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task An_expired_document_does_not_become_valid_by_an_answer_that_says_it_was_asked_earlier()
    {
        Claim("verified", DateTimeOffset.Parse("2019-12-31T00:00:00Z", CultureInfo.InvariantCulture));
        await ConcludeOfAsync("expired");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "3 ‼ NO ANSWER")]
    public async Task An_expired_document_does_not_become_valid_because_the_answer_says_so()
    {
        Claim("verified", TimeProvider.System.GetUtcNow());
        await ConcludeOfAsync("expired");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "0 ✔ VERIFIED")]
    public async Task A_document_of_tomorrow_is_not_valid_by_an_answer_that_says_it_was_asked_later()
    {
        Claim("verified", DateTimeOffset.Parse("2099-02-01T00:00:00Z", CultureInfo.InvariantCulture));
        await ConcludeOfAsync("early");
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "13 ⌛ EXPIRED")]
    public async Task A_document_that_stands_is_not_expired_by_an_answer_that_says_it_was_asked_later()
    {
        Claim("expired", DateTimeOffset.Parse("2099-02-01T00:00:00Z", CultureInfo.InvariantCulture), result => result["since"] = "2099-01-01T00:00:00Z");
        await ConcludeOfAsync("long");
    }

    private static string At(TimeSpan from) => Time(TimeProvider.System.GetUtcNow() + from);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void Replay(Action<JsonNode>? change = null)
    {
        var old = JsonNode.Parse(Theatre.AnswerBeforeRevocation)!;
        change?.Invoke(old["results"]![0]!);
        Network.AnswerVerify(reply => reply.Text = old.ToJsonString());
    }

    private void Claim(string word, DateTimeOffset checkedAt, Action<JsonNode>? change = null) => Network.TamperWithVerdicts(verdict =>
    {
        verdict["verdict"] = word;
        verdict["checkedAt"] = Time(checkedAt);
        verdict["results"]![0]!["verdict"] = word;
        change?.Invoke(verdict["results"]![0]!);
    });
}

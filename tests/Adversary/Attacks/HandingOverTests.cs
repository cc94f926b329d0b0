using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.AzureStorage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>What holders and receivers are told of packages by whoever stands between, or runs the service.</summary>
public sealed partial class HandingOverTests(Theatre theatre) : Scene(theatre)
{
    private const string Lender = "demo-lender";
    private const string Another = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    private const string ReceiversPath = "/v1/receivers";
    private const string HandoversPath = "/v1/handovers";

    [Fact]
    [Attack(Who.Network, "3 cannot be relied on")]
    public async Task A_key_that_is_put_in_a_receivers_place_is_not_sealed_to()
    {
        Network.Answer(ReceiversPath, reply => reply.Json(answer => Of(answer, Lender)["encryptionKey"] = Another));
        Conclude(await HandAsync());
        Assert.DoesNotContain(Network.Asked, path => path.StartsWith(HandoversPath, StringComparison.Ordinal));
    }

    [Fact]
    [Attack(Who.Service, "3 cannot be relied on")]
    public async Task A_receiver_that_is_in_no_log_is_not_sealed_to()
    {
        Network.Answer(ReceiversPath, reply => reply.Json(answer =>
        {
            var receiver = Of(answer, Lender);
            var proof = receiver["proof"]!.GetValue<string>();
            var extra = ExtraPattern().Match(proof).Groups[1].Value;
            var forged = JsonNode.Parse(Convert.FromBase64String(extra))!;
            var entry = Encoding.UTF8.GetString(Convert.FromBase64String(forged["entry"]!.GetValue<string>()));
            forged["entry"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.Replace(receiver["encryptionKey"]!.GetValue<string>(), Another, StringComparison.Ordinal)));
            receiver["encryptionKey"] = Another;
            receiver["proof"] = proof.Replace(extra, Convert.ToBase64String(Encoding.UTF8.GetBytes(forged.ToJsonString())), StringComparison.Ordinal);
        }));
        Conclude(await HandAsync());
        Assert.DoesNotContain(Network.Asked, path => path.StartsWith(HandoversPath, StringComparison.Ordinal));
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task A_key_that_a_receiver_gave_up_is_not_sealed_to_by_who_saw_the_log_later()
    {
        var id = $"giving-up-{Guid.NewGuid():N}"[..20];
        await RegisterAsync(id, Another);
        var before = await ReceiversAsync(answer => answer["receivers"]!.AsArray().Any(receiver => receiver!["id"]!.GetValue<string>() == id));
        await RegisterAsync(id, Of(before, Lender)["encryptionKey"]!.GetValue<string>());
        await ReceiversAsync(answer => Of(answer, id)["encryptionKey"]!.GetValue<string>() != Another);
        await MeetAsync();
        User.LetPass(TimeSpan.FromHours(1));
        Network.Answer(ReceiversPath, reply => reply.Text = before.ToJsonString());
        Conclude(await HandAsync(id));
        Assert.DoesNotContain(Network.Asked, path => path.StartsWith(HandoversPath, StringComparison.Ordinal));
    }

    [Fact]
    [Attack(Who.Operator, "3")]
    public async Task A_package_that_is_dropped_is_not_said_to_be_sent()
    {
        Network.Tamper = (path, reply) =>
        {
            if (path.StartsWith(HandoversPath + "/", StringComparison.Ordinal))
                reply.Json(trace => (trace["state"], trace["events"]) = ("sent", new JsonArray()));
        };
        Conclude(await HandAsync());
    }

    [Fact]
    [Attack(Who.Operator, "3 cannot be relied on")]
    public async Task An_acceptance_of_nobody_is_not_shown()
    {
        var link = await SentAsync();
        Network.Tamper = (path, reply) =>
        {
            if (path.StartsWith(HandoversPath + "/", StringComparison.Ordinal))
                reply.Json(trace =>
                {
                    trace["state"] = "received";
                    var received = trace["events"]![0]!.DeepClone();
                    received["act"] = "received";
                    trace["events"]!.AsArray().Add(received);
                });
        };
        Conclude(await User.RunAsync("handover", "trace", link, "--service", Network.Address.ToString()));
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task A_consent_is_not_said_to_be_taken_back_at_the_services_word()
    {
        var link = await SentAsync();
        Network.Instead = async (context, path) =>
        {
            if (!path.EndsWith("/withdraw", StringComparison.Ordinal))
                return false;
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, """{"act":"withdrawn","at":"2026-11-26T20:00:00Z","logIndex":1,"receipt":"x"}""", Stop);
            return true;
        };
        Conclude(await User.RunAsync("handover", "withdraw", link, "--service", Network.Address.ToString(), "--timeout", "15"));
    }

    private static JsonNode Of(JsonNode answer, string id) => answer["receivers"]!.AsArray().Single(receiver => receiver!["id"]!.GetValue<string>() == id)!;

    private Task<Run> HandAsync(string receiver = Lender) => User.RunAsync(
        "handover", FileOf("standing"), "--receiver", receiver, "--purpose", "credit", "--until", "2099-12-31", "--yes", "--service", Network.Address.ToString());

    private async Task<string> SentAsync()
    {
        var sent = await HandAsync();
        Assert.True(sent.ExitCode == 0, sent.Text);
        return LinkPattern().Match(sent.Text).Value;
    }

    private Task RegisterAsync(string id, string key) => Theatre.Service.Accounts.CreateReceiverAsync(
        id,
        new Dictionary<string, string> { ["legalname"] = "Giving Up Ltd", ["jurisdiction"] = "HK", ["encryptionkey"] = key, ["purposes"] = "credit", ["keepsdays"] = "1" },
        Stop);

    private async Task<JsonNode> ReceiversAsync(Func<JsonNode, bool> condition)
    {
        using var http = new HttpClient();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Wait.Limit);
        while (true)
        {
            var answer = JsonNode.Parse(await http.GetStringAsync(new Uri(Theatre.Service.Address, ReceiversPath), limit.Token))!;
            if (condition(answer))
                return answer;
            await Task.Delay(200, limit.Token);
        }
    }

    [GeneratedRegex("^extra (.*)$", RegexOptions.Multiline)]
    private static partial Regex ExtraPattern();

    [GeneratedRegex(@"http\S+#trace=[\w-]{43}")]
    private static partial Regex LinkPattern();
}

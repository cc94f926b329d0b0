using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>An answer counts if all of it follows from the entries that its receipts prove, but what it marks as unproven.</summary>
public sealed class ProvenAnswerTests : IDisposable
{
    private static readonly byte[] Document = Clients.Content(0);
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Whatever_is_changed_or_left_out_outside_of_unproven_makes_it_no_answer()
    {
        await ConflictAsync();
        JsonObject? sent = null;
        _service.Rewrite = verdict => sent = verdict.DeepClone().AsObject();
        Assert.Equal(Verdict.Conflicting, (await AskAsync()).Verdict);

        var tried = 0;
        foreach (var path in Leaves(sent!, "").Where(path => path != "/checkedAt" && !path.Contains("/unproven/", StringComparison.Ordinal)))
        {
            foreach (var (change, apply) in new (string, Func<JsonNode, JsonNode?>)[] { ("another", Other), ("left out", _ => null) })
            {
                _service.Rewrite = verdict => Replace(verdict, path, apply);
                Assert.False(await CountsAsync(), $"{path} {change}");
                tried++;
            }
        }

        Assert.InRange(tried, 50, 200);
    }

    [Theory]
    [InlineData("domain", "\"better.example\"")]
    [InlineData("validFrom", "\"2001-01-01T00:00:00Z\"")]
    [InlineData("expires", "\"2031-01-01T00:00:00Z\"")]
    [InlineData("reason", "\"issuedInError\"")]
    [InlineData("note", "\"trust me\"")]
    [InlineData("successor", "{\"algorithm\":\"sha-256\",\"digest\":\"00\"}")]
    [InlineData("issueReceipt", "\"\"")]
    public async Task What_is_added_makes_it_no_answer(string member, string value)
    {
        await _service.IssueAsync(Document);
        Assert.True(await CountsAsync());
        _service.Rewrite = verdict => (member == "domain" ? verdict["results"]![0]!["issuer"]! : verdict["results"]![0]!)[member] = JsonNode.Parse(value);
        Assert.False(await CountsAsync());
    }

    [Fact]
    public async Task What_is_unproven_changes_nothing_that_is_proven()
    {
        await ConflictAsync();
        var before = await AskAsync();
        _service.Rewrite = verdict =>
        {
            foreach (var result in verdict["results"]!.AsArray())
                result!["unproven"] = JsonNode.Parse("""{"acts":[{"logIndex":1,"kind":"revoke","at":"2001-01-01T00:00:00Z"}],"type":"x","successorVerdict":"revoked"}""");
        };
        var after = await AskAsync();
        Assert.Equal(before.Verdict, after.Verdict);
        Assert.Equal(Proven(before), Proven(after));
        Assert.NotEqual(before.Document.Results, after.Document.Results);
        _service.Rewrite = verdict => verdict["results"]![0]!.AsObject().Remove("unproven");
        Assert.Equal(Proven(before), Proven(await AskAsync()));

        static IEnumerable<ResultDocument> Proven(CheckedAnswer answer) => answer.Document.Results.Select(result => result with { Unproven = null });
    }

    [Theory]
    [InlineData("left out")]
    [InlineData("its own")]
    [InlineData("of another institution")]
    [InlineData("of another issue")]
    [InlineData("of another document")]
    [InlineData("of a suspension")]
    public async Task The_issue_that_was_acted_on_is_proven_and_no_other_will_do(string which)
    {
        _service.World.AddIssuer("registry");
        await _service.IssueAsync(Clients.Content(1));
        await _service.IssueAsync(Document, "registry");
        await _service.IssueAsync(Document);
        await _service.ActAsync("bank", "suspend", Document);
        await _service.IssueAsync(Document, metadata: new() { ["type"] = "corrected" });
        await _service.ActAsync("bank", "revoke", Document);
        var sent = (await AskAsync()).OfIssuer("bank").Document.Results[0];
        var other = which switch
        {
            "left out" => null,
            "its own" => sent.Receipt,
            "of another institution" => (await AskAsync()).OfIssuer("registry").Document.Results[0].Receipt,
            "of another document" => (await AskAsync(document: 1)).Document.Results[0].Receipt,
            "of a suspension" => await ProofAsync(ActKind.Suspend),
            _ => await ProofAsync(ActKind.Issue),
        };
        _service.Rewrite = verdict =>
        {
            var bank = verdict["results"]!.AsArray().Single(result => result!["issuer"]!["id"]!.GetValue<string>() == "bank")!.AsObject();
            bank["issueReceipt"] = other;
            if (other is null)
                bank.Remove("issueReceipt");
        };
        Assert.False(await CountsAsync());
    }

    [Fact]
    public async Task A_receipt_under_an_older_checkpoint_than_the_answers_is_no_answer()
    {
        await _service.IssueAsync(Document);
        var old = (await AskAsync()).Document.Results[0].Receipt;
        await _service.IssueAsync(Clients.Content(1));

        // The service reads its checkpoint again after a second.
        _service.World.Time.Advance(TimeSpan.FromSeconds(1));
        _service.Rewrite = verdict => verdict["results"]![0]!["receipt"] = old;
        Assert.False(await CountsAsync());
    }

    [Fact]
    public async Task Results_in_another_order_twice_or_under_another_verdict_are_no_answer()
    {
        await ConflictAsync();
        Assert.True(await CountsAsync());
        _service.Lie = verdict => verdict with { Results = [.. verdict.Results.Reverse()] };
        Assert.False(await CountsAsync());
        _service.Lie = verdict => verdict with { Results = [verdict.Results[0], verdict.Results[0], verdict.Results[1]] };
        Assert.False(await CountsAsync());
        foreach (var word in Enum.GetValues<Verdict>().Where(word => word != Verdict.Conflicting))
        {
            _service.Lie = verdict => verdict with { Verdict = word };
            Assert.False(await CountsAsync(), $"{word}");
        }
    }

    [Theory]
    [InlineData(-2, Verdict.NotYetValid)]
    [InlineData(1, Verdict.Verified)]
    [InlineData(11, Verdict.Expired)]
    public async Task Validity_is_judged_by_the_clients_clock_where_the_services_differs_a_little(int minutes, Verdict verdict)
    {
        var begin = _service.World.Time.GetUtcNow();
        await _service.IssueAsync(Document, metadata: new() { ["validfrom"] = Text(begin), ["expires"] = Text(begin.AddMinutes(10)) });
        foreach (var service in new[] { minutes - 1, minutes + 1 })
        {
            _service.Lie = answer => AsOf(answer, begin.AddMinutes(service));
            var answer = await AskAsync(begin.AddMinutes(minutes));
            Assert.Equal(verdict, answer.Verdict);
            var result = Assert.Single(answer.Document.Results);
            Assert.Equal((verdict, begin.AddMinutes(minutes)), (result.Verdict, answer.CheckedAt));
            Assert.Equal(verdict == Verdict.Expired ? begin.AddMinutes(10) : begin, result.Since);
            Assert.Same(result, answer.Results[0].Document);
        }
    }

    [Fact]
    public async Task A_word_that_does_not_fit_the_time_that_the_service_names_is_no_answer()
    {
        var begin = _service.World.Time.GetUtcNow();
        await _service.IssueAsync(Document, metadata: new() { ["expires"] = Text(begin.AddMinutes(1)) });
        _service.Lie = answer => answer with { CheckedAt = begin.AddMinutes(2) };
        Assert.False(await CountsAsync());
    }

    [Fact]
    public async Task One_institutions_expiry_by_the_clients_clock_makes_two_that_agreed_differ()
    {
        var begin = _service.World.Time.GetUtcNow();
        _service.World.AddIssuer("registry");
        await _service.IssueAsync(Document, metadata: new() { ["expires"] = Text(begin.AddMinutes(1)) });
        await _service.IssueAsync(Document, "registry");
        Assert.Equal(Verdict.Verified, (await AskAsync()).Verdict);
        var later = await AskAsync(begin.AddMinutes(2));
        Assert.Equal(Verdict.Conflicting, later.Verdict);
        Assert.Equal([Verdict.Expired, Verdict.Verified], later.Document.Results.Select(result => result.Verdict));
        Assert.Equal(Verdict.Verified, later.OfIssuer("registry").Verdict);
    }

    // The bank issued with a validity, then superseded with a note; the registry issued.
    private async Task ConflictAsync()
    {
        _service.World.AddIssuer("registry");
        await _service.IssueAsync(Clients.Content(1));
        await _service.IssueAsync(Document, metadata: new() { ["validfrom"] = "2026-01-01T00:00:00Z", ["expires"] = "2030-01-01T00:00:00Z", ["type"] = "statement" });
        await _service.ActAsync("bank", "supersede", Document, $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{Clients.DigestOf(1).Hex}\",\"note\":\"see there\"");
        await _service.IssueAsync(Document, "registry");
    }

    private async Task<CheckedAnswer> AskAsync(DateTimeOffset? now = null, int document = 0)
    {
        using var client = Clients.Of(_service, time: new FakeTimeProvider(now ?? _service.World.Time.GetUtcNow()));
        return await client.VerifyAsync(Clients.DigestOf(document), Clients.Stop);
    }

    private async Task<bool> CountsAsync()
    {
        try
        {
            return (await AskAsync()).Verdict is not null;
        }
        catch (NoAnswerException)
        {
            return false;
        }
    }

    // The bank's first act of a kind on the document, under the checkpoint that answers stand on.
    private async Task<string> ProofAsync(ActKind kind)
    {
        var act = _service.World.Ledger.IndexedActs.Where(act => act.Digest.Hex == Clients.DigestOf(0).Hex && act.Entry is { Issuer: "bank" } entry && entry.Kind == kind).MinBy(act => act.LogIndex)!;
        await using var process = _service.World.Start();
        var checkpoint = (await AskAsync()).Document.Checkpoint;
        var path = await new TreeReader(process.Tiles, checkpoint.Size).InclusionProofAsync(act.LogIndex, Clients.Stop);
        return Encoding.UTF8.GetString(Prover.Of(act, path, Encoding.UTF8.GetBytes(checkpoint.Note)).Encode());
    }

    private static VerdictDocument AsOf(VerdictDocument answer, DateTimeOffset at)
    {
        var result = answer.Results[0];
        var (verdict, since) = at >= result.Expires ? (Verdict.Expired, result.Expires.Value) : at < result.ValidFrom ? (Verdict.NotYetValid, result.ValidFrom.Value) : (Verdict.Verified, result.ValidFrom!.Value);
        return answer with { CheckedAt = at, Verdict = verdict, Results = [result with { Verdict = verdict, Since = since }] };
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Leaves(JsonNode node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value!, $"{path}/{member.Key}")),
        JsonArray items => items.SelectMany((item, i) => Leaves(item!, $"{path}/{i}")),
        _ => [path],
    };

    private static void Replace(JsonNode node, string path, Func<JsonNode, JsonNode?> change)
    {
        var names = path[1..].Split('/');
        foreach (var name in names[..^1])
            node = node is JsonArray ? node[int.Parse(name, CultureInfo.InvariantCulture)]! : node[name]!;
        var value = change(node[names[^1]]!);
        if (value is null)
            node.AsObject().Remove(names[^1]);
        else
            node[names[^1]] = value;
    }

    private static JsonNode Other(JsonNode leaf) => leaf.GetValueKind() == JsonValueKind.Number
        ? leaf.GetValue<long>() + 1
        : leaf.GetValue<string>() switch
        {
            "verified" => "expired",
            "superseded" => "revoked",
            "conflicting" => "verified",
            var time when DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var at) => Text(at.AddSeconds(1)),
            var text => text + "0",
        };
}

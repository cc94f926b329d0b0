using System.Net;
using System.Text.Json;

namespace TrueCopy.Api.Tests;

/// <summary>What was done to a document, as the API answers it. The host holds every answer to the OpenAPI document.</summary>
public sealed class ActsTests
{
    [Theory]
    [InlineData("""{"act":"revoke","reason":"issuedInError","note":"sorry",DOCUMENT}""", "revoked")]
    [InlineData("""{"act":"suspend","reason":"certificateHold","note":"sorry",DOCUMENT}""", "suspended")]
    [InlineData("""{"act":"supersede","note":"sorry",DOCUMENT,"successorAlgorithm":"sha-256","successorDigest":"OTHER"}""", "superseded")]
    public async Task An_act_on_a_document_is_answered_with_its_reason_its_note_and_its_own_receipt(string line, string verdict)
    {
        await using var host = await ApiHost.StartAsync();
        var hex = await host.IssueAsync("document");
        var other = await host.IssueAsync("other");
        host.World.Time.Advance(TimeSpan.FromSeconds(5));
        var document = $"\"algorithm\":\"sha-256\",\"digest\":\"{hex}\"";
        await host.UploadAsync("a.acts.jsonl", line.Replace("DOCUMENT", document, StringComparison.Ordinal).Replace("OTHER", other, StringComparison.Ordinal));

        var answer = await VerdictAsync(host, hex);
        Assert.Equal(verdict, answer.GetProperty("verdict").GetString());
        var result = Assert.Single(answer.GetProperty("results").EnumerateArray());
        var acts = result.GetProperty("unproven").GetProperty("acts");
        Assert.Equal("sorry", result.GetProperty("note").GetString());
        Assert.Equal(verdict == "superseded" ? "superseded" : acts[1].GetProperty("reason").GetString(), result.GetProperty("reason").GetString());
        Assert.Equal("2026-11-23T09:00:05Z", result.GetProperty("since").GetString());
        Assert.Equal(2, acts.GetArrayLength());
        Assert.Contains($"index {acts[1].GetProperty("logIndex")}\n", result.GetProperty("receipt").GetString(), StringComparison.Ordinal);
        Assert.Contains($"index {acts[0].GetProperty("logIndex")}\n", result.GetProperty("issueReceipt").GetString(), StringComparison.Ordinal);
        if (verdict == "superseded")
            Assert.Equal(($"{other}", "verified"), (result.GetProperty("successor").GetProperty("digest").GetString()!, result.GetProperty("unproven").GetProperty("successorVerdict").GetString()!));
    }

    [Theory]
    [InlineData("expires", "2026-11-23T08:59:59Z", "expired")]
    [InlineData("validfrom", "2026-11-23T17:00:01%2B08:00", "notYetValid")]
    [InlineData("expires", "2026-11-23T09:00:01Z", "verified")]
    public async Task Validity_is_answered_as_it_was_stated_in_the_metadata(string key, string time, string verdict)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadAsync("d", "document", metadata: new() { [key] = time, ["type"] = "%E6%8A%A5%E5%91%8A" });
        var answer = await VerdictAsync(host, ApiHost.HexOf("document"));
        Assert.Equal(verdict, answer.GetProperty("verdict").GetString());
        Assert.Equal("报告", answer.GetProperty("results")[0].GetProperty("unproven").GetProperty("type").GetString());
        Assert.False(answer.GetProperty("results")[0].TryGetProperty("issueReceipt", out _));
        Assert.True(answer.GetProperty("results")[0].TryGetProperty(key == "expires" ? "expires" : "validFrom", out _));
    }

    [Fact]
    public async Task Each_institution_has_a_result_of_its_own_and_where_they_differ_that_is_the_verdict()
    {
        await using var host = await ApiHost.StartAsync();
        host.World.AddIssuer("registry");
        var hex = await host.IssueAsync("document");
        await host.IssueAsync("document", "registry");
        await host.UploadAsync("a.acts.jsonl", $$"""{"act":"revoke","algorithm":"sha-256","digest":"{{hex}}"}""");
        var answer = await VerdictAsync(host, hex);
        Assert.Equal("conflicting", answer.GetProperty("verdict").GetString());
        Assert.Equal(
            [("bank", "revoked"), ("registry", "verified")],
            answer.GetProperty("results").EnumerateArray().Select(result => (result.GetProperty("issuer").GetProperty("id").GetString()!, result.GetProperty("verdict").GetString()!)));
        var problem = await ApiHost.ProblemAsync(await host.GetAsync($"/v1/verify/sha-256/{hex}/receipt"), 404, "no-receipt");
        Assert.StartsWith("Institutions differ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_an_issuer_was_called_is_answered_from_the_log()
    {
        await using var host = await ApiHost.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/v1/issuers/bank")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/v1/issuers/No%20Id")).StatusCode);
        await host.IssueAsync("a");
        host.World.Time.Advance(TimeSpan.FromHours(1));
        host.World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "Another Name Ltd", ["jurisdiction"] = "SG" });
        await host.IssueAsync("b");

        var history = await JsonAsync(await host.GetAsync("/v1/issuers/bank"));
        Assert.Equal(
            [("The bank Ltd", "2026-11-23T09:00:00Z"), ("Another Name Ltd", "2026-11-23T10:00:00Z")],
            history.GetProperty("descriptions").EnumerateArray().Select(item => (item.GetProperty("legalName").GetString()!, item.GetProperty("since").GetString()!)));
        var first = await VerdictAsync(host, ApiHost.HexOf("a"));
        Assert.Equal("The bank Ltd", first.GetProperty("results")[0].GetProperty("issuer").GetProperty("legalName").GetString());
    }

    [Fact]
    public async Task What_an_issuer_s_domain_said_is_answered_from_the_log_with_the_index_of_its_entry()
    {
        await using var host = await ApiHost.StartAsync();
        host.World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK", ["domain"] = "bank.hk" });
        var at = host.World.Time.GetUtcNow();
        await SayAsync(DomainWord.Contradicted, at);
        await SayAsync(DomainWord.Confirmed, at.AddHours(1));
        const string Said = """{"outcome":"confirmed","since":"2026-11-23T10:00:00Z","logIndex":5,"domain":"bank.hk"}""";
        var history = (await JsonAsync(await host.GetAsync("/v1/issuers/bank"))).GetProperty("domainOutcomes");
        Assert.Equal(["contradicted", "confirmed"], history.EnumerateArray().Select(item => item.GetProperty("outcome").GetString()));
        Assert.Equal(Said, history[1].GetRawText());
        Assert.Equal(Said, (await JsonAsync(await host.GetAsync("/v1/issuers"))).GetProperty("issuers")[0].GetProperty("domainOutcome").GetRawText());
        await host.IssueAsync("a");
        Assert.Equal(Said, (await VerdictAsync(host, ApiHost.HexOf("a"))).GetProperty("results")[0].GetProperty("unproven").GetProperty("domain").GetRawText());

        // Of another domain than it was asked nothing is known.
        host.World.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK", ["domain"] = "other.hk" });
        host.World.Time.Advance(TimeSpan.FromHours(2));
        Assert.False((await JsonAsync(await host.GetAsync("/v1/issuers"))).GetProperty("issuers")[0].TryGetProperty("domainOutcome", out _));

        async Task SayAsync(DomainWord word, DateTimeOffset when)
        {
            await host.World.Staged.AddAsync(new RegistryChange(host.World.Inbox.IssuerOf("issuer-bank"), new DomainOutcome("bank.hk", word, when)), TestContext.Current.CancellationToken);
            await host.DrainAsync();
        }
    }

    // Of an issuer that there is not, an empty list would say that it has issued nothing.
    [Fact]
    public async Task An_issuer_that_there_is_not_is_refused_and_the_near_ones_offered()
    {
        await using var host = await ApiHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add(GateForTests.Header, "bnak");
        foreach (var path in new[] { "/v1/issuers/bnak", "/v1/issuers/bnak/documents?reference=x", "/v1/issuers/bnak/uploads" })
        {
            var response = await host.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
            Assert.Equal("urn:truecopy:problem:no-such-issuer", problem.GetProperty("type").GetString());
            Assert.EndsWith("Did you mean bank?", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task References_are_answered_to_the_issuer_alone()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadAsync("d", "document", metadata: new() { ["reference"] = "loan%204711" });
        var path = "/v1/issuers/bank/documents?reference=loan%204711";
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync(path)).StatusCode);
        host.Client.DefaultRequestHeaders.Add(GateForTests.Header, "bank");
        var answer = await JsonAsync(await host.GetAsync(path));
        Assert.Equal(ApiHost.HexOf("document"), Assert.Single(answer.GetProperty("documents").EnumerateArray()).GetProperty("digest").GetString());
        Assert.Empty((await JsonAsync(await host.GetAsync("/v1/issuers/bank/documents?reference=other"))).GetProperty("documents").EnumerateArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/issuers/registry/documents?reference=x")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/v1/issuers/UP/documents?reference=x")).StatusCode);
        foreach (var query in new[] { "", "?reference=", "?reference=a&reference=b", "?reference=" + new string('x', 257) })
            Assert.Equal(HttpStatusCode.BadRequest, (await host.GetAsync("/v1/issuers/bank/documents" + query)).StatusCode);
    }

    [Fact]
    public async Task Uploads_are_told_to_the_issuer_alone()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadAsync("2026/a", "document");
        await host.UploadAsync("2026/SHA256SUMS", "nonsense\n");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/issuers/bank/uploads")).StatusCode);
        host.Client.DefaultRequestHeaders.Add(GateForTests.Header, "bank");
        var answer = await JsonAsync(await host.GetAsync("/v1/issuers/bank/uploads?prefix=2026%2F"));
        Assert.Equal(["2026/SHA256SUMS manifest rejected", "2026/a document answered"], answer.GetProperty("uploads").EnumerateArray().Select(upload => $"{upload.GetProperty("path")} {upload.GetProperty("kind")} {upload.GetProperty("state")}"));
        Assert.Equal(1, answer.GetProperty("days")[0].GetProperty("rejected").GetInt64());
        Assert.Equal("2026/a", Assert.Single((await JsonAsync(await host.GetAsync("/v1/issuers/bank/uploads?state=answered&contains=2026%2FA"))).GetProperty("uploads").EnumerateArray()).GetProperty("path").GetString());
        Assert.Equal("2026/a", Assert.Single((await JsonAsync(await host.GetAsync("/v1/issuers/bank/uploads?offset=1&limit=1"))).GetProperty("uploads").EnumerateArray()).GetProperty("path").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/issuers/registry/uploads")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/v1/issuers/UP/uploads")).StatusCode);
        foreach (var query in new[] { "?state=x", "?contains=" + new string('x', 1025), "?limit=0", "?limit=101", "?limit=x", "?limit=1&limit=2", "?offset=-1", "?prefix=" + new string('x', 1025) })
            Assert.Equal(HttpStatusCode.BadRequest, (await host.GetAsync("/v1/issuers/bank/uploads" + query)).StatusCode);
    }

    private static async Task<JsonElement> VerdictAsync(ApiHost host, string hex) => await JsonAsync(await host.GetAsync($"/v1/verify/sha-256/{hex}"));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}

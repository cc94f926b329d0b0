using System.Text.Json;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Api.Tests;

public sealed class VerifyOneTests : IAsyncLifetime
{
    private ApiHost _host = null!;
    private string _hex = "";

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _host.World.AddIssuer("registry");
        _hex = await _host.IssueAsync("document");
        await _host.IssueAsync("document", "registry");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_document_that_was_issued_is_verified_with_every_act_and_a_receipt_that_holds()
    {
        var response = await _host.GetAsync($"/v1/verify/sha-256/{_hex}");
        var verdict = await JsonAsync(response);
        Assert.Equal("verified", verdict.GetProperty("verdict").GetString());
        Assert.Equal(["bank", "registry"], verdict.GetProperty("acts").EnumerateArray().Select(act => act.GetProperty("issuer").GetProperty("id").GetString()));
        Assert.Equal(3, verdict.GetProperty("checkpoint").GetProperty("size").GetInt64());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        AssertProves(verdict.GetProperty("receipt").GetString()!);
    }

    [Fact]
    public async Task A_document_that_was_not_is_unknown_which_is_an_answer_and_not_an_error()
    {
        var verdict = await JsonAsync(await _host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("other")}"));
        Assert.Equal("unknown", verdict.GetProperty("verdict").GetString());
        Assert.Equal(0, verdict.GetProperty("acts").GetArrayLength());
        Assert.False(verdict.TryGetProperty("receipt", out _));
    }

    [Fact]
    public async Task Hex_is_accepted_in_either_case()
    {
        var verdict = await JsonAsync(await _host.GetAsync($"/v1/verify/sha-256/{_hex.ToUpperInvariant()}"));
        Assert.Equal("verified", verdict.GetProperty("verdict").GetString());
        Assert.Equal(_hex, verdict.GetProperty("digest").GetString());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0x00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("%20000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("g000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("%D9%A000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("4pQ7r0Xw")]
    public async Task Anything_but_hex_of_the_right_length_is_malformed(string digest) =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/sha-256/{digest}"), 400, "malformed-digest");

    [Theory]
    [InlineData("sha256")]
    [InlineData("SHA-256")]
    [InlineData("md5")]
    [InlineData("sha-1")]
    public async Task Other_algorithms_are_unknown(string algorithm) =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/{algorithm}/{_hex}"), 400, "unknown-algorithm");

    [Theory]
    [InlineData("", "text/plain")]
    [InlineData("", "text/plain, application/json;q=0.5")]
    [InlineData("?format=tlog-proof", null)]
    [InlineData("?format=tlog-proof", "application/json")]
    public async Task The_bare_receipt_is_to_be_had_by_asking_for_it(string query, string? accept)
    {
        var response = await _host.GetAsync($"/v1/verify/sha-256/{_hex}{query}", accept);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        AssertProves(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "*/*")]
    [InlineData("", "text/html, */*;q=0.8")]
    [InlineData("", "application/json, text/plain;q=0.9")]
    [InlineData("", "application/json, text/plain")]
    [InlineData("?format=json", "text/plain")]
    public async Task Everyone_else_gets_JSON(string query, string accept) =>
        Assert.Equal("application/json", (await _host.GetAsync($"/v1/verify/sha-256/{_hex}{query}", accept)).Content.Headers.ContentType!.MediaType);

    [Fact]
    public async Task A_bare_receipt_of_an_unknown_document_does_not_exist() =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("other")}?format=tlog-proof"), 404, "no-receipt");

    [Fact]
    public async Task Other_formats_are_refused() =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/sha-256/{_hex}?format=pdf"), 400, "malformed-request");

    private void AssertProves(string receipt)
    {
        Assert.True(Digest.TryParse(DigestAlgorithm.Sha256, _hex, out var digest));
        var check = ReceiptCheck.Run(Receipt.Parse(System.Text.Encoding.UTF8.GetBytes(receipt)), digest, _host.World.Identity.Verifiers);
        Assert.Equal("bank", check.Entry.Issuer);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}

using System.Text.Json;

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
        Assert.Equal(["bank", "registry"], verdict.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("issuer").GetProperty("id").GetString()));
        Assert.Equal(8, verdict.GetProperty("checkpoint").GetProperty("size").GetInt64());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        AssertProves(verdict.GetProperty("results")[0].GetProperty("receipt").GetString()!);
    }

    [Fact]
    public async Task A_document_that_was_not_is_unknown_which_is_an_answer_and_not_an_error()
    {
        var verdict = await JsonAsync(await _host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("other")}"));
        Assert.Equal("unknown", verdict.GetProperty("verdict").GetString());
        Assert.Equal(0, verdict.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Hex_is_accepted_in_either_case()
    {
        var verdict = await JsonAsync(await _host.GetAsync($"/v1/verify/sha-256/{_hex.ToUpperInvariant()}"));
        Assert.Equal("verified", verdict.GetProperty("verdict").GetString());
        Assert.Equal(_hex, verdict.GetProperty("digest").GetString());
    }

    [Fact]
    public async Task Hex_is_accepted_in_mixed_case()
    {
        var mixed = string.Concat(_hex.Select((digit, i) => i % 2 == 0 ? char.ToUpperInvariant(digit) : digit));
        Assert.Equal("verified", (await JsonAsync(await _host.GetAsync($"/v1/verify/sha-256/{mixed}"))).GetProperty("verdict").GetString());
    }

    [Theory]
    [InlineData("sha-256")]
    [InlineData("sha-384")]
    [InlineData("sha-512")]
    [InlineData("sm3")]
    public async Task Every_algorithm_of_the_issuer_leads_to_the_document_with_a_receipt_of_its_own(string name)
    {
        _host.World.AddIssuer("exchange", "sha-384, sha-512, sm3");
        await _host.IssueAsync("contract", "exchange");
        Assert.True(DigestAlgorithm.TryParse(name, out var algorithm));
        var digest = _host.World.Ledger.IndexedActs.Single(act => act.Digest.Algorithm == algorithm && act.Entry.Issuer == "exchange").Digest;
        var verdict = await JsonAsync(await _host.GetAsync($"/v1/verify/{name}/{digest.Hex}"));
        Assert.Equal(("verified", name), (verdict.GetProperty("verdict").GetString(), verdict.GetProperty("algorithm").GetString()));
        AssertProves(verdict.GetProperty("results")[0].GetProperty("receipt").GetString()!, digest, "exchange");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{0}0")]
    [InlineData("{0}{0}")]
    [InlineData("0x{1}")]
    [InlineData("0x{0}")]
    [InlineData("%20{2}")]
    [InlineData("{2}%20")]
    [InlineData("{0}%20")]
    [InlineData("{2}%0A")]
    [InlineData("{2}g")]
    [InlineData("{2}%2B")]
    [InlineData("{2}%2F")]
    [InlineData("{2}%D9%A1")]
    [InlineData("{2}%EF%BC%91")]
    [InlineData("{2}%EF%BD%81")]
    [InlineData("{2}")]
    [InlineData("sha-256:{0}")]
    [InlineData("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")]
    public async Task Anything_but_hex_of_the_right_length_is_malformed(string form)
    {
        var digest = form.Length == 0 ? _hex[..62] : string.Format(System.Globalization.CultureInfo.InvariantCulture, form, _hex, _hex[..62], _hex[..63]);
        var problem = await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/sha-256/{digest}"), 400, "malformed-digest");
        Assert.Equal("a sha-256 digest is 64 hex digits.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_NUL_in_a_digest_is_malformed()
    {
        var answer = (await _host.SendRawAsync("GET", $"/v1/verify/sha-256/{_hex[..63]}\0")).Response;
        Assert.Equal((400, "application/problem+json"), (answer.StatusCode, answer.ContentType));
    }

    [Theory]
    [InlineData("sha-256", 128)]
    [InlineData("sha-256", 96)]
    [InlineData("sha-384", 64)]
    [InlineData("sha-512", 96)]
    [InlineData("sm3", 128)]
    public async Task The_length_is_that_of_the_algorithm(string algorithm, int length) =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/{algorithm}/{new string('0', length)}"), 400, "malformed-digest");

    [Theory]
    [InlineData("sha256")]
    [InlineData("SHA-256")]
    [InlineData("md5")]
    [InlineData("sha-1")]
    [InlineData("SM3")]
    [InlineData("sha-256%20")]
    [InlineData("sha-2%35%36%2F")]
    public async Task Other_algorithms_are_unknown(string algorithm) =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/{algorithm}/{_hex}"), 400, "unknown-algorithm");

    [Fact]
    public async Task The_bare_receipt_is_to_be_had_by_an_address_of_its_own()
    {
        var response = await _host.GetAsync($"/v1/verify/sha-256/{_hex}/receipt");
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        AssertProves(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("/receipt", "text/plain")]
    public async Task What_comes_does_not_depend_on_what_is_accepted(string path, string mediaType)
    {
        foreach (var accept in (string[])["*/*", "application/json", "text/plain", "text/html, */*;q=0.8", "image/png", ";;, q=", ""])
            Assert.Equal(mediaType, (await _host.GetAsync($"/v1/verify/sha-256/{_hex}{path}", accept)).Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_bare_receipt_of_an_unknown_document_does_not_exist() =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("other")}/receipt"), 404, "no-receipt");

    [Fact]
    public async Task A_bare_receipt_is_asked_for_as_a_verdict_is()
    {
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/md5/{_hex}/receipt"), 400, "unknown-algorithm");
        await ApiHost.ProblemAsync(await _host.GetAsync($"/v1/verify/sha-256/{_hex[1..]}/receipt"), 400, "malformed-digest");
    }

    private void AssertProves(string receipt)
    {
        Assert.True(Digest.TryParse(DigestAlgorithm.Sha256, _hex, out var digest));
        AssertProves(receipt, digest, "bank");
    }

    private void AssertProves(string receipt, Digest digest, string issuer)
    {
        var check = ReceiptCheck.Run(Receipt.Parse(System.Text.Encoding.UTF8.GetBytes(receipt)), digest, _host.World.Identity.Verifiers);
        Assert.Equal(issuer, check.Entry.Issuer);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}

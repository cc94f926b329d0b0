using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api.Tests;

public sealed class VerifyManyTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        await _host.IssueAsync("a");
        await _host.IssueAsync("b");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Answers_come_in_the_order_of_the_questions()
    {
        var response = await PostAsync(Body("b", "x", "a", "b"));
        var results = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("results");
        Assert.Equal(["verified", "unknown", "verified", "verified"], results.EnumerateArray().Select(result => result.GetProperty("verdict").GetString()));
        Assert.Equal(ApiHost.HexOf("x"), results[1].GetProperty("digest").GetString());
    }

    [Fact]
    public async Task Answers_that_are_written_at_the_same_time_share_no_memory()
    {
        string[] documents = [.. Enumerable.Range(0, 8).Select(i => $"document {i}")];
        foreach (var document in documents)
            await _host.IssueAsync(document);
        var alone = new Dictionary<string, string>();
        foreach (var document in documents)
            alone[document] = await ReceiptOfAsync(document);
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), TestContext.Current.CancellationToken, async (i, stop) =>
        {
            var document = documents[i % documents.Length];
            if (i % 3 > 0)
            {
                Assert.Equal(alone[document], await ReceiptOfAsync(document));
                return;
            }

            using var batch = await PostAsync(Body(documents));
            var answers = ForeignJson.Read(await batch.Content.ReadAsByteArrayAsync(stop), DocumentJson.Instance.BatchAnswerDocument);
            Assert.Equal(alone.Values, answers.Results.Select(answer => answer.Results[0].Receipt));
        });

        async Task<string> ReceiptOfAsync(string document)
        {
            using var response = await _host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf(document)}");
            return ForeignJson.Read(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), DocumentJson.Instance.VerdictDocument).Results[0].Receipt;
        }
    }

    [Fact]
    public async Task A_digest_asked_for_a_thousand_times_is_looked_up_once()
    {
        await using var host = await ApiHost.StartAsync();
        await host.BeginAsync();
        var asked = (string[])["other", .. Enumerable.Repeat("victim", 998), "other"];
        var answer = await host.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/verify") { Content = new StringContent(Body(asked), Encoding.UTF8, "application/json") });
        var results = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("results");
        Assert.Equal(asked.Select(ApiHost.HexOf), results.EnumerateArray().Select(result => result.GetProperty("digest").GetString()));
        Assert.Equal(2, host.World.Operations.Log.Count(name => name == "index.query"));
    }

    [Fact]
    public async Task A_thousand_digests_are_answered_and_one_more_is_refused()
    {
        Assert.Equal(200, (int)(await PostAsync(Body([.. Enumerable.Range(0, 1000).Select(i => $"{i}")]))).StatusCode);
        await ApiHost.ProblemAsync(await PostAsync(Body([.. Enumerable.Range(0, 1001).Select(i => $"{i}")])), 400, "malformed-request");
        await ApiHost.ProblemAsync(await PostAsync(Body()), 400, "malformed-request");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"digests":null}""")]
    [InlineData("""{"digests":[null]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3"}]}""")]
    [InlineData("""{"digests":[],"digests":[]}""")]
    [InlineData("""{"digests":[]} x""")]
    [InlineData("""{"digests":""")]
    [InlineData("""{"Digests":[]}""")]
    [InlineData("""{"digests":{}}""")]
    [InlineData("""{"digests":["00"]}""")]
    [InlineData("""{"digests":[{"algorithm":null,"digest":"00"}]}""")]
    [InlineData("""{"digests":[{"algorithm":3,"digest":"00"}]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3","algorithm":"sm3","digest":"00"}]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3","digest":"\ud800"}]}""")]
    [InlineData("""{"\ud800":[]}""")]
    [InlineData("""{"digests":[],}""")]
    [InlineData("""{"digests":[]/**/}""")]
    [InlineData("""{'digests':[]}""")]
    public async Task A_body_that_is_not_a_batch_is_refused(string body)
    {
        var problem = await ApiHost.ProblemAsync(await PostAsync(body), 400, "malformed-request");
        Assert.Matches(@"^(The body is not what this operation takes: line \d+, byte \d+\.|A batch has 1 to 1000 digests\.|digests\[0\] is null\.)$", problem.GetProperty("detail").GetString()!);
    }

    [Theory]
    [InlineData("{\"digests\":[{\"algorithm\":\"sm3\",\"digest\":\"00\u00ff\"}]}")]
    [InlineData("{\"\u00ff\":1,\"digests\":[]}")]
    [InlineData("\u00ff\u00fe{\u0000}\u0000")]
    [InlineData("\u001f\u008b\u0008\u0000")]
    public async Task A_body_that_is_not_UTF_8_is_refused(string latin1) =>
        await ApiHost.ProblemAsync(await PostAsync(Encoding.Latin1.GetBytes(latin1), "application/json"), 400, "malformed-request");

    [Theory]
    [InlineData("[")]
    [InlineData("{\"x\":")]
    [InlineData("{\"digests\":[{\"x\":")]
    public async Task Deep_nesting_is_refused(string opening) =>
        await ApiHost.ProblemAsync(await PostAsync(string.Concat(Enumerable.Repeat(opening, 5000))), 400, "malformed-request");

    [Fact]
    public async Task The_same_digest_may_be_asked_twice() =>
        Assert.Equal(200, (int)(await PostAsync(Body("a", "a", "a"))).StatusCode);

    [Fact]
    public async Task A_thousand_of_the_longest_digests_fit_into_the_body()
    {
        var digests = Enumerable.Range(0, 1000).Select(i => new { algorithm = "sha-512", digest = i.ToString("x128", System.Globalization.CultureInfo.InvariantCulture) });
        var body = JsonSerializer.Serialize(new { digests }, Indented);
        Assert.Equal(200, (int)(await PostAsync(body)).StatusCode);
    }

    [Theory]
    [InlineData(256 * 1024, 200)]
    [InlineData((256 * 1024) + 1, 413)]
    public async Task The_limit_is_256_KiB_to_the_byte(int length, int status) =>
        Assert.Equal(status, (int)(await PostAsync(Body("a").PadRight(length))).StatusCode);

    [Fact]
    public async Task A_refusal_says_where_the_fault_is()
    {
        var json = await ApiHost.ProblemAsync(await PostAsync("{\n\"digests\": oops}"), 400, "malformed-request");
        Assert.Contains("line 2", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var digest = await ApiHost.ProblemAsync(await PostAsync("""{"digests":[{"algorithm":"sm3","digest":"00"}]}"""), 400, "malformed-digest");
        Assert.StartsWith("digests[0]: ", digest.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await ApiHost.ProblemAsync(await PostAsync("""{"digests":[{"algorithm":"md5","digest":"00"}]}"""), 400, "unknown-algorithm");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_whether_or_not_it_states_its_length(bool statesLength)
    {
        await using var kestrel = await ApiHost.StartAsync(onKestrel: true);
        var content = new ByteArrayContent(new byte[257 * 1024]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/verify") { Content = content };
        request.Headers.TransferEncodingChunked = !statesLength;
        await ApiHost.ProblemAsync(await kestrel.SendAsync(request), 413, "request-too-large");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/pdf")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonx")]
    [InlineData("application/*")]
    [InlineData(null)]
    public async Task Only_JSON_is_taken_and_so_no_document(string? mediaType) =>
        await ApiHost.ProblemAsync(await PostAsync(Body("a"), mediaType), 415, "unsupported-media-type");

    [Fact]
    public async Task A_charset_does_no_harm() => Assert.Equal(200, (int)(await PostAsync(Body("a"), "application/json; charset=utf-8")).StatusCode);

    private static string Body(params string[] contents) => JsonSerializer.Serialize(new
    {
        digests = contents.Select(content => new { algorithm = "sha-256", digest = ApiHost.HexOf(content) }),
    });

    private Task<HttpResponseMessage> PostAsync(string body, string? mediaType = "application/json") => PostAsync(Encoding.UTF8.GetBytes(body), mediaType);

    private Task<HttpResponseMessage> PostAsync(byte[] body, string? mediaType)
    {
        var content = new ByteArrayContent(body);
        if (mediaType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return _host.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/verify") { Content = content });
    }
}

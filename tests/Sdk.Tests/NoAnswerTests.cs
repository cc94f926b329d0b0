using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>Whatever comes back, it is an answer that holds or none, and never another exception.</summary>
public sealed class NoAnswerTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("""{"verifierKeys":[null]}""")]
    [InlineData("""{"origin":"log.example","verifierKeys":[null],"keys":[],"entries":[]}""")]
    [InlineData("""{"origin":"log.example","verifierKeys":[],"keys":[],"entries":[]}""")]
    [InlineData("""{"origin":"log.example","verifierKeys":["x"],"keys":[null],"entries":[null]}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"\\ud800\"")]
    public async Task Keys_that_are_none_are_no_answer(string keys)
    {
        await _service.IssueAsync(Clients.Content(0));
        _service.Instead = request => request.RequestUri!.AbsolutePath == "/v1/keys" ? StubService.Json(keys) : null;
        await Assert.ThrowsAsync<NoAnswerException>(() => AskAsync());
    }

    // Messages of exceptions end in logs.
    [Fact]
    public async Task A_password_or_a_key_in_the_address_of_the_service_is_in_no_message()
    {
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri("http://user:secret@service.example"), Keys = LogKeys.Pin(_service.World.Identity.Verifiers) }, _service, _service.Clock);
        foreach (var failure in new Func<HttpResponseMessage>[] { () => StubService.Json("{}"), () => throw new HttpRequestException(HttpRequestError.ConnectionError), () => throw new HttpRequestException("secret") })
        {
            _service.Instead = _ => failure();
            var exception = await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
            Assert.StartsWith("http://service.example/ ", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/keys")]
    [InlineData("/v1/verify")]
    public async Task Anything_missing_null_or_of_another_kind_in_an_answer_is_no_answer_or_changes_nothing(string path)
    {
        await _service.IssueAsync(Clients.Content(0));
        var sample = await AnswerAsync(path);
        var tried = 0;
        foreach (var text in Mutations(sample))
        {
            tried++;
            _service.Instead = request => request.RequestUri!.AbsolutePath == path ? StubService.Json(text) : null;
            try
            {
                await AskAsync();
            }
            catch (Exception exception) when (exception is NoAnswerException or LogChangedException)
            {
                // Told as what it is.
            }
        }

        Assert.InRange(tried, 20, int.MaxValue);
    }

    [Theory]
    [InlineData("http://elsewhere.example/v1/keys")]
    [InlineData("file:///etc/passwd")]
    [InlineData("data:,x")]
    [InlineData("//elsewhere.example")]
    [InlineData("\u001b[2J")]
    public async Task A_redirect_is_no_answer_and_names_where_it_leads(string target)
    {
        await using var server = RawServer.Always($"HTTP/1.1 307 Temporary Redirect\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = server.Address, MaxRetries = 0 });
        var exception = await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
        Assert.Contains(target.Replace("\u001b", "", StringComparison.Ordinal), exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', exception.Message);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task A_redirect_that_the_callers_own_network_followed_is_no_answer_either()
    {
        await using var elsewhere = RawServer.Always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        await using var server = RawServer.Always($"HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere.Address}v1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using var follows = new HttpClientHandler();
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = server.Address, MaxRetries = 0 }, follows);
        var exception = await Assert.ThrowsAsync<NoAnswerException>(() => client.VerifyAsync(Clients.DigestOf(0), Clients.Stop));
        Assert.Contains($"{elsewhere.Address}v1", exception.Message, StringComparison.Ordinal);
    }

    private async Task AskAsync()
    {
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = new Uri("http://service.example"), MaxRetries = 0 }, _service);
        var answer = await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        await client.RenewAsync(null, [answer], Clients.Stop);
    }

    private async Task<JsonNode> AnswerAsync(string path)
    {
        using var http = new HttpClient(_service, disposeHandler: false) { BaseAddress = new Uri("http://service.example") };
        using var body = new StringContent(JsonSerializer.Serialize(new { digests = new[] { new { algorithm = "sha-256", digest = Clients.DigestOf(0).Hex } } }), Encoding.UTF8, "application/json");
        using var response = path == "/v1/verify" ? await http.PostAsync(new Uri(path, UriKind.Relative), body, Clients.Stop) : await http.GetAsync(new Uri(path, UriKind.Relative), Clients.Stop);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Clients.Stop))!;
    }

    private static IEnumerable<string> Mutations(JsonNode root)
    {
        Func<JsonNode?, JsonNode?>[] changes =
        [
            _ => null, _ => JsonValue.Create(7), _ => JsonValue.Create("x"), _ => JsonValue.Create(true), _ => new JsonArray(), _ => new JsonObject(),
            _ => new JsonArray((JsonNode?)null), node => node is JsonArray list ? new JsonArray([.. list.Select(item => item?.DeepClone()), null]) : node?.DeepClone(),
        ];
        for (var place = 0; place < Count(root); place++)
        {
            foreach (var change in changes)
            {
                var left = place;
                yield return (Change(root, ref left, change) ?? JsonValue.Create((string?)null))?.ToJsonString() ?? "null";
            }
        }
    }

    private static int Count(JsonNode? node) => 1 + node switch
    {
        JsonObject members => members.Sum(member => Count(member.Value)),
        JsonArray elements => elements.Sum(Count),
        _ => 0,
    };

    private static JsonNode? Change(JsonNode? node, ref int left, Func<JsonNode?, JsonNode?> change)
    {
        if (left-- == 0)
            return change(node);
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach (var (name, value) in members)
                    copy[name] = Change(value, ref left, change);
                return copy;
            case JsonArray elements:
                var list = new JsonArray();
                foreach (var element in elements)
                    list.Add(Change(element, ref left, change));
                return list;
            default:
                return node?.DeepClone();
        }
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TrueCopy.FunctionsHost;
using TrueCopy.Local;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// One ledger served by both hosts: what one answers, to the byte, the other answers too. Where they differ, a table in
/// docs/testing.md says so and why.
/// </summary>
public sealed partial class HostsAgreeTests(HostsAgreeTests.BothHosts hosts) : IClassFixture<HostsAgreeTests.BothHosts>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_headers_and_body_are_the_same_on_both_hosts_but_where_a_table_says_otherwise()
    {
        var differences = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, request) in Requests())
        {
            var (local, functions) = (await AskAsync(hosts.Local, request), await AskAsync(hosts.Functions, request));
            if (local != functions)
                differences[name] = $"{name}\n--- Local\n{local}\n--- Functions\n{functions}\n";
        }

        var expected = TableRowPattern().Matches(Table()).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(differences.Keys), $"The table has: {string.Join(", ", expected)}\n\n{string.Join('\n', differences.Values)}");
    }

    [Fact]
    public async Task No_request_is_a_failed_function()
    {
        foreach (var (_, request) in Requests())
            await AskAsync(hosts.Functions, request);
        Assert.Empty(hosts.Failures);
    }

    private IEnumerable<(string Name, string Request)> Requests()
    {
        var known = hosts.Known;
        var unknown = new string('0', 64);
        string Digest(string hex) => $$"""{"algorithm":"sha-256","digest":"{{hex}}"}""";
        string Batch(params IEnumerable<string> digests) => $$"""{"digests":[{{string.Join(',', digests.Select(Digest))}}]}""";
        var thousand = Batch(Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? known : Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i)))));

        yield return ("a known document", Get($"/v1/verify/sha-256/{known}"));
        yield return ("an unknown document", Get($"/v1/verify/sha-256/{unknown}"));
        yield return ("a digest in capitals", Get($"/v1/verify/sha-256/{known.ToUpperInvariant()}"));
        yield return ("a bare receipt", Get($"/v1/verify/sha-256/{known}/receipt"));
        yield return ("a receipt that is not there", Get($"/v1/verify/sha-256/{unknown}/receipt"));
        yield return ("an algorithm that is not there", Get("/v1/verify/md5/00"));
        yield return ("a digest that is too short", Get("/v1/verify/sha-256/00"));
        yield return ("a HEAD of a document", Line("HEAD", $"/v1/verify/sha-256/{known}"));
        yield return ("a batch", Post("/v1/verify", Batch(known, unknown)));
        yield return ("a batch of 1,000", Post("/v1/verify", thousand));
        yield return ("a batch in chunks", Line("POST", "/v1/verify", "Content-Type: application/json", "Transfer-Encoding: chunked") + Chunked(Batch(known)));
        yield return ("a batch that waits for 100 Continue", Line("POST", "/v1/verify", "Content-Type: application/json", "Expect: 100-continue", $"Content-Length: {Batch(known).Length}") + Batch(known));
        yield return ("an empty batch", Post("/v1/verify", Batch()));
        yield return ("a batch that is not JSON", Post("/v1/verify", "{"));
        yield return ("a batch of another type", Post("/v1/verify", Batch(known), "text/plain"));
        yield return ("a batch without a body", Line("POST", "/v1/verify", "Content-Type: application/json", "Content-Length: 0"));
        yield return ("a batch of 300 KiB", Post("/v1/verify", new string(' ', 300 * 1024)));
        yield return ("the issuers", Get("/v1/issuers"));
        yield return ("an issuer", Get("/v1/issuers/demo-bank"));
        yield return ("an issuer who is not there", Get("/v1/issuers/nobody"));
        yield return ("an issuer whose id is not ASCII", Get("/v1/issuers/%E9%93%B6"));
        yield return ("an issuer whose id is no text", Get("/v1/issuers/%FF"));
        yield return ("an issuer's documents", Get("/v1/issuers/demo-bank/documents?reference=1"));
        yield return ("an issuer's uploads", Get("/v1/issuers/demo-bank/uploads"));
        yield return ("the receivers", Get("/v1/receivers"));
        yield return ("a handover that is not there", Get($"/v1/handovers/{unknown}"));
        yield return ("a handover whose id is none", Get("/v1/handovers/%E9%93%B6"));
        yield return ("a package that is announced in no words", Post("/v1/handovers", "{}"));
        yield return ("a consent that is taken back of nothing", Post($"/v1/handovers/{unknown}/withdraw", $$"""{"proof":"{{unknown}}"}"""));
        yield return ("the keys", Get("/v1/keys"));
        yield return ("the status", Get("/v1/status"));
        yield return ("the status, compressed", Get("/v1/status", "Accept-Encoding: gzip"));
        yield return ("a status that the client has", Get("/v1/status", "If-None-Match: *"));
        yield return ("a status since no number", Get("/v1/status?since=x"));
        yield return ("a status list where the address is not known", Get("/v1/statuslist"));
        yield return ("a receipt that is none", Post("/v1/receipts/refresh", "nothing", "text/plain"));
        yield return ("a receipt of another type", Post("/v1/receipts/refresh", "nothing"));
        yield return ("the checkpoint", Get("/log/checkpoint"));
        yield return ("a bundle", Get($"/log/tile/entries/000.p/{hosts.Size}"));
        yield return ("a tile", Get($"/log/tile/0/000.p/{hosts.Size}"));
        yield return ("a tile that is not there", Get("/log/tile/0/x001/067"));
        yield return ("a tile with a range", Get($"/log/tile/0/000.p/{hosts.Size}", "Range: bytes=0-3"));
        yield return ("the page", Get("/"));
        yield return ("the page, compressed", Get("/", "Accept-Encoding: gzip, br"));
        yield return ("an asset", Get("/assets/receipt.js"));
        yield return ("an asset that is not there", Get("/assets/other.js"));
        yield return ("whether it lives", Get("/health/live"));
        yield return ("whether it is ready", Get("/health/ready"));
        yield return ("the description of the API", Get("/openapi/v1.json"));
        yield return ("the description of the API, to be read", Get("/docs"));
        yield return ("a path that is not there", Get("/nothing"));
        yield return ("a path that is not there, under one that is", Get("/v1/keys/nothing"));
        yield return ("a path of a framework that is not there", Get("/wp-admin/setup-config.php?step=1"));
        yield return ("a method that is not there", Line("DELETE", "/v1/keys"));
        yield return ("a method that nobody knows", Line("FROB", "/v1/keys"));
        yield return ("a method that the root has not", Line("POST", "/", "Content-Length: 0"));
        yield return ("a GET of the batch", Get("/v1/verify"));
        yield return ("an OPTIONS of a page of another origin", Line("OPTIONS", "/v1/keys", "Origin: https://elsewhere.example", "Access-Control-Request-Method: GET"));
        yield return ("a method in a header", Get("/v1/keys", "X-HTTP-Method-Override: DELETE"));
        yield return ("a path in other letters", Get("/V1/Keys"));
        yield return ("a slash at the end", Get("/v1/keys/"));
        yield return ("two slashes", Get("//v1//keys"));
        yield return ("a slash in percent", Get("/v1%2Fkeys"));
        yield return ("dots in the path", Get("/v1/issuers/../keys"));
        yield return ("dots in percent", Get("/v1/issuers/%2e%2e/keys"));
        yield return ("a percent sign that stands for nothing", Get("/v1/issuers/%zz"));
        yield return ("a query of 7 KiB", Get("/v1/keys?" + new string('q', 7 * 1024)));
        yield return ("a header of 17 KiB", Get("/v1/keys", "X-Long: " + new string('x', 17 * 1024)));
        yield return ("70 headers", Get("/v1/keys", [.. Enumerable.Range(0, 70).Select(i => $"X-{i}: x")]));
        yield return ("a header of 40 KiB", Get("/v1/keys", "X-Long: " + new string('x', 40 * 1024)));
        yield return ("a forwarded scheme", Get("/v1/keys", "X-Forwarded-Proto: https"));
        yield return ("no Host", "GET /v1/keys HTTP/1.1\r\nConnection: close\r\n\r\n");
        yield return ("a line that is no request", "nonsense\r\n\r\n");
    }

    private static string Get(string path, params string[] headers) => Line("GET", path, headers);

    private static string Post(string path, string body, string type = "application/json") =>
        Line("POST", path, $"Content-Type: {type}", $"Content-Length: {body.Length}") + body;

    private static string Line(string method, string path, params string[] headers) =>
        $"{method} {path} HTTP/1.1\r\n{string.Concat(new[] { "Host: localhost", "Connection: close" }.Concat(headers).Select(header => header + "\r\n"))}\r\n";

    private static string Chunked(string body) => string.Create(CultureInfo.InvariantCulture, $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n");

    /// <summary>
    /// Status, headers in order and body, without what says when and by which server it was sent, and without its length, which
    /// goes with the digits of a time.
    /// </summary>
    private static async Task<string> AskAsync(Uri host, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Host, host.Port, Stop);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Stop);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        string answer;
        try
        {
            answer = await reader.ReadToEndAsync(Stop);
        }
        catch (IOException)
        {
            return "cut off";
        }

        while (answer.StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
            answer = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return answer;
        var head = answer[..end].Split("\r\n");
        var chunked = head.Contains("Transfer-Encoding: chunked", StringComparer.OrdinalIgnoreCase);
        var headers = head.Skip(1).Where(header => !IgnoredPattern().IsMatch(header)).Order(StringComparer.OrdinalIgnoreCase);
        var body = chunked ? Whole(answer[(end + 4)..]) : answer[(end + 4)..];
        return $"{head[0]}\n{string.Join('\n', headers)}\n\n{TimePattern().Replace(body, "NOW")}";
    }

    private static string Whole(string chunks)
    {
        var body = new StringBuilder();
        while (true)
        {
            var line = chunks.IndexOf("\r\n", StringComparison.Ordinal);
            var length = int.Parse(chunks[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
                return body.ToString();
            body.Append(chunks, line + 2, length);
            chunks = chunks[(line + length + 4)..];
        }
    }

    private static string Table() => File.ReadAllText(RepositoryFolder.At("docs", "testing.md")).Split("<!-- hosts -->")[1];

    [GeneratedRegex(@"^\| (?!request |---)([^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex TableRowPattern();

    [GeneratedRegex("^(Date|Server|Connection|Transfer-Encoding|Content-Length):", RegexOptions.IgnoreCase)]
    private static partial Regex IgnoredPattern();

    [GeneratedRegex("(?<=\"checkedAt\":\")[^\"]+")]
    private static partial Regex TimePattern();

    /// <summary>Both hosts on one storage that holds one document.</summary>
    public sealed class BothHosts(SharedAzurite azurite) : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();
        private LocalProcess? _local;
        private HostedApp? _functions;

        internal Uri Local => new(_local!.Address);

        internal Uri Functions => new(_functions!.Address);

        internal IReadOnlyCollection<string> Failures => _functions!.Failures;

        internal string Known { get; } = Convert.ToHexStringLower(SHA256.HashData("a document"u8));

        internal string Size { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            var storage = await azurite.NewAsync(Stop);
            _local = await LocalProcess.StartAsync(_folder.At("data"), "--azurite", "none", "--connection", storage.Inbox);
            _functions = await HostedApp.StartAsync(
                HostedApp.BuiltApp,
                HostedApp.LaptopSettings(storage.Inbox, storage.Inbox, LocalOptions.Origin, _folder.At("data/keys")),
                Stop);
            await storage.Connect().Inbox.GetBlobContainerClient("issuer-demo-bank").UploadBlobAsync("document.txt", BinaryData.FromString("a document"), Stop);
            using var http = new HttpClient();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            patience.CancelAfter(Wait.Limit);
            while (!(await http.GetStringAsync(new Uri(Local, $"/v1/verify/sha-256/{Known}"), Stop)).Contains("\"verified\"", StringComparison.Ordinal))
                await timer.WaitForNextTickAsync(patience.Token);
            Size = (await http.GetStringAsync(new Uri(Local, "/log/checkpoint"), Stop)).Split('\n')[1];
        }

        public async ValueTask DisposeAsync()
        {
            if (_functions is not null)
                await _functions.DisposeAsync();
            if (_local is not null)
                await _local.DisposeAsync();
            _folder.Dispose();
        }
    }
}

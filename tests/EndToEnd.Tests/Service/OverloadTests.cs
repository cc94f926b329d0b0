using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TrueCopy.Api;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>More than the real process can do, and clients that mean no good. On loopback, bounded in count and time.</summary>
public sealed class OverloadTests(SharedAzurite azurite) : IAsyncLifetime
{
    private const int Excess = 10;
    private const int MaxRequests = 20_000;
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(Extent.IsExhaustive ? 2 : 0.5);
    private static readonly TimeSpan Overloading = TimeSpan.FromSeconds(Extent.IsExhaustive ? 3 : 1.5);
    private static readonly int Backlog = Extent.Of("TRUECOPY_BACKLOG", 80, 400);

    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1500 }) { Timeout = TimeSpan.FromSeconds(60) };
    private LocalProcess _service = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await LocalProcess.StartAsync(azurite, _folder.At("data"));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Ten_times_what_it_can_answer_is_answered_late_or_refused_with_a_time_to_come_back_and_costs_bounded_memory()
    {
        var load = new UploadLoad(_service.Accounts);
        await load.UploadAsync(16, Stop);
        await load.UntilVerifiedAsync(_http, _service.Address, Stop);
        Uri[] addresses = [.. load.Uploaded.Values.Select(hex => new Uri($"{_service.Address}/v1/verify/sha-256/{hex}"))];
        await SustainAsync(addresses);
        var calm = await SustainAsync(addresses);
        var memory = _service.PeakMemory;

        // On a machine that can hardly do anything ten times as much is not much; it is to be more than may wait, in any case.
        var (room, seconds) = (RequestLimits.MaxRequests + RequestLimits.MaxWaiting, Overloading.TotalSeconds);
        var busy = await OverloadAsync(addresses, Math.Max(Excess * calm.Rate, 2 * room / seconds));
        using var after = await _http.GetAsync(addresses[0], Stop);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sustained {calm.Rate:0}/s (median {calm.Median:0} ms, 99 % {calm.Worst:0} ms); offered {busy.Offered:0}/s: answered {busy.Answered.Count} (median {Percentile(busy.Answered, 0.5):0} ms, 99 % {Percentile(busy.Answered, 0.99):0} ms), refused {busy.Refused.Count} (median {Percentile(busy.Refused, 0.5):0} ms); peak memory {memory >> 20} MiB before, {_service.PeakMemory >> 20} MiB after"));
        Assert.NotEmpty(busy.Answered);
        Assert.NotEmpty(busy.Refused);
        Assert.InRange(_service.PeakMemory, 0, memory + 200_000_000);
    }

    [Fact]
    public async Task A_backlog_of_uploads_makes_answers_late_and_loses_none_in_bounded_memory()
    {
        var load = new UploadLoad(_service.Accounts);
        var clock = Stopwatch.StartNew();
        await load.UploadAsync(Backlog / Excess, Stop);
        await load.UntilVerifiedAsync(_http, _service.Address, Stop);
        var (small, memory) = (clock.Elapsed, _service.PeakMemory);

        clock.Restart();
        await load.UploadAsync(Backlog, Stop);
        var uploaded = clock.Elapsed;
        await load.UntilVerifiedAsync(_http, _service.Address, Stop);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Backlog / Excess} uploads verified in {small.TotalSeconds:0.0} s; {Backlog} uploaded in {uploaded.TotalSeconds:0.0} s, verified after {clock.Elapsed.TotalSeconds:0.0} s; peak memory {memory >> 20} MiB, then {_service.PeakMemory >> 20} MiB"));
        Assert.InRange(_service.PeakMemory, 0, memory + 100_000_000);
    }

    [Fact]
    public async Task Clients_that_send_their_requests_drop_by_drop_are_cut_off_and_keep_nobody_from_being_answered()
    {
        const int Slow = 100;
        var headers = await Task.WhenAll(Enumerable.Range(0, Slow).Select(_ => ConnectAsync("GET /health/live HTTP/1.1\r\nHost: x\r\nX: ")));
        var bodies = await Task.WhenAll(Enumerable.Range(0, Slow).Select(_ => ConnectAsync("POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")));
        var cutOff = Task.WhenAll(headers.Concat(bodies).Select(ReadToEndAsync));
        using var answer = await _http.GetAsync(new Uri($"{_service.Address}/v1/verify/sha-256/{new string('a', 64)}"), Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // No client sends another byte, so it is the server that ends each connection, and says why where it can.
        var said = await cutOff.WaitAsync(Wait.Limit, Stop);
        Assert.All(said, text => Assert.Matches("^($|HTTP/1.1 (400|408|503) )", text));
        Assert.DoesNotContain("Exception", string.Concat(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_on_the_console_has_no_digest_no_file_name_and_no_reference()
    {
        var load = new UploadLoad(_service.Accounts);
        await load.UploadAsync(3, Stop);
        await _service.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").UploadBlobAsync("secret-name.acts.jsonl", BinaryData.FromString("nonsense"), Stop);
        await load.UntilVerifiedAsync(_http, _service.Address, Stop);
        foreach (var path in (string[])["v1/verify/sha-256/zz", "v1/issuers/demo-bank/documents?reference=secret-reference", "log/tile/0/999", "nothing/secret-path"])
            using (await _http.GetAsync(new Uri($"{_service.Address}/{path}"), Stop))
            {
            }

        await _service.StopAsync();
        Assert.Contains("Sequenced", _service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-", _service.Output, StringComparison.Ordinal);
        foreach (var (path, hex) in load.Uploaded)
        {
            Assert.DoesNotContain(path, _service.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(hex[..12], _service.Output, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static double Percentile(IEnumerable<double> times, double part)
    {
        double[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? 0 : sorted[(int)(part * (sorted.Length - 1))];
    }

    // As many as 16 clients get answered that each ask again once they have an answer.
    private async Task<(double Rate, double Median, double Worst)> SustainAsync(Uri[] addresses)
    {
        var times = new ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async client =>
        {
            for (var i = client; clock.Elapsed < Measuring; i++)
            {
                var started = clock.Elapsed;
                using var answer = await _http.GetAsync(addresses[i % addresses.Length], Stop);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                times.Add((clock.Elapsed - started).TotalMilliseconds);
            }
        }));
        return (times.Count / clock.Elapsed.TotalSeconds, Percentile(times, 0.5), Percentile(times, 0.99));
    }

    // Requests at their own pace, whether or not the ones before are answered.
    private async Task<(double Offered, IReadOnlyCollection<double> Answered, IReadOnlyCollection<double> Refused)> OverloadAsync(Uri[] addresses, double rate)
    {
        var (answered, refused) = (new ConcurrentBag<double>(), new ConcurrentBag<double>());
        var requests = new List<Task>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (clock.Elapsed < Overloading && requests.Count < MaxRequests)
        {
            var due = Math.Min(MaxRequests, (int)(clock.Elapsed.TotalSeconds * rate));
            while (requests.Count < due)
                requests.Add(AskAsync(addresses[requests.Count % addresses.Length], clock, answered, refused));
            await timer.WaitForNextTickAsync(Stop);
        }

        var offered = requests.Count / clock.Elapsed.TotalSeconds;
        foreach (var exempt in (string[])["health/live", "health/ready", "log/checkpoint"])
        {
            using var answer = await _http.GetAsync(new Uri($"{_service.Address}/{exempt}"), Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Task.WhenAll(requests);
        return (offered, answered, refused);
    }

    private async Task AskAsync(Uri address, Stopwatch clock, ConcurrentBag<double> answered, ConcurrentBag<double> refused)
    {
        var started = clock.Elapsed;
        using var answer = await _http.GetAsync(address, Stop);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        var took = (clock.Elapsed - started).TotalMilliseconds;
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            Assert.Contains("\"verdict\":\"verified\"", body, StringComparison.Ordinal);
            answered.Add(took);
            return;
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.DoesNotContain("verdict", body, StringComparison.Ordinal);
        refused.Add(took);
    }

    private async Task<TcpClient> ConnectAsync(string beginning)
    {
        var address = new Uri(_service.Address);
        var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Stop);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning), Stop);
        return connection;
    }

    private static async Task<string> ReadToEndAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
                return await reader.ReadToEndAsync(Stop);
            }
            catch (IOException)
            {
                // Reset: cut off without a word.
                return "";
            }
        }
    }
}

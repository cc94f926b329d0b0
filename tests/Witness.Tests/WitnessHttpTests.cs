using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrueCopy.Witness.Http;

namespace TrueCopy.Witness.Tests;

public sealed partial class WitnessHttpTests : IAsyncLifetime
{
    private readonly GrowingLog _log = new(20);
    private readonly TestWitness _witness;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public WitnessHttpTests() => _witness = new TestWitness(_log.Key);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Hash => CosignedHead.HashOf(GrowingLog.Origin);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IBlobStore>(_witness.Blobs).AddSingleton(_witness.Options).AddSingleton(new OpenLog(_ => throw new InvalidOperationException())).AddWitness();
        builder.Services.Configure<RequestTimeoutOptions>(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromSeconds(5), TimeoutStatusCode = 503 });
        _app = builder.Build();
        _app.UseWitness();
        await _app.StartAsync(Stop);
        _client = _app.GetTestClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _witness.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Statuses_and_types_are_those_of_the_specification()
    {
        Assert.Equal((404, "text/plain"), await AskAsync(HttpMethod.Get, $"{Hash}/checkpoint"));
        Assert.Equal((200, "text/plain"), await AskAsync(HttpMethod.Post, "add-checkpoint", await _log.RequestAsync(0, 5)));
        Assert.Equal((409, "text/x.tlog.size"), await AskAsync(HttpMethod.Post, "add-checkpoint", await _log.RequestAsync(0, 7)));
        Assert.Equal((422, "text/plain"), await AskAsync(HttpMethod.Post, "add-checkpoint", new AddCheckpointRequest(5, [], await _log.SignAsync(7)).Encode()));
        Assert.Equal((400, "text/plain"), await AskAsync(HttpMethod.Post, "add-checkpoint", "old 5\n"u8.ToArray()));
        Assert.Equal((400, "text/plain"), await AskAsync(HttpMethod.Post, "add-checkpoint", new byte[WitnessService.MaxBodyLength + 1]));
        using var stranger = new GrowingLog(1);
        Assert.Equal((404, "text/plain"), await AskAsync(HttpMethod.Post, "add-checkpoint", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(await _log.RequestAsync(5, 7)).Replace("log.example/a", "log.example/b", StringComparison.Ordinal))));
        Assert.Equal((403, "text/plain"), await AskAsync(HttpMethod.Post, "add-checkpoint", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(await _log.RequestAsync(5, 7)).Replace("\n7\n", "\n8\n", StringComparison.Ordinal))));
        Assert.Equal((200, "text/plain"), await AskAsync(HttpMethod.Get, $"{Hash}/checkpoint"));
    }

    [Fact]
    public async Task The_size_is_a_line_of_its_own_and_a_cosignature_is_what_is_served()
    {
        var cosigned = await TextAsync(await _log.RequestAsync(0, 5));
        Assert.Equal("5\n", await TextAsync(await _log.RequestAsync(0, 7)));
        Assert.EndsWith(cosigned, await _client.GetStringAsync(new Uri($"{Hash}/checkpoint", UriKind.Relative), Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "add-checkpoint", 405)]
    [InlineData("PUT", "add-checkpoint", 405)]
    [InlineData("POST", "health/live", 405)]
    [InlineData("GET", "nothing", 404)]
    [InlineData("POST", "sign-subtree", 404)]
    [InlineData("POST", "add-entries", 404)]
    [InlineData("GET", "mirror/0000000000000000000000000000000000000000000000000000000000000000/checkpoint", 404)]
    [InlineData("GET", "mirror/0000000000000000000000000000000000000000000000000000000000000000/tile/0/000", 404)]
    [InlineData("GET", "health/live", 200)]
    [InlineData("GET", "health/ready", 200)]
    public async Task What_is_not_there_is_told_as_text(string method, string path, int status) =>
        Assert.Equal((status, "text/plain"), await AskAsync(new HttpMethod(method), path));

    [Fact]
    public async Task Whoever_asks_who_this_is_gets_the_keys_for_a_policy()
    {
        var about = await _client.GetStringAsync(new Uri("", UriKind.Relative), Stop);
        Assert.All(_witness.Keys, key => Assert.Contains($"\nwitness {key}\n", about, StringComparison.Ordinal));
        Assert.Contains($"\nlog {_log.Key}\n", about, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_fails_is_503_and_a_time_to_come_back_and_never_a_cosignature()
    {
        _witness.Requests.CrashAt(0, Fault.Before);
        using var content = new ByteArrayContent(await _log.RequestAsync(0, 5));
        using var response = await _client.PostAsync(new Uri("add-checkpoint", UriKind.Relative), content, Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.DoesNotContain("—", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        _witness.Requests.StopFailing();
        Assert.StartsWith("— witness.example/w1 ", await TextAsync(await _log.RequestAsync(0, 5)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_requests_than_there_is_room_for_are_refused_at_once_and_the_others_answered()
    {
        var gate = new TaskCompletionSource();
        _witness.Requests.Hook = _ => gate.Task;
        var body = await _log.RequestAsync(0, 5);
        var room = WitnessPipeline.MaxRequests + WitnessPipeline.MaxWaiting;
        var asked = Enumerable.Range(0, room + 20).Select(_ => AskAsync(HttpMethod.Post, "add-checkpoint", body)).ToList();
        for (var refused = 0; refused < 20; refused++)
        {
            var first = await Task.WhenAny(asked);
            Assert.Equal((503, "text/plain"), await first);
            asked.Remove(first);
        }

        Assert.Equal((200, "text/plain"), await AskAsync(HttpMethod.Get, "health/live"));
        gate.SetResult();
        Assert.All(await Task.WhenAll(asked), answer => Assert.True(answer.Status is 200 or 409 or 503, $"{answer.Status}"));
        Assert.Equal("5\n", await TextAsync(await _log.RequestAsync(0, 7)));
    }

    [Fact]
    public async Task A_request_whose_time_ran_out_while_it_was_worked_on_or_waited_has_failed()
    {
        var gate = new TaskCompletionSource();
        _witness.Requests.Hook = operation => gate.Task.WaitAsync(operation.Stop);
        var body = await _log.RequestAsync(0, 5);
        var answers = await Task.WhenAll(Enumerable.Range(0, WitnessPipeline.MaxRequests + 8).Select(_ => AskAsync(HttpMethod.Post, "add-checkpoint", body)));
        Assert.All(answers, answer => Assert.Equal((503, "text/plain"), answer));
        gate.SetResult();
        _witness.Requests.Hook = null;
        Assert.StartsWith("— witness.example/w1 ", await TextAsync(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_time_ran_out_while_it_waited_behind_others_that_go_on_has_failed()
    {
        var gate = new TaskCompletionSource();
        _witness.Requests.Hook = _ => gate.Task;
        var body = await _log.RequestAsync(0, 5);
        var asked = Enumerable.Range(0, WitnessPipeline.MaxRequests + 8).Select(_ => AskAsync(HttpMethod.Post, "add-checkpoint", body)).ToList();
        for (var waited = 0; waited < 8; waited++)
        {
            var first = await Task.WhenAny(asked);
            Assert.Equal((503, "text/plain"), await first);
            asked.Remove(first);
        }

        gate.SetResult();
        await Task.WhenAll(asked);
    }

    [Fact]
    public void Every_metric_that_alerts_ask_for_is_measured()
    {
        using var measured = new InstrumentNames();
        using var metrics = new WitnessMetrics();
        var alerts = File.ReadAllText(RepositoryFolder.At("infra", "modules", "witness-alerts.bicep"));
        var asked = MetricName().Matches(alerts).Select(match => match.Value).ToHashSet();
        Assert.NotEmpty(asked);
        Assert.Subset(measured.Names.ToHashSet(), asked);
    }

    [GeneratedRegex(@"truecopy\.(witness|mirror)\.[a-z_]+")]
    private static partial Regex MetricName();

    private async Task<(int Status, string? Type)> AskAsync(HttpMethod method, string path, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : new ByteArrayContent(body);
        using var response = await _client.SendAsync(request, Stop);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType);
    }

    private async Task<string> TextAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var response = await _client.PostAsync(new Uri("add-checkpoint", UriKind.Relative), content, Stop);
        return await response.Content.ReadAsStringAsync(Stop);
    }
}

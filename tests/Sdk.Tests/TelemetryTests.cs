using System.Collections.Concurrent;
using System.Diagnostics;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

public sealed class TelemetryTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Answers_are_counted_by_verdict_and_requests_by_operation()
    {
        using var answers = new Measurements("truecopy.client.answers");
        using var requests = new Measurements("truecopy.client.requests");
        await Clients.AskAsync(_service);
        Assert.Contains((1, "truecopy.verdict=verified"), answers.Seen);
        Assert.Contains((1, "truecopy.operation=verify"), requests.Seen);
    }

    [Fact]
    public async Task What_is_read_of_a_log_is_counted_by_what_it_is()
    {
        using var requests = new Measurements("truecopy.client.requests");
        await _service.IssueAsync([1]);
        _service.Instead = request => request.RequestUri!.AbsolutePath == "/log/checkpoint" ? new HttpResponseMessage { Content = new ReadOnlyMemoryContent(_service.World.Ledger.Head!.Note) } : null;
        using var log = new RemoteLog(new Uri("https://service.example/log"), _service, TimeProvider.System);
        await log.ReadCheckpointAsync(Clients.Stop);
        await log.ReadAsync(TileId.At(0, 0, _service.World.Ledger.Finished), Clients.Stop);
        Assert.Contains((1, "truecopy.operation=checkpoint"), requests.Seen);
        Assert.Contains((1, "truecopy.operation=tile"), requests.Seen);
        Assert.DoesNotContain(requests.Seen, seen => seen.Tags.Contains("operation=log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_trace_no_tag_and_no_address_holds_a_digest()
    {
        var told = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => told.Add(string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Prepend(activity.OperationName))),
        };
        ActivitySource.AddActivityListener(listener);
        using var duration = new Measurements("truecopy.client.duration");
        await Clients.AskAsync(_service);
        Assert.Contains(told, line => line.StartsWith("truecopy.verify", StringComparison.Ordinal) && line.Contains("server.address=service.example", StringComparison.Ordinal));
        Assert.NotEmpty(duration.Seen);
        string[] all = [.. told, .. duration.Seen.Select(seen => seen.Tags), .. _service.Asked];
        Assert.DoesNotContain(all, line => line.Contains(Clients.DigestOf(0).Hex, StringComparison.OrdinalIgnoreCase));
    }
}

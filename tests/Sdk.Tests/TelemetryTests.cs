using System.Collections.Concurrent;
using System.Diagnostics;

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

using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrueCopy.Testing.Simulation;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

/// <summary>Documents that are staged at the same time share a message, and nothing else.</summary>
public sealed class StagedGroupTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_group_is_the_uploads_in_the_bytes_in_which_each_would_be_staged_alone()
    {
        ReadOnlyMemory<byte>[] bodies = [StagedBody.Encode(Upload("a.pdf")), StagedBody.Encode(Upload("b.pdf"))];
        var message = StagedGroup.Encode(bodies);
        Assert.Equal($$"""{"uploads":[{{Encoding.UTF8.GetString(bodies[0].Span)}},{{Encoding.UTF8.GetString(bodies[1].Span)}}],"v":1}""", Encoding.UTF8.GetString(message.Span));
        Assert.Equal(message.Length, StagedGroup.LengthOf(2, bodies.Sum(body => body.Length)));
        Assert.Equal(["a.pdf", "b.pdf"], StagedGroup.TryDecode(message.Span)!.Select(item => item.Upload.Source.Path));
        Assert.Equal(["a.pdf", "b.pdf"], StagedBody.SourcesOf(message.Span).Select(source => source.Path));
        Assert.Equal(bodies[0], StagedGroup.Encode(bodies[..1]));
        Assert.Null(StagedGroup.TryDecode(bodies[0].Span));
    }

    [Fact]
    public async Task A_queue_that_cannot_be_counted_for_whatever_reason_takes_what_is_staged_all_the_same()
    {
        var counted = 0;
        _world.Operations.Hook = operation =>
        {
            if (operation is { Name: "staged.send", Moment: Fault.Before })
                _world.Time.Advance(TimeSpan.FromMilliseconds(80));
            if (operation is not { Name: "staged.count", Moment: Fault.Before })
                return Task.CompletedTask;
            counted++;
            throw new InvalidOperationException("it cannot be counted");
        };
        var staged = new StagedActs(_world.Ledger, _world.Queues, _world.Time, NullLogger<StagedActs>.Instance);
        for (var i = 1; i <= 40; i++)
        {
            var staging = staged.StageAsync([await staged.PrepareAsync(Upload($"{i}.pdf"), Stop)], Stop);
            for (var waited = Stopwatch.StartNew(); !staging.IsCompleted && waited.Elapsed < Wait.Limit; await Task.Yield())
                _world.Time.Advance(TimeSpan.FromMilliseconds(10));
            await staging.WaitAsync(TimeSpan.Zero, Stop);
        }

        Assert.NotEqual(0, counted);
        Assert.Equal(40, _world.Staged.Count);
    }

    [Fact]
    public async Task What_is_done_once_a_document_is_staged_is_no_time_that_storage_took()
    {
        var storage = new TaskCompletionSource();
        var time = new ClockOfOneBehind();
        var sends = new SharedSends(_ => storage.Task, () => Task.FromResult(1000L), time);
        var first = sends.SendAsync(Bytes("a"));
        time.Ahead = first;
        storage.SetResult();
        await first.WaitAsync(Wait.Limit, Stop);

        await sends.SendAsync(Bytes("b")).WaitAsync(Wait.Limit, Stop);
        Assert.False(time.WasWaitedOn, "the next waited as if storage had been slow");
    }

    [Theory]
    [InlineData("""{"uploads":[],"v":1}""")]
    [InlineData("""{"uploads":[1],"v":1}""")]
    [InlineData("""{"uploads":[{}],"v":1}""")]
    [InlineData("""{"uploads":[BODY],"v":2}""")]
    [InlineData("""{"uploads":[BODY],"v":1} """)]
    [InlineData("""{"uploads":[BODY]""")]
    [InlineData("""{"uploads":[BODY""")]
    [InlineData("""{"uploads":[BODY BODY],"v":1}""")]
    public void What_is_no_group_of_this_version_is_refused(string text)
    {
        var message = text.Replace("BODY", Encoding.UTF8.GetString(StagedBody.Encode(Upload("a.pdf"))), StringComparison.Ordinal);
        Assert.Throws<LogFormatException>(() => StagedGroup.TryDecode(Encoding.UTF8.GetBytes(message)));
    }

    [Fact]
    public async Task Documents_that_come_together_share_a_message_and_each_has_its_receipt()
    {
        const int Files = 200;
        var time = new SimulatedTime(InMemoryWorld.Beginning);
        var world = new InMemoryWorld(time);
        world.Inbox.HandsOutAtOnce = true;
        await using var service = world.Start();
        BlobVersion[] versions = [];
        var before = 0;
        time.Run(async () =>
        {
            await service.Sequencer.DrainAsync(CancellationToken.None);
            before = world.Operations.Log.Count;
            versions = [.. Enumerable.Range(0, Files).Select(i => world.Inbox.Put("issuer-bank", $"{i}.pdf", Bytes($"{i}")))];
            using (world.Lease.HoldElsewhere())
                await Task.WhenAll(versions.Select(version => service.Intake.HandleAsync(InMemoryWorld.EventOf(version), CancellationToken.None)));
            await service.Sequencer.DrainAsync(CancellationToken.None);
        });

        Assert.All(versions, version => Assert.True(world.Inbox.IsAnswered(version), version.Path));
        Assert.Equal(0, world.Staged.Count);
        var names = world.Operations.Log.Skip(before).ToArray();
        var sent = names.Count(name => name == "staged.send");
        Assert.InRange(sent, Files / StagedGroup.MaxUploads, Files / 10);
        Assert.Equal(sent, names.Count(name => name == "staged.delete"));
        await Audit.RunAsync(world);
    }

    [Fact]
    public async Task A_message_goes_when_all_of_its_uploads_are_done_with_and_comes_back_for_those_that_are_not()
    {
        var staged = new StagedActs(_world.Ledger, _world.Queues, _world.Time, NullLogger<StagedActs>.Instance);
        await _world.Queues.SendAsync(StorageNames.StagedActsQueue, new MessageBody(StagedGroup.Encode([StagedBody.Encode(Upload("a.pdf")), StagedBody.Encode(Upload("b.pdf"))])), TimeSpan.Zero, Stop);
        var first = (await staged.ReceiveAsync(Stop)).Messages;
        Assert.Equal(2, first.Select(message => message.Name).Distinct().Count());
        await staged.DeleteAsync(first[0], Stop);
        Assert.Equal(1, _world.Staged.Count);
        await staged.ReleaseAsync(first[1], TimeSpan.Zero, Stop);

        var again = (await staged.ReceiveAsync(Stop)).Messages;
        Assert.Equal((2, 2), (again.Count, again[0].DeliveryCount));
        foreach (var message in again)
            await staged.DeleteAsync(message, Stop);
        Assert.Equal(0, _world.Staged.Count);
    }

    [Fact]
    public async Task Each_issuer_of_a_group_that_cannot_be_handled_is_told()
    {
        await using var service = _world.Start();
        BlobVersion[] uploads = [_world.Inbox.Put("issuer-bank", "a.pdf", Bytes("a")), _world.Inbox.Put("issuer-bank", "b.pdf", Bytes("b"))];
        var group = StagedGroup.Encode([.. uploads.Select(upload => new ReadOnlyMemory<byte>(StagedBody.Encode(Upload(upload.Path) with { Source = upload })))]);
        await service.Poison.HandleAsync(StorageNames.StagedActsQueue, "1", group, Stop);
        Assert.All(uploads, upload => Assert.Equal("not-processed", _world.Inbox.Rejections[upload].Cause));
    }

    /// <summary>Two minutes go by at once when something is done.</summary>
    private sealed class ClockOfOneBehind : TimeProvider
    {
        public Task? Ahead { get; set; }

        public bool WasWaitedOn { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ahead?.IsCompleted == true ? TimeSpan.FromMinutes(2).Ticks : 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            WasWaitedOn = true;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}

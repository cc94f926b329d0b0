using Microsoft.Extensions.Time.Testing;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>
/// An hour of a service that issuers share (its first ten minutes, unless everything is gone through), on a clock that only the one sequencer's requests move, so that the same
/// happens on every machine. Intake and the queue of answers scale out and cost nobody else time; who waits for the
/// sequencer waits for all that it does meanwhile, whoever asked for that.
/// </summary>
internal sealed class SharedHour : IAsyncDisposable
{
    /// <summary>Where the one uploads whose waits are measured.</summary>
    public const string Measured = "bank";

    private static readonly TimeSpan Hour = TimeSpan.FromMinutes(Extent.IsExhaustive ? 60 : 10);
    private static readonly TimeSpan Request = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Signing = TimeSpan.FromMilliseconds(50);

    // Until intake has an upload's event: the longest that the platform's listener waits between two looks at its queue.
    private static readonly TimeSpan Delivery = TimeSpan.FromMilliseconds(500);

    // What is asked for side by side, each a connection's request at a time.
    private const int SideBySide = 64;
    private static readonly HashSet<string> AskedSideBySide =
    [
        "index.query", "index.insert", "tile.write", "tile.read", "staged.delete", "staged.hide", "bulk.delete", "bulk.hide", "answers.send",
        "receipt.write", "lines.write", "references.query", "index.upsert", "staged-body.delete", "receipt.find", "references.upsert",
        "issued.insert", "issued.upsert", "status.write",
    ];

    private readonly AsyncLocal<bool> _sequencing = new();
    private readonly PriorityQueue<Func<Task>, (DateTimeOffset At, int Order)> _agenda = new();
    private readonly Dictionary<BlobVersion, (DateTimeOffset Uploaded, string Kind)> _unanswered = [];
    private readonly List<(string Kind, TimeSpan Wait)> _waits = [];
    private readonly InMemoryService _intake;
    private readonly InMemoryService _sequencer;
    private readonly InMemoryService _answers;
    private readonly DateTimeOffset _begun;
    private int _planned;

    private SharedHour(InMemoryWorld world)
    {
        (World, _begun) = (world, world.Time.GetUtcNow());
        (_intake, _sequencer, _answers) = (world.Start(), world.Start(), world.Start());
    }

    public InMemoryWorld World { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => World.Time.GetUtcNow();

    public static SharedHour Begin(params string[] others)
    {
        var interval = new SequencerOptions().CommitInterval;
        var world = new InMemoryWorld(new TurnTakingTime(InMemoryWorld.Beginning, interval)) { CommitInterval = interval };
        foreach (var other in others)
            world.AddIssuer(other);
        return new SharedHour(world);
    }

    /// <summary>The measured issuer's own day: a document every 0.8 seconds, and every eight a revocation, by digest or by reference.</summary>
    public void PlanOrdinaryUploads()
    {
        for (var i = 0; i * 0.8 < Hour.TotalSeconds; i++)
        {
            var document = i;
            Plan(i * 0.8, () => UploadMeasuredAsync("document", $"{document}.pdf", Bytes($"document {document}"), document * 0.8, new() { ["reference"] = $"own {document}" }));
            if (i % 10 == 0 && i >= 100)
            {
                var (at, revoked) = ((i * 0.8) + 0.3, i - 100);
                var line = i % 20 == 0 ? Line("revoke", $"document {revoked}") : $$"""{"act":"revoke","reference":"own {{revoked}}"}""";
                Plan(at, () => UploadMeasuredAsync("revocation", $"{revoked}.acts.jsonl", Bytes(line), at));
            }
        }
    }

    /// <summary>Plans something every so many seconds; it is told how often it happened.</summary>
    public void Every(double seconds, Func<int, Task> happens, double from = 0)
    {
        for (var i = 0; from + (i * seconds) < Hour.TotalSeconds; i++)
        {
            var time = i;
            Plan(from + (i * seconds), () => happens(time));
        }
    }

    /// <summary>Plans something at a second of the hour.</summary>
    public void Plan(double second, Func<Task> happens) => _agenda.Enqueue(happens, (_begun + TimeSpan.FromSeconds(second) + Delivery, _planned++));

    /// <summary>Uploads, and has the event taken in.</summary>
    public async Task<BlobVersion> UploadAsync(string issuer, string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        var version = World.Inbox.Put("issuer-" + issuer, path, content, metadata);
        await TakeInAsync(version);
        return version;
    }

    /// <summary>Has an event taken in, which may be an old one again.</summary>
    public async Task TakeInAsync(BlobVersion version)
    {
        // Whoever took it in leaves it to the sequencer that runs, or to the one that begins when this hour's next turn comes.
        using var elsewhere = World.Lease.IsHeld ? null : World.Lease.HoldElsewhere();
        await _intake.Intake.HandleAsync(InMemoryWorld.EventOf(version), Stop);
    }

    /// <summary>Has everything sequenced that was uploaded before the hour, on a clock that stands still.</summary>
    public Task PrepareAsync() => _sequencer.Sequencer.DrainAsync(Stop);

    /// <summary>Lets the hour pass.</summary>
    /// <returns>How long the measured issuer waited for each answer.</returns>
    public async Task<IReadOnlyList<(string Kind, TimeSpan Wait)>> PassAsync()
    {
        World.Operations.Hook = ObserveAsync;
        var nextTimer = _begun;
        while (Now < _begun + Hour || _unanswered.Count > 0)
        {
            await HappenAsync();
            await World.Answers.DeliverAsync(_answers.Answers, Stop);
            if (Now >= nextTimer)
            {
                nextTimer += TimeSpan.FromMinutes(1);
                await SequenceAsync(() => _sequencer.Housekeeping.RunAsync(Stop));
            }
            else if (World.Staged.HasVisible)
                await SequenceAsync(() => _sequencer.Sequencer.DrainAsync(Stop));
            else
                World.Time.Advance(UntilNext());
            Assert.True(Now < _begun + (2 * Hour), $"{_unanswered.Count} uploads are not answered");
        }

        World.Operations.Hook = null;
        return _waits;
    }

    public async ValueTask DisposeAsync()
    {
        await _intake.DisposeAsync();
        await _sequencer.DisposeAsync();
        await _answers.DisposeAsync();
    }

    public static string Line(string act, string content) => $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{DigestOf(Bytes(content)).Hex}}"}""";

    private async Task UploadMeasuredAsync(string kind, string path, byte[] content, double second, Dictionary<string, string>? metadata = null)
    {
        var version = World.Inbox.Put("issuer-" + Measured, path, content, metadata);
        lock (_unanswered)
            _unanswered.Add(version, (_begun + TimeSpan.FromSeconds(second), kind));
        await TakeInAsync(version);
    }

    private TimeSpan UntilNext()
    {
        var second = TimeSpan.FromSeconds(1);
        return _agenda.TryPeek(out _, out var next) && next.At - Now is var until && until < second ? until : second;
    }

    private async Task HappenAsync()
    {
        _sequencing.Value = false;
        while (_agenda.TryPeek(out var happens, out var at) && at.At <= Now)
        {
            _agenda.Dequeue();
            await happens();
        }
    }

    // As intake does: what fails is left to the next drain.
    private async Task SequenceAsync(Func<Task> drain)
    {
        _sequencing.Value = true;
        await Record.ExceptionAsync(drain);
    }

    private async Task ObserveAsync(Operation operation)
    {
        if (!_sequencing.Value || operation.Name == "lease.renew")
            return;
        if (operation.Moment == Fault.Before)
        {
            World.Time.Advance(TimeOf(operation));
            if (operation.Name == "staged.receive")
                await HappenAsync();
        }
        else if (operation.Name is "receipt.write" or "lines.write")
            NoteAnswers();
    }

    private void NoteAnswers()
    {
        lock (_unanswered)
        {
            foreach (var (version, (uploaded, kind)) in _unanswered.Where(upload => World.Inbox.IsAnswered(upload.Key)).ToList())
            {
                _unanswered.Remove(version);
                _waits.Add((kind, Now - uploaded));
            }
        }
    }

    private static TimeSpan TimeOf(Operation operation) =>
        operation.Name == "sign" ? Signing / 2
        : AskedSideBySide.Contains(operation.Name) ? Request / SideBySide
        : Request;

    /// <summary>A clock that nobody else moves while the sequencer waits for its turn.</summary>
    private sealed class TurnTakingTime(DateTimeOffset start, TimeSpan interval) : FakeTimeProvider(start)
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime > TimeSpan.Zero && dueTime < interval)
                Advance(dueTime);
            return timer;
        }
    }
}

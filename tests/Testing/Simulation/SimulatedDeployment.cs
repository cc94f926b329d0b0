using System.Globalization;
using System.Text;
using TrueCopy.Testing.InMemory;

namespace TrueCopy.Testing.Simulation;

/// <summary>What came of files that were offered to a deployment.</summary>
/// <param name="Answered">From staging to receipt, in seconds, of each file that was answered while files were offered; in order.</param>
/// <param name="Late">How many were answered only afterwards.</param>
/// <param name="Rate">Files answered a second, the first part of the time left out, in which instances and batches find their pace.</param>
/// <param name="Operations">Requests by name, while files were offered.</param>
/// <param name="Refused">Requests that the limits refused, by limit.</param>
/// <param name="MostAtOnce">The most commits within one minute.</param>
public sealed record SimulatedRun(
    IReadOnlyList<double> Answered,
    int Late,
    double Rate,
    IReadOnlyDictionary<string, int> Operations,
    IReadOnlyDictionary<string, int> Refused,
    int MostAtOnce)
{
    /// <summary>The time from staging to receipt that so many of a hundred do not exceed, in seconds.</summary>
    public double Percentile(double percent) => Answered.Count == 0 ? double.NaN : Answered[Math.Min(Answered.Count - 1, (int)(Answered.Count * percent / 100))];

    /// <summary>Requests whose names these are.</summary>
    public int Count(params IEnumerable<string> names) => names.Sum(name => Operations.GetValueOrDefault(name));
}

/// <summary>
/// A whole deployment on a simulated clock: instances that take events in as the host hands them out, and of which one sequences,
/// over storage that takes Azure's times and refuses above Azure's limits. Where queues of events are said to be, each event is put there,
/// taken and deleted; otherwise they are outside, and with them what waits there, since it is Event Grid that fills them.
/// </summary>
public static class SimulatedDeployment
{
    /// <summary>Events that the host hands to one instance at a time: <c>batchSize</c> and <c>newBatchThreshold</c> of <c>host.json</c>.</summary>
    public const int AtOnce = 24;

    // After which an event is delivered again whose handler failed: visibilityTimeout of host.json.
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    /// <summary>Offers files at an even rate, has every one that was taken in answered, and audits the whole.</summary>
    /// <param name="limits">What storage takes.</param>
    /// <param name="instances">How many instances there are.</param>
    /// <param name="load">Files a second.</param>
    /// <param name="offered">For how long.</param>
    /// <param name="eventQueues">How many queues share the events; 0 for queues outside.</param>
    /// <param name="most">How many files there are at most.</param>
    public static async Task<SimulatedRun> OfferAsync(AzureLimits limits, int instances, double load, TimeSpan offered, int eventQueues = 0, int most = int.MaxValue)
    {
        SimulatedRun? run = null;
        var time = new SimulatedTime(InMemoryWorld.Beginning);
        var world = new InMemoryWorld(time) { CommitInterval = new SequencerOptions().CommitInterval, LeaseRest = new SequencerOptions().LeaseRest };
        world.Inbox.HandsOutAtOnce = true;
        time.Run(async () => run = await new Story(world, new AzureModel(limits, time), load, offered, eventQueues, most).TellAsync(instances));
        await Audit.RunAsync(world);
        return run!;
    }

    private sealed class Story(InMemoryWorld world, AzureModel model, double load, TimeSpan offered, int eventQueues, int most)
    {
        private readonly TimeProvider _time = world.Time;
        private readonly PriorityQueue<int, double> _again = new();
        private readonly Dictionary<string, long> _staged = [];
        private readonly Dictionary<string, (long At, double Took)> _answered = [];
        private readonly List<long> _commits = [];
        private long _begun;
        private int _next;

        private double Now => _time.GetElapsedTime(_begun).TotalSeconds;

        public async Task<SimulatedRun> TellAsync(int instances)
        {
            var services = Enumerable.Range(0, instances).Select(_ => world.Start()).ToArray();
            await services[0].Housekeeping.RunAsync(CancellationToken.None);
            await services[0].Intake.HandleAsync(world.Upload("bank", "first", Encoding.ASCII.GetBytes("first")), CancellationToken.None);

            // As after a quiet while.
            await Task.Delay(TimeSpan.FromMinutes(1), _time);
            var before = world.Operations.Log.Count;
            world.Queues.Sent = Note;
            world.Inbox.Answered = source => _answered.TryAdd(source.Path, (_time.GetTimestamp(), _time.GetElapsedTime(_staged[source.Path]).TotalSeconds));
            world.Operations.Hook = operation =>
            {
                if (operation is { Name: "head.write", Moment: Fault.Before })
                    _commits.Add(_time.GetTimestamp());
                return Task.CompletedTask;
            };
            world.Operations.Model = model.RunAsync;
            _begun = _time.GetTimestamp();
            var working = Task.WhenAll([.. services.SelectMany(service => Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(service))), AnswerAsync(services[0])]);
            await Task.Delay(offered, _time);
            var names = world.Operations.Log.Skip(before).GroupBy(name => name).ToDictionary(group => group.Key, group => group.Count());
            var refused = model.Refused.ToDictionary();
            var answered = _answered.Values.ToArray();

            // What is under way ends, and nothing is in its way.
            world.Operations.Model = null;
            await working;
            await services[0].Housekeeping.RunAsync(CancellationToken.None);
            for (var i = 0; i < 3; i++)
            {
                await Task.Delay(StagedActs.Invisible, _time);
                await services[0].Housekeeping.RunAsync(CancellationToken.None);
                await world.Answers.DeliverAsync(services[0].Answers, CancellationToken.None);
            }

            world.Operations.Hook = null;
            foreach (var service in services)
                await service.DisposeAsync();
            if (_staged.Keys.Except(_answered.Keys).ToArray() is [var lost, ..])
                throw new AuditException($"{lost} was staged and never answered");
            var from = _begun + (long)(offered.Ticks * 0.4);
            return new SimulatedRun(
                [.. answered.Select(answer => answer.Took).Order()],
                _answered.Count - answered.Length,
                answered.Count(answer => answer.At >= from) / (offered.TotalSeconds * 0.6),
                names,
                refused,
                _commits.Select((at, i) => _commits.Skip(i).TakeWhile(later => later < at + TimeSpan.TicksPerMinute).Count()).DefaultIfEmpty().Max());
        }

        private async Task WorkAsync(InMemoryService service)
        {
            while (Take() is { } file)
            {
                if (file.At - Now is var wait && wait > 0)
                    await Task.Delay(TimeSpan.FromSeconds(wait), _time);
                var path = file.Number.ToString(CultureInfo.InvariantCulture);
                try
                {
                    await PassEventAsync(file.Number, "put");
                    await PassEventAsync(file.Number, "receive");
                    await service.Intake.HandleAsync(world.Upload("bank", path, Encoding.ASCII.GetBytes(path)), CancellationToken.None);
                    await PassEventAsync(file.Number, "delete");
                }
                catch (StorageBusyException)
                {
                    _again.Enqueue(file.Number, Now + Again.TotalSeconds);
                }
            }
        }

        // The last digit of an ETag is any.
        private ValueTask PassEventAsync(int number, string verb)
        {
            if (eventQueues == 0 || world.Operations.Model is null)
                return ValueTask.CompletedTask;
            var queue = BlobEventQueues.QueueOf(number.ToString("x", CultureInfo.InvariantCulture), eventQueues);
            return model.RunAsync(new StorageRequest(RequestNames.Of(verb, queue), StorageService.Queue, queue), CancellationToken.None);
        }

        // What is to come last is left out: a worker waits for no event after the end.
        private (int Number, double At)? Take()
        {
            if (_again.TryPeek(out var number, out var at) && at <= Now)
                return (_again.Dequeue(), at);
            at = _next / load;
            return _next < most && at < offered.TotalSeconds && Now < offered.TotalSeconds ? (_next++, at) : null;
        }

        private async Task AnswerAsync(InMemoryService service)
        {
            while (Now < offered.TotalSeconds)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), _time);
                await world.Answers.DeliverAsync(service.Answers, CancellationToken.None);
            }
        }

        private void Note(string queue, MessageBody body)
        {
            if (queue != StorageNames.StagedActsQueue)
                return;
            foreach (var source in StagedBody.SourcesOf(body.Bytes.Span))
                _staged.TryAdd(source.Path, _time.GetTimestamp());
        }
    }
}

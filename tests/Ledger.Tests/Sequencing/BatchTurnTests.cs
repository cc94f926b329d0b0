using System.Globalization;
using System.Text;
using TrueCopy.Testing.Simulation;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>When a batch is cut that waits for its turn, on a clock that moves on when nothing is left to do at its time.</summary>
public sealed class BatchTurnTests
{
    private static readonly SequencerOptions Options = new();
    private readonly SimulatedTime _time = new(InMemoryWorld.Beginning);
    private readonly InMemoryWorld _world;
    private readonly Dictionary<string, TaskCompletionSource> _receipts = [];
    private readonly List<long> _commits = [];
    private long _stagedAt;
    private int _answered;

    public BatchTurnTests()
    {
        _world = new InMemoryWorld(_time) { CommitInterval = Options.CommitInterval, LeaseRest = Options.LeaseRest };
        _world.Inbox.HandsOutAtOnce = true;
        _world.Queues.Sent = (queue, _) => _stagedAt = queue == StorageNames.StagedActsQueue ? _time.GetTimestamp() : _stagedAt;
        _world.Inbox.Answered = source =>
        {
            _answered++;
            _receipts.GetValueOrDefault(source.Path)?.TrySetResult();
        };
        _world.Operations.Hook = operation =>
        {
            if (operation is { Name: "head.write", Moment: Fault.Before })
                _commits.Add(_time.GetTimestamp());
            return Task.CompletedTask;
        };
    }

    [Fact]
    public async Task A_batch_that_waits_for_its_turn_goes_the_moment_that_its_own_process_fills_a_tile()
    {
        _time.Run(async () =>
        {
            await using var sequencing = _world.Start();
            var waiting = await BeginToWaitAsync(sequencing);
            var commits = _commits.Count;
            await Task.WhenAll(IssueAsync(sequencing, 100, TileId.FullWidth - waiting.Count), waiting.Done);
            await Task.Delay(Options.CommitInterval, _time);
            Assert.Equal((commits + 1, _stagedAt), (_commits.Count, _commits[^1]));
        });
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_batch_that_waits_for_its_turn_goes_about_when_others_have_filled_a_tile()
    {
        const int Tiles = 8;
        var tile = Options.CommitInterval / 5;
        _time.Run(async () =>
        {
            await using var sequencing = _world.Start();
            await using var other = _world.Start();
            var all = new List<Task> { (await BeginToWaitAsync(sequencing)).Done };
            const int Together = 16;
            for (var staged = 0; staged < Tiles * TileId.FullWidth; staged += Together)
            {
                all.Add(IssueAsync(other, 100 + staged, Together));
                await Task.Delay(tile * Together / TileId.FullWidth, _time);
            }

            await Task.WhenAll(all);
        });
        Assert.InRange(_commits.Count, Tiles / 2, Tiles + 3);
        Assert.InRange(_time.GetElapsedTime(_commits[0], _commits[^1]), TimeSpan.Zero, (Tiles * tile) + Options.CommitInterval);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task One_act_less_than_fills_a_tile_waits_for_its_turn()
    {
        _time.Run(async () =>
        {
            await using var sequencing = _world.Start();
            var waiting = await BeginToWaitAsync(sequencing);
            var commits = _commits.Count;
            await Task.WhenAll(IssueAsync(sequencing, 100, TileId.FullWidth - waiting.Count - 1), waiting.Done);
            Assert.Equal(commits + 1, _commits.Count);
            Assert.InRange(_time.GetElapsedTime(_commits[^2], _commits[^1]), 0.7 * Options.CommitInterval, Options.CommitInterval);
        });
        await Audit.RunAsync(_world);
    }

    // As many clients as two tiles have entries, each of which uploads again a moment after it has its receipt.
    [Fact]
    public async Task Clients_that_wait_for_their_receipts_wait_for_a_tile_and_not_for_an_interval()
    {
        const int Clients = 2 * TileId.FullWidth;
        const int Intervals = 2;
        var next = 0;
        _time.Run(async () =>
        {
            await using var service = _world.Start();
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ClientAsync(service)));
        });

        async Task ClientAsync(InMemoryService service)
        {
            while (_time.GetElapsedTime(0) < Intervals * Options.CommitInterval)
            {
                await IssueAsync(service, next++, 1);
                await Task.Delay(Options.CommitInterval / 10, _time);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_answered} files in {_commits.Count} commits"));
        Assert.True(_answered > 5 * Clients * Intervals, string.Create(CultureInfo.InvariantCulture, $"{_answered} files"));
        Assert.InRange(_commits.Count, 1, (_answered / TileId.FullWidth) + Intervals + Options.CommitsAtOnce);
        await Audit.RunAsync(_world);
    }

    // Acts that are too many to be few, soon after others.
    private async Task<(int Count, Task Done)> BeginToWaitAsync(InMemoryService service)
    {
        const int Some = 30;
        await IssueAsync(service, 0, 1);
        var done = IssueAsync(service, 1, Some);
        await Task.Delay(Options.CommitInterval / 10, _time);
        var waiting = 1 + Some - _answered;
        Assert.InRange(waiting, Options.FewActs, Some);
        return (waiting, done);
    }

    private Task IssueAsync(InMemoryService service, int first, int count) => Task.WhenAll(Enumerable.Range(first, count).Select(async number =>
    {
        var path = number.ToString(CultureInfo.InvariantCulture);
        var receipt = _receipts[path] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await service.Intake.HandleAsync(_world.Upload("bank", path, Encoding.ASCII.GetBytes(path)), CancellationToken.None);
        await receipt.Task;
    }));
}

using Microsoft.Extensions.Logging.Abstractions;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Verdicts;

/// <summary>All requests share one reading of the checkpoint, and none is told less than it needs to know.</summary>
public sealed class CheckpointSourceTests : IAsyncLifetime
{
    private const string Read = "checkpoint.read";
    private readonly InMemoryWorld _world = new();
    private InMemoryService _service = null!;
    private CheckpointSource _source = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = _world.Start();
        await UploadAsync("first");
        _source = new CheckpointSource(new FixedKeys(_world.Identity), _world.Ledger.Log, _world.Time);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Whoever_asks_while_it_is_read_waits_for_that_reading()
    {
        for (var second = 1; second <= 3; second++)
        {
            using var reading = new Blocked(_world);
            var asked = Enumerable.Range(0, 200).Select(_ => _source.GetAsync(1, Stop).AsTask()).ToArray();
            await reading.Begun;
            reading.Dispose();
            Assert.Single((await Task.WhenAll(asked)).Distinct());
            Assert.Equal(second, Readings());
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_the_reading_to_the_others()
    {
        using var reading = new Blocked(_world);
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var first = _source.GetAsync(1, impatience.Token).AsTask();
        await reading.Begun;
        var second = _source.GetAsync(1, Stop).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        reading.Dispose();
        Assert.Equal(InMemoryLedger.SizeOf(_world.Ledger.Published.Last()), (await second).Size);
        Assert.Equal(1, Readings());
    }

    [Fact]
    public async Task A_reading_that_failed_is_everyones_failure_and_the_next_reads_again()
    {
        _world.Operations.FailNext(Read, Fault.Before);
        using (var reading = new Blocked(_world))
        {
            var asked = Enumerable.Range(0, 10).Select(_ => _source.GetAsync(1, Stop).AsTask()).ToArray();
            await reading.Begun;
            reading.Dispose();
            foreach (var one in asked)
                await Assert.ThrowsAsync<InjectedFaultException>(() => one);
        }

        Assert.NotNull(await _source.GetAsync(1, Stop));
        Assert.Equal(2, Readings());
    }

    // A row is indexed after its checkpoint is published, so whoever saw the row must not be answered from a reading that
    // began before.
    [Fact]
    public async Task Whoever_needs_more_than_a_reading_that_began_before_gets_a_later_one()
    {
        var before = (await _source.GetAsync(1, Stop)).Size;
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        using var reading = new Blocked(_world, afterwards: true);
        var early = _source.GetAsync(1, Stop).AsTask();
        await reading.Begun;
        await UploadAsync("second");
        var late = _source.GetAsync(before + 1, Stop).AsTask();
        reading.Dispose();
        Assert.Equal(before, (await early).Size);
        Assert.Equal(before + 2, (await late).Size);
    }

    [Fact]
    public async Task A_first_answer_waits_for_index_checkpoint_and_keys_at_once_and_not_in_turn()
    {
        var keys = new SlowKeys(_world.Identity);
        using var reading = new Blocked(_world);
        using var tiles = new CachedTiles(_world.Ledger.Log);
        using var packs = new PackStore(_world.Ledger);
        using var rows = new KnownRows();
        var verifier = new VerdictService(
            _world.Ledger.Index,
            rows,
            new CheckpointSource(keys, _world.Ledger.Log, _world.Time),
            tiles,
            new StatusSource(packs, _world.Ledger.Log, tiles, NullLogger<StatusSource>.Instance),
            _world.Ledger.State,
            new DomainStandings(new DomainHistory(_world.Ledger.Tables), _world.Time),
            _world.Time,
            NullLogger<VerdictService>.Instance);
        var found = _world.Operations.Log.Count(name => name == "index.query");
        var answering = verifier.VerifyAsync(DigestOf(Bytes("first")), Stop);
        await reading.Begun;
        await keys.Asked.WaitAsync(Wait.Limit, Stop);
        while (_world.Operations.Log.Count(name => name == "index.query") == found)
            await Task.Yield();
        Assert.False(answering.IsCompleted);
        reading.Dispose();
        keys.Answer();
        Assert.Equal(Verdict.Verified, (await answering).Verdict);
    }

    [Fact]
    public async Task A_log_that_is_smaller_than_its_index_says_is_unavailable() =>
        await Assert.ThrowsAsync<LogUnavailableException>(() => _source.GetAsync(1000, Stop).AsTask());

    private int Readings() => _world.Operations.Log.Count(name => name == Read) - _before;

    private int _before;

    private async Task UploadAsync(string content)
    {
        await _service.Intake.HandleAsync(_world.Upload("bank", content, Bytes(content)), Stop);
        _before = _world.Operations.Log.Count(name => name == Read);
    }

    private sealed class SlowKeys(LogIdentity identity) : ILogKeys
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<LogIdentity> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Answer() => _answer.SetResult(identity);

        public ValueTask<LogIdentity> CurrentAsync(CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            return new(_answer.Task.WaitAsync(cancellationToken));
        }

        public Task<LogIdentity> ReloadAsync(CancellationToken cancellationToken) => _answer.Task;
    }

    /// <summary>The next reading of the checkpoint takes until this is disposed.</summary>
    private sealed class Blocked : IDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Blocked(InMemoryWorld world, bool afterwards = false) => world.Operations.Hook = async operation =>
        {
            if (operation.Name == Read && operation.Moment == (afterwards ? Fault.After : Fault.Before) && _begun.TrySetResult())
                await _end.Task;
        };

        public Task Begun => _begun.Task;

        public void Dispose() => _end.TrySetResult();
    }
}

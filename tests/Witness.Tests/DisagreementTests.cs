using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.Witness.Tests;

/// <summary>
/// Never two cosignatures that disagree: a log that forks, instances that race, operations that fail and storage that is set
/// back, at every operation. What left the witness is checked against all else that left it.
/// </summary>
public sealed class DisagreementTests
{
    public static TheoryData<string, Fault> Stories => new MatrixTheoryData<string, Fault>(["one", "two"], [Fault.Before, Fault.After, Fault.Again]);

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task Whatever_operation_fails_cosignatures_agree_and_the_log_is_served_on(string story, Fault fault)
    {
        for (var index = 0; ; index++)
        {
            using var world = new World();
            world.Witness.Requests.FailAt(index, fault);
            await world.PlayAsync(instances: story == "two");
            var struck = world.Witness.Requests.HasStruck;
            world.Witness.Requests.StopFailing();
            await world.AssertGoesOnAsync();
            world.AssertAgrees();
            if (!struck)
                break;
            Assert.InRange(index, 0, 200);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_head_that_is_set_back_at_any_operation_makes_no_two_cosignatures_disagree(bool restarts)
    {
        for (var index = 0; ; index++)
        {
            using var world = new World();
            var (count, struck) = (0, false);
            world.Witness.Requests.Hook = operation =>
            {
                if (operation.Moment == Fault.After && count++ == index)
                {
                    struck = true;
                    world.SetHeadBack();
                    if (restarts)
                        world.RestartAll();
                }

                return Task.CompletedTask;
            };
            await world.PlayAsync(instances: true);
            world.Witness.Requests.Hook = null;
            world.SetHeadBack();
            world.RestartAll();
            await world.AssertGoesOnAsync();
            world.AssertAgrees();
            if (!struck)
                break;
            Assert.InRange(index, 0, 200);
        }
    }

    [Fact]
    public async Task A_log_that_shows_two_instances_two_trees_at_once_gets_one_of_them_cosigned()
    {
        for (var round = 0; round < 50; round++)
        {
            using var world = new World();
            var other = world.Witness.Another();
            await world.AskAsync(world.Witness.Service, world.Log, 0, 5);
            await Task.WhenAll(
                world.AskAsync(world.Witness.Service, world.Log, 5, 7 + (round % 3)),
                world.AskAsync(other, world.Fork, 5, 8),
                world.AskAsync(world.Witness.Service, world.Fork, 5, 9),
                world.AskAsync(other, world.Log, 5, 9));
            world.AssertAgrees();
            Assert.Equal(2, world.Cosigned.Select(checkpoint => checkpoint.Size).Distinct().Count());
        }
    }

    [Fact]
    public async Task A_process_that_knows_more_than_its_storage_signs_nothing()
    {
        using var world = new World();
        await world.AskAsync(world.Witness.Service, world.Log, 0, 7);
        foreach (var blob in world.Witness.Blobs.All.Keys.ToArray())
            world.Witness.Blobs.Remove(blob);
        await Assert.ThrowsAsync<WitnessUnavailableException>(async () => await world.Witness.AskAsync(await world.Fork.RequestAsync(0, 6)));
        Assert.Equal([7], world.Cosigned.Select(checkpoint => checkpoint.Size));
    }

    [Fact]
    public async Task A_head_that_is_lost_is_made_again_from_the_steps_with_its_cosignatures()
    {
        using var world = new World();
        foreach (var (old, size) in new[] { (0, 3), (3, 7), (7, 12) })
            await world.AskAsync(world.Witness.Service, world.Log, old, size);
        foreach (var head in world.Witness.Blobs.All.Keys.Where(blob => blob.Container == WitnessContainers.Heads).ToArray())
            world.Witness.Blobs.Remove(head);
        world.RestartAll();
        Assert.Equal((WitnessStatus.OtherSize, "12\n"), await world.TextAsync(world.Fork, 0, 6));
        var note = SignedNote.Parse(world.Witness.Blobs.All.Single(blob => blob.Key.Container == WitnessContainers.Heads).Value.Content.Span);
        Assert.All(world.Witness.Keys, key => Assert.NotNull(key.FindIn(note.Text, note.Signatures)));
        Assert.Equal([world.Log.Key], note.Verify([world.Log.Key]));
    }

    [Fact]
    public async Task An_instance_that_ended_between_step_and_head_leaves_a_witness_that_goes_on()
    {
        using var world = new World();
        await world.AskAsync(world.Witness.Service, world.Log, 0, 5);
        var other = world.Witness.Another();
        world.Witness.Requests.CrashAt(3, Fault.Before);
        await world.AskAsync(other, world.Log, 5, 8);
        world.Witness.Requests.StopFailing();
        Assert.Equal(5, SizeOfHead(world));
        Assert.Equal((WitnessStatus.OtherSize, "8\n"), await world.TextAsync(world.Log, 5, 9));
        Assert.Equal(8, SizeOfHead(world));
        world.Witness.AssertCosigns(await world.Witness.AskAsync(await world.Log.RequestAsync(8, 9)), world.Log.At(9));
    }

    private static long SizeOfHead(World world) =>
        Checkpoint.Parse(SignedNote.Parse(world.Witness.Blobs.All.Single(blob => blob.Key.Container == WitnessContainers.Heads).Value.Content.Span).Text).Size;

    /// <summary>A log that shows its fork whenever it can, one or two instances of a witness, and what left them.</summary>
    private sealed class World : IDisposable
    {
        private readonly List<Checkpoint> _cosigned = [];
        private WitnessService _second;
        private InMemoryBlob? _early;

        public World()
        {
            Witness = new TestWitness(Log.Key, time: new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero)));
            _second = Witness.Another();
        }

        public GrowingLog Log { get; } = new(20);

        public GrowingLog Fork { get; } = new(20, forkedFrom: 5);

        public TestWitness Witness { get; }

        public IReadOnlyList<Checkpoint> Cosigned => _cosigned;

        public async Task PlayAsync(bool instances)
        {
            WitnessService Other() => instances ? _second : Witness.Service;
            await AskAsync(Witness.Service, Log, 0, 4);
            Remember();
            await AskAsync(Other(), Log, 4, 5);
            await AskAsync(Witness.Service, Log, 5, 8);
            await AskAsync(Other(), Fork, 5, 9);
            await AskAsync(Other(), Fork, 8, 9);
            await AskAsync(Witness.Service, Fork, 5, 6);
            await AskAsync(Other(), Log, 8, 8);
            await AskAsync(Other(), Log, 8, 11);
            await AskAsync(Witness.Service, Fork, 4, 7);
            await AskAsync(Witness.Service, Fork, 0, 7);
            await AskAsync(Other(), Log, 11, 13);
        }

        /// <summary>The log, which is told sizes, gets a cosignature of either tree: of that which the witness went on with.</summary>
        public async Task AssertGoesOnAsync()
        {
            var before = _cosigned.Count;
            foreach (var log in new[] { Log, Fork })
            {
                long old = 0;
                for (var attempt = 0; attempt < 3; attempt++)
                {
                    if (await AskAsync(Witness.Service, log, old, 20) is not { Status: WitnessStatus.OtherSize } answer)
                        break;
                    old = AddCheckpointRequest.ParseSize(answer.Body.Span);
                }
            }

            Assert.Equal(before + 1, _cosigned.Count);
        }

        public void AssertAgrees()
        {
            Assert.NotEmpty(_cosigned);
            Assert.True(
                _cosigned.All(checkpoint => checkpoint == Log.At(checkpoint.Size) || checkpoint.Root == Log.At(checkpoint.Size).Root)
                || _cosigned.All(checkpoint => checkpoint.Root == Fork.At(checkpoint.Size).Root),
                string.Join(", ", _cosigned.Select(checkpoint => $"{checkpoint.Size} {(checkpoint.Root == Log.At(checkpoint.Size).Root ? "log" : "fork")}")));
        }

        public async Task<WitnessAnswer?> AskAsync(WitnessService witness, GrowingLog log, long old, long size)
        {
            try
            {
                var answer = await witness.AddCheckpointAsync(await log.RequestAsync(old, size), TestContext.Current.CancellationToken);
                if (answer.Status == WitnessStatus.Cosigned)
                {
                    lock (_cosigned)
                        _cosigned.Add(log.At(size));
                }

                return answer;
            }
            catch (Exception exception) when (exception is InjectedFaultException or WitnessUnavailableException)
            {
                return null;
            }
        }

        public async Task<(WitnessStatus Status, string Body)> TextAsync(GrowingLog log, long old, long size)
        {
            var answer = await AskAsync(Witness.Service, log, old, size);
            return (answer!.Status, Encoding.UTF8.GetString(answer.Body.Span));
        }

        /// <summary>Puts back an early head, as a restored backup does.</summary>
        public void SetHeadBack()
        {
            if (_early is not null)
                Witness.Blobs.Put(HeadBlob, _early.Content);
        }

        public void RestartAll()
        {
            Witness.Restart();
            _second = Witness.Another();
        }

        public void Dispose()
        {
            Witness.Dispose();
            Log.Dispose();
            Fork.Dispose();
        }

        private static BlobAddress HeadBlob => new(WitnessContainers.Heads, $"{CosignedHead.HashOf(GrowingLog.Origin)}/checkpoint");

        private void Remember() => _early ??= Witness.Blobs.All.GetValueOrDefault(HeadBlob);
    }
}

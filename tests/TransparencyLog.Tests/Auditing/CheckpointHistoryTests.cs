namespace TrueCopy.TransparencyLog.Tests.Auditing;

/// <summary>Two signed checkpoints and the tiles tell growth, rollback and split view from tiles that prove nothing.</summary>
public sealed class CheckpointHistoryTests
{
    private static readonly TestLog True = TestLog.OfSize(700, everySize: true);

    [Fact]
    public async Task A_log_that_has_grown_holds_from_every_size_to_every_other()
    {
        for (var old = 0; old <= 600; old += 11)
        {
            for (var size = old; size <= 700; size += 53)
                Assert.Equal(Consistency.Holds, await CompareAsync(True, At(True, old), At(True, size)));
        }
    }

    [Fact]
    public async Task A_smaller_checkpoint_is_a_rollback_and_another_root_at_the_same_size_a_split_view()
    {
        Assert.Equal(Consistency.Rollback, await CompareAsync(True, At(True, 500), At(True, 499)));
        Assert.Equal(Consistency.SplitView, await CompareAsync(True, At(True, 500), At(True, 500) with { Root = At(True, 499).Root }));
    }

    [Fact]
    public async Task A_fork_after_any_entry_is_a_split_view_whatever_the_sizes()
    {
        foreach (var fork in new[] { 0, 1, 255, 256, 257, 300, 511 })
        {
            var other = Forked(fork, 700);
            for (var seen = fork + 1; seen < 690; seen += 41)
                Assert.Equal(Consistency.SplitView, await CompareAsync(other, At(True, seen), At(other, 700)));
            for (var seen = 1; seen <= fork; seen += 17)
                Assert.Equal(Consistency.Holds, await CompareAsync(other, At(True, seen), At(other, 700)));
        }
    }

    [Fact]
    public async Task Tiles_that_are_not_the_checkpoints_prove_a_fork_to_nobody()
    {
        var damaged = Forked(100, 700);
        Assert.Equal(Consistency.Unproven, await CompareAsync(damaged, At(True, 300), At(True, 700)));
        damaged.Tiles.Remove(TileId.At(0, 2, 700));
        await Assert.ThrowsAsync<TileNotFoundException>(() => CompareAsync(damaged, At(True, 300), At(True, 700)));
    }

    private static Task<Consistency> CompareAsync(TestLog tiles, Checkpoint seen, Checkpoint now) =>
        CheckpointHistory.CompareAsync(tiles.Hashes, seen, now, TestContext.Current.CancellationToken);

    private static Checkpoint At(TestLog log, int size) => new("log", size, new TreeReader(log.Hashes, log.Edge.Size).PrefixRootAsync(size, default).AsTask().GetAwaiter().GetResult());

    private static TestLog Forked(int after, int size)
    {
        var log = new TestLog();
        for (var i = 0; i < size; i++)
            log.Edge.Append(TestLog.Entry(i < after ? i : -i - 1));
        log.Flush();
        return log;
    }
}

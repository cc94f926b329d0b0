namespace TrueCopy.TransparencyLog.Tests.Auditing;

/// <summary>An audit finds everything that does not go together, and reads nothing twice.</summary>
public sealed class TreeAuditTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(768)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(66_300)]
    public async Task A_true_log_has_no_faults_at_any_size_and_every_entry_is_seen_once_in_order(int size)
    {
        var log = TestLog.OfSize(size);
        var visitor = new Visitor();
        var result = await AuditAsync(log, size, log.Edge.Root(), visitor);
        Assert.Empty(result.Faults);
        Assert.Equal(size, result.Entries);
        Assert.Equal(Enumerable.Range(0, size).Select(i => (long)i), visitor.Seen);
        Assert.Equal(size - (size % 256), result.Prefix.Size);
    }

    [Fact]
    public async Task Every_bit_flipped_anywhere_in_a_log_is_a_fault_and_names_the_place()
    {
        var log = TestLog.OfSize(600);
        var root = log.Edge.Root();
        var random = new Random(600);
        foreach (var (id, bytes) in log.Tiles.Where(tile => IsOfFinalTree(tile.Key, 600)).ToArray())
        {
            for (var i = 0; i < 20; i++)
            {
                var damaged = bytes.ToArray();
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                log.Tiles[id] = damaged;
                var faults = (await AuditAsync(log, 600, root)).Faults;
                Assert.Contains(faults, fault => IsAbout(fault, id));
            }

            log.Tiles[id] = bytes;
        }

        Assert.Empty((await AuditAsync(log, 600, root)).Faults);
    }

    [Fact]
    public async Task Every_tile_and_bundle_that_is_missing_cut_off_or_anothers_is_a_fault()
    {
        var log = TestLog.OfSize(66_000);
        var root = log.Edge.Root();
        var ids = log.Tiles.Keys.Where(id => IsOfFinalTree(id, 66_000)).ToArray();
        foreach (var id in ids.Where(id => id.Level > 0 || id.IsPartial || id.Index == 77))
        {
            var bytes = log.Tiles[id];
            log.Tiles.Remove(id);
            await AssertFaultAsync(id);
            log.Tiles[id] = bytes[..^1];
            await AssertFaultAsync(id);
            log.Tiles[id] = [.. bytes, 0];
            await AssertFaultAsync(id);
            log.Tiles[id] = log.Tiles[id with { Level = id.IsEntries ? TileId.EntriesLevel : 0, Index = 5, Width = 256 }];
            await AssertFaultAsync(id);
            log.Tiles[id] = bytes;
        }

        async Task AssertFaultAsync(TileId id) => Assert.Contains((await AuditAsync(log, 66_000, root, parallelism: 32)).Faults, fault => IsAbout(fault, id));
    }

    [Fact]
    public async Task A_log_that_goes_together_under_another_root_than_the_signed_one_is_found_out()
    {
        var log = TestLog.OfSize(700);
        var faults = (await AuditAsync(log, 700, TestLog.OfSize(701).Edge.Root())).Faults;
        Assert.Null(Assert.Single(faults).Tile);
    }

    [Fact]
    public async Task An_audit_goes_on_from_any_prefix_and_reads_only_what_is_new()
    {
        var log = TestLog.OfSize(1000);
        var reader = new CountingReader(log);
        var first = await new TreeAudit(reader, 4).RunAsync(AuditedPrefix.Empty, new Checkpoint("log", 1000, log.Edge.Root()), new Visitor(), Stop);
        Assert.Empty(first.Faults);
        for (var i = 1000; i < 66_300; i++)
            log.Edge.Append(TestLog.Entry(i));
        log.Flush();
        var visitor = new Visitor();
        reader.Read.Clear();
        var second = await new TreeAudit(reader, 4).RunAsync(first.Prefix, new Checkpoint("log", 66_300, log.Edge.Root()), visitor, Stop);
        Assert.Empty(second.Faults);
        Assert.Equal(768, visitor.Seen[0]);
        Assert.Equal(reader.Read.Count, reader.Read.Distinct().Count());
        Assert.DoesNotContain(reader.Read, id => id is { Level: <= 0, Index: < 3 });
    }

    [Theory]
    [InlineData(1L << 56)]
    [InlineData((1L << 56) | (3L << 48) | 256)]
    [InlineData((1L << 62) | (3L << 8))]
    [InlineData(long.MaxValue - 255)]
    public async Task The_largest_trees_have_no_level_above_the_seventh(long size)
    {
        var reader = new ShapeReader();
        var prefix = new AuditedPrefix(size, [.. Enumerable.Repeat(TreeHasher.EmptyRoot, System.Numerics.BitOperations.PopCount((ulong)size))]);
        await new TreeAudit(reader, 1).RunAsync(prefix, new Checkpoint("log", size, TreeHasher.EmptyRoot), new Visitor(), Stop);
        Assert.Equal(Enumerable.Range(1, 7).Where(level => (size >> (8 * level)) % 256 != 0), reader.Read.Select(id => id.Level).Order());
        Assert.All(reader.Read, id => Assert.Equal(TileId.At(id.Level, id.Index, size), id));
    }

    [Fact]
    public async Task No_more_than_the_allowed_number_of_bundles_is_in_flight()
    {
        var reader = new CountingReader(TestLog.OfSize(10_000));
        Assert.Empty((await new TreeAudit(reader, 3).RunAsync(AuditedPrefix.Empty, new Checkpoint("log", 10_000, TestLog.OfSize(10_000).Edge.Root()), new Visitor(), Stop)).Faults);
        Assert.InRange(reader.Most, 2, 6);
    }

    [Fact]
    public async Task A_log_where_everything_is_wrong_ends_the_audit_after_a_hundred_faults()
    {
        var log = TestLog.OfSize(5000);
        foreach (var id in log.Tiles.Keys.Where(id => id.Level == 0).ToArray())
            log.Tiles[id] = new byte[log.Tiles[id].Length];
        var reader = new CountingReader(log);
        var result = await new TreeAudit(reader, 1).RunAsync(AuditedPrefix.Empty, new Checkpoint("log", 5000, default), new Visitor(), Stop);
        Assert.InRange(result.Faults.Count, TreeAudit.MaxFaults, TreeAudit.MaxFaults + 256);
        Assert.True(reader.Read.Count < 6, $"{reader.Read.Count} read");
    }

    [Fact]
    public async Task What_is_not_about_the_log_ends_the_audit_and_nothing_is_left_running()
    {
        var reader = new CountingReader(TestLog.OfSize(5000)) { FailAt = 7 };
        await Assert.ThrowsAsync<TimeoutException>(() => new TreeAudit(reader, 4).RunAsync(AuditedPrefix.Empty, new Checkpoint("log", 5000, default), new Visitor(), Stop));
        Assert.Equal(0, reader.InFlight);
    }

    [Fact]
    public async Task A_rule_that_an_entry_breaks_is_a_fault_with_its_index_and_the_bundle_that_holds_it()
    {
        var log = TestLog.OfSize(600);
        var fault = Assert.Single((await AuditAsync(log, 600, log.Edge.Root(), new Visitor { Refused = 300 })).Faults);
        Assert.Equal(new LogFault(new TileId(TileId.EntriesLevel, 1, 256), "entry 300: it breaks a rule"), fault);
        Assert.Equal("tile/entries/001: entry 300: it breaks a rule", fault.ToString());
    }

    [Fact]
    public async Task Behind_leaves_that_cannot_be_read_at_all_there_is_nothing_to_compare_so_the_audit_ends()
    {
        var log = TestLog.OfSize(5000);
        foreach (var level in new[] { 0, TileId.EntriesLevel })
            log.Tiles.Remove(new TileId(level, 2, 256));
        var visitor = new Visitor();
        var result = await AuditAsync(log, 5000, log.Edge.Root(), visitor, parallelism: 1);
        Assert.Equal(["tile/entries/002: it is missing", "tile/0/002: it is missing"], result.Faults.Select(fault => fault.ToString()));
        Assert.Equal(512, result.Prefix.Size);
        Assert.Equal(511, visitor.Seen[^1]);
    }

    [Fact]
    public void A_prefix_has_exactly_the_hashes_of_its_perfect_subtrees()
    {
        Assert.Throws<LogFormatException>(() => new AuditedPrefix(100, []));
        Assert.Throws<LogFormatException>(() => new AuditedPrefix(-256, []));
        Assert.Throws<LogFormatException>(() => new AuditedPrefix(768, [default]));
        Assert.Equal(2, new AuditedPrefix(768, [default, default]).Nodes.Count);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<TreeAuditResult> AuditAsync(TestLog log, long size, MerkleHash root, Visitor? visitor = null, int parallelism = 4) =>
        new TreeAudit(log, parallelism).RunAsync(AuditedPrefix.Empty, new Checkpoint("log", size, root), visitor ?? new Visitor(), Stop);

    private static bool IsOfFinalTree(TileId id, long size) => id == TileId.At(id.Level, id.Index, size);

    // A tile of leaves and its bundle accuse each other; which of the two is wrong nobody can tell from them alone.
    private static bool IsAbout(LogFault fault, TileId id) =>
        fault.Tile == id || (id.Level <= 0 && fault.Tile is { Level: <= 0 } tile && tile.Index == id.Index);

    private sealed class Visitor : IAuditVisitor
    {
        public List<long> Seen { get; } = [];

        public long? Refused { get; init; }

        public string? Visit(long index, ReadOnlyMemory<byte> entry)
        {
            Seen.Add(index);
            return index == Refused ? "it breaks a rule" : null;
        }

        public Task ReachedAsync(AuditedPrefix prefix, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Tiles of the width that was asked for, of a log that is too large to have any.</summary>
    private sealed class ShapeReader : ITileReader
    {
        public List<TileId> Read { get; } = [];

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
        {
            Read.Add(tile);
            return tile.Level <= 7 ? new(new byte[tile.Width * MerkleHash.Size]) : throw new InvalidOperationException($"No tree has {tile}.");
        }
    }

    private sealed class CountingReader(TestLog log) : ITileReader
    {
        private int _inFlight;

        public List<TileId> Read { get; } = [];

        public int Most { get; private set; }

        public int? FailAt { get; init; }

        public int InFlight => Volatile.Read(ref _inFlight);

        public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
        {
            lock (Read)
            {
                Read.Add(tile);
                Most = Math.Max(Most, ++_inFlight);
                if (Read.Count == FailAt)
                {
                    _inFlight--;
                    throw new TimeoutException();
                }
            }

            try
            {
                await Task.Yield();
                return await log.ReadAsync(tile, cancellationToken);
            }
            finally
            {
                lock (Read)
                    _inFlight--;
            }
        }
    }
}

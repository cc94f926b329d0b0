using CsCheck;

namespace TrueCopy.Ledger.Tests.Packs;

/// <summary>What packs hold of the status is the status tree, whatever changes and however the log grows.</summary>
public sealed class PackedStatusTests
{
    // Up to the ends of a page, of a node of pages (32,768 entries) and of a node above it (8,388,608), and beyond.
    private static readonly Gen<int> Growth = Gen.Frequency(
        (8, Gen.Int[0, 300]),
        (3, Gen.OneOf(Gen.Const(32_768), Gen.Const(32_767), Gen.Const(32_640), Gen.Const(65_536))),
        (1, Gen.OneOf(Gen.Const(8_388_608), Gen.Int[1, 9_000_000])));

    private static readonly Gen<(int Growth, (double Where, int Status)[] Changes)[]> Histories =
        Gen.Select(Growth, Gen.Select(Gen.Double[0, 1], Gen.Int[0, 4]).Array[0, 12]).Array[1, 12];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Root_pages_and_paths_are_those_of_the_status_tree_and_what_differs_is_found() => Histories.SampleAsync(
        async history =>
        {
            using var packs = new Stored();
            var tree = new StatusTree();
            tree.Grow(1);
            var status = PackedStatus.Empty(packs, 1);
            var known = new List<(PackRef At, Dictionary<long, ReadOnlyMemory<byte>> Pages)>();
            foreach (var (growth, changes) in history)
            {
                // One entry more each time, for the status entry itself.
                var size = status.Size + 1 + growth;
                var codes = changes.Select(change => ((long)(change.Where * (size - 1)), change.Status)).GroupBy(change => change.Item1).ToDictionary(same => same.Key, same => (EntryStatus)same.Last().Status);
                tree.Grow(size);
                foreach (var (index, code) in codes)
                    tree[index] = code;
                status = await status.WithAsync(codes, size, Stop);
                packs.Put(size + 1, status.Pack(BitConverter.GetBytes(size)));
                Assert.Equal(tree.Root(), status.Root);

                // As another process reads it, which kept nothing.
                using var others = new Stored(packs);
                var pack = (await others.FindAsync(size + 1, Stop))!;
                Assert.Equal((status.At, BitConverter.ToInt64(pack.Entry.Span)), (pack.Root, size));
                var read = await PackedStatus.LoadAsync(others, size, pack.Root, Stop);
                Assert.Equal(tree.Root(), read.Root);
                foreach (var index in codes.Keys.Append(0).Append(size - 1).Append(size / 2))
                {
                    var proven = await read.FindAsync(index, Stop);
                    Assert.Equal(tree[index], StatusPage.Read(proven.Page.Span, index));
                    Assert.True(ProofVerifier.Includes(StatusHasher.Page(proven.Page.Span), StatusPage.NumberOf(index), StatusPage.CountFor(size), MerkleHash.Cast(proven.PathToArray()), tree.Root()), $"{index} of {size}");
                }

                var pages = tree.Pages.ToDictionary(item => item.Key, item => item.Value);
                foreach (var (at, before) in known.Append((default, [])))
                {
                    var differing = await PackedStatus.DifferingAsync(others, pack.Root, at, Stop);
                    var expected = pages.Keys.Union(before.Keys).Order().Where(number => !Of(pages, number).Span.SequenceEqual(Of(before, number).Span)).ToArray();
                    Assert.Equal(expected, differing.Select(item => item.Key));
                    Assert.All(differing, item => Assert.Equal(Of(pages, item.Key).ToArray(), item.Value.ToArray()));
                }

                known.Add((pack.Root, pages));
            }
        },
        iter: Extent.IsExhaustive ? 2_000 : 60,
        threads: 1);

    [Fact]
    public async Task A_batch_that_changes_no_status_stores_its_entry_and_where_the_root_is_and_one_that_does_only_what_is_above_the_page()
    {
        using var packs = new Stored();
        var status = PackedStatus.Empty(packs, 1);
        var entry = new byte[150];
        async Task<int> AddAsync(long size, params (long Index, EntryStatus Status)[] changes)
        {
            status = await status.WithAsync(changes.ToDictionary(change => change.Index, change => change.Status), size, Stop);
            var pack = status.Pack(entry);
            packs.Put(size + 1, pack);
            return pack.Length - entry.Length;
        }

        var header = "truecopy-status@v1\n".Length + sizeof(int) + 16;
        Assert.Equal(header, await AddAsync(1_000_000));
        var one = await AddAsync(1_000_002, (5, EntryStatus.Revoked));
        Assert.InRange(one, header + StatusPage.Length, header + StatusPage.Length + (3 * 55) + 4);
        Assert.Equal(header, await AddAsync(1_000_004));

        // Once a page is there, so is what is beside it in its node, and no other node.
        var other = await AddAsync(1_000_006, (900_000, EntryStatus.Revoked));
        Assert.InRange(other, one, one + 55);
        Assert.Equal(0, packs.Read);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_node_that_is_not_what_the_one_above_it_says_is_not_gone_by(int damage)
    {
        using var packs = new Stored();
        var status = await PackedStatus.Empty(packs, 1).WithAsync(new Dictionary<long, EntryStatus> { [7] = EntryStatus.Revoked }, 100_000, Stop);
        packs.Put(100_001, status.Pack(new byte[10]));
        using var others = new Stored(packs);
        var bytes = packs.All[100_001].ToArray();
        if (damage == 0)
            bytes[^1] ^= 1;
        else if (damage == 1)
            bytes = bytes[..^5];
        others.All[100_001] = bytes;
        if (damage == 2)
            others.All.Clear();
        await Assert.ThrowsAsync<LogFormatException>(async () => await (await PackedStatus.LoadAsync(others, 100_000, status.At, Stop)).FindAsync(7, Stop));
    }

    [Fact]
    public async Task What_paths_have_in_common_is_not_given_to_a_page_whose_node_has_the_same_place()
    {
        const long Apart = 512L * PackNode.Width * StatusPage.Codes;
        const long Size = (2 * Apart) + 1000;
        using var packs = new Stored();
        var status = await PackedStatus.Empty(packs, 1).WithAsync(new Dictionary<long, EntryStatus> { [7] = EntryStatus.Revoked, [Apart + 7] = EntryStatus.Suspended }, Size, Stop);
        for (var round = 0; round < 2; round++)
        {
            foreach (var (index, expected) in new[] { (7, EntryStatus.Revoked), (Apart + 7, EntryStatus.Suspended), ((2 * Apart) + 7, EntryStatus.Stands), (Size - 1, EntryStatus.Stands) })
            {
                var proven = await status.FindAsync(index, Stop);
                Assert.Equal(expected, StatusPage.Read(proven.Page.Span, index));
                Assert.True(ProofVerifier.Includes(StatusHasher.Page(proven.Page.Span), StatusPage.NumberOf(index), StatusPage.CountFor(Size), MerkleHash.Cast(proven.PathToArray()), status.Root));
            }
        }
    }

    private static ReadOnlyMemory<byte> Of(Dictionary<long, ReadOnlyMemory<byte>> pages, long number) => pages.TryGetValue(number, out var page) ? page : StatusPage.Zero;

    private sealed class Stored(Stored? other = null) : PackReader
    {
        public Dictionary<long, ReadOnlyMemory<byte>> All { get; } = other is null ? [] : new(other.All);

        public int Read { get; private set; }

        public void Put(long size, ReadOnlyMemory<byte> pack)
        {
            All.Add(size, pack);
            Keep(size, pack);
        }

        protected override Task<ReadOnlyMemory<byte>?> ReadPartAsync(long size, long from, int most, CancellationToken cancellationToken)
        {
            Read++;
            return Task.FromResult<ReadOnlyMemory<byte>?>(All.TryGetValue(size, out var pack) && from < pack.Length ? pack.Slice((int)from, (int)Math.Min(most, pack.Length - from)) : null);
        }
    }
}

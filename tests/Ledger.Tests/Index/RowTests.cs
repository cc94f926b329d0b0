using System.Runtime.CompilerServices;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Index;

public sealed class RowTests
{
    private readonly Recorded _tables = new();

    [Fact]
    public async Task Whoever_writes_a_row_finds_the_same_key_with_and_without_a_text_of_it()
    {
        var rows = await WriteAsync(40);
        var room = new char[200];
        Assert.Equal(2 * 40, rows.Count);
        foreach (var row in rows)
        {
            Assert.True(row.TryFormatKey(room, out var length));
            Assert.Equal(row.Key, new string(room, 0, length));
            Assert.False(row.TryFormatKey(room.AsSpan(0, length - 1), out _));
            Assert.Equal(row.Key, TableRow.Of(row).Key);

            // Also of one that has its texts.
            ITableRow whole = TableRow.Of(row);
            Assert.True(whole.TryFormatKey(room, out length));
            Assert.Equal(row.Key, new string(room, 0, length));
            Assert.False(whole.TryFormatKey(room.AsSpan(0, length - 1), out _));
        }
    }

    [Fact]
    public async Task What_is_inserted_is_in_full_transactions_each_row_in_one_and_neighbours_in_other_partitions()
    {
        await WriteAsync(5000);
        foreach (var table in _tables.Transactions.GroupBy(transaction => transaction.Table))
        {
            var all = table.SelectMany(transaction => transaction.Rows).Select(row => (row.Partition, row.Key)).ToArray();
            Assert.Equal((5000, 5000), (all.Length, all.Distinct().Count()));
            Assert.All(table, transaction => Assert.True(transaction.Rows.Count <= ITableStore.MaxTransaction && transaction.Rows.All(row => row.Partition == transaction.Rows[0].Partition)));
            Assert.All(table.GroupBy(transaction => transaction.Rows[0].Partition), partition => Assert.True(partition.Count(transaction => transaction.Rows.Count < ITableStore.MaxTransaction) <= 1));
        }

        // The first of each partition before the second of any.
        var issued = _tables.Transactions.Where(transaction => transaction.Table == StorageNames.IssuedTable).Select(transaction => transaction.Rows[0].Partition).Take(16).ToArray();
        Assert.Equal(16, issued.Distinct().Count());
    }

    [Fact]
    public async Task A_row_says_what_its_act_does()
    {
        var row = (await WriteAsync(1)).Single(row => row.Entry is not null);
        var act = ActIndex.ToAct(DigestOf(0), TableRow.Of(row));
        Assert.Equal((0, DigestOf(0), row.Act), (act.LogIndex, act.Digest, act.ActId.Value));
        Assert.Equal($"{DigestOf(0)}:@bank", row.Key);
        Assert.Equal(DigestOf(0).Hex[..2], row.Partition);
        Assert.True(act.Entry.Commitment == act.Opening.Commit(act.Digest) && act.Unpublished.IsEmpty);
        Assert.Equal(row.Entry, ActIndex.ToRow(act, "key").Entry);
        Assert.Equal("key", ActIndex.ToRow(act, "key").Key);
    }

    // What a batch of first issues writes: that they may be issued, and then that they are.
    private Task<IReadOnlyList<ITableRow>> WriteAsync(int count) =>
        Task.Factory.StartNew(() => WriteInTurnAsync(count), Stop, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    private async Task<IReadOnlyList<ITableRow>> WriteInTurnAsync(int count)
    {
        var index = new ActIndex(_tables);
        await new IssuedDocuments(_tables, index).NoteAsync([.. Enumerable.Range(0, count).Select(i => ("bank", DigestOf(i)))], isComplete: true, Stop);
        Assert.Empty(await index.AddAsync([.. Enumerable.Range(0, count).Select(ActOf)], Stop));
        return [.. _tables.Transactions.SelectMany(transaction => transaction.Rows)];
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Digest DigestOf(int number) => new(DigestAlgorithm.Sha256, System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    private static IndexedAct ActOf(int number)
    {
        var (act, opening) = (Act("a"), Opening.Create());
        var entry = (act with { Digest = DigestOf(number) }).ToEntry(opening);
        return new IndexedAct(DigestOf(number), new ActId(number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)), number, entry.Encode(), opening, Unpublished.None);
    }

    /// <summary>Takes every row, one transaction after the other.</summary>
    private sealed class Recorded : ITableStore
    {
        private readonly Lock _lock = new();

        public List<(string Table, IReadOnlyList<ITableRow> Rows)> Transactions { get; } = [];

        public async IAsyncEnumerable<TableRow> QueryAsync(string table, RowQuery query, RowColumns columns, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public Task<bool> TryInsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken)
        {
            lock (_lock)
                Transactions.Add((table, rows));
            return Task.FromResult(true);
        }

        public Task UpsertAsync(string table, IReadOnlyList<ITableRow> rows, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string table, string partition, string key, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

namespace TrueCopy.Ledger.Index;

/// <summary>What is to be inserted, in transactions as full as they may be, in memory that all of them share.</summary>
internal static class Transactions
{
    /// <summary>The transactions. Those of one partition do not come one after the other, so that those which are under way together seldom wait for one.</summary>
    /// <param name="items">What is to be inserted.</param>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="partitionOf">In which of them an item is.</param>
    public static IReadOnlyList<ArraySegment<T>> Of<T>(IReadOnlyCollection<T> items, int partitions, Func<T, int> partitionOf)
    {
        var next = new int[partitions + 1];
        foreach (var item in items)
            next[partitionOf(item) + 1]++;
        for (var i = 0; i < partitions; i++)
            next[i + 1] += next[i];

        // Where each partition begins becomes where it ends, which is where the one after it begins.
        var sorted = new T[items.Count];
        foreach (var item in items)
            sorted[next[partitionOf(item)]++] = item;
        var transactions = new List<ArraySegment<T>>(Math.Min(sorted.Length, partitions + (sorted.Length / ITableStore.MaxTransaction)));
        for (var (from, isLeft) = (0, true); isLeft; from += ITableStore.MaxTransaction)
        {
            isLeft = false;
            for (var (i, begin) = (0, from); i < partitions; begin = next[i++] + from)
            {
                var length = Math.Min(next[i] - begin, ITableStore.MaxTransaction);
                if (length > 0)
                    transactions.Add(new ArraySegment<T>(sorted, begin, length));
                isLeft |= next[i] - begin > ITableStore.MaxTransaction;
            }
        }

        return transactions;
    }
}

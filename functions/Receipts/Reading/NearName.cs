namespace TrueCopy.Receipts.Reading;

/// <summary>How far a name is from one that is known, to offer what was meant.</summary>
public static class NearName
{
    private const int MostOffered = 3;

    /// <summary>Letters to be added, dropped, replaced or swapped with the next to make one of the other (optimal string alignment); compared exactly.</summary>
    public static int Distance(string left, string right)
    {
        // Row i holds the distances of the first i letters; swapping looks two rows back.
        var (twoBack, back, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++)
            row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            (twoBack, back, row) = (back, row, twoBack);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = left[i - 1] == right[j - 1];
                row[j] = Math.Min(Math.Min(back[j], row[j - 1]) + 1, back[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], twoBack[j - 2] + 1);
            }
        }

        return row[right.Length];
    }

    /// <summary>Those of <paramref name="known"/> that may have been meant, the nearest first, three at most: a third of the letters may differ, and one name may be part of the other.</summary>
    public static IReadOnlyList<string> Among(string given, IEnumerable<string> known)
    {
        var plain = given.ToLowerInvariant();
        return
        [
            .. known
                .Select(name => (Name: name, Plain: name.ToLowerInvariant()))
                .Select(one => (one.Name, Distance: Distance(plain, one.Plain), IsPart: plain.Length > 2 && one.Plain.Length > 2 && (one.Plain.Contains(plain, StringComparison.Ordinal) || plain.Contains(one.Plain, StringComparison.Ordinal))))
                .Where(one => one.IsPart || one.Distance <= Math.Max(1, plain.Length / 3))
                .OrderBy(one => one.Distance)
                .ThenBy(one => one.Name, StringComparer.Ordinal)
                .Take(MostOffered)
                .Select(one => one.Name),
        ];
    }
}

using System.Numerics;

namespace TrueCopy.TransparencyLog.Merkle;

/// <summary>A perfect subtree: the leaves from <c>Index × 2^Level</c> up to <c>(Index + 1) × 2^Level</c>.</summary>
/// <param name="Level">Height above the leaves; 0 is a leaf.</param>
/// <param name="Index">Position among the subtrees of that height, from the left.</param>
public readonly record struct Subtree(int Level, long Index);

/// <summary>The leaves from <paramref name="Start"/> up to, not including, <paramref name="End"/>: one node of some RFC 6962 tree.</summary>
/// <param name="Start">First leaf; a multiple of the smallest power of two that is not below the length.</param>
/// <param name="End">One past the last leaf; greater than <paramref name="Start"/>.</param>
public readonly record struct TreeRange(long Start, long End)
{
    /// <summary>Takes the perfect subtrees that make up a range off it, from the right, each larger than the one before.</summary>
    /// <returns>Whether there was one left.</returns>
    public static bool TryTakeLast(ref TreeRange rest, out Subtree last)
    {
        var level = BitOperations.TrailingZeroCount(rest.End - rest.Start);
        if (rest.Start == rest.End)
        {
            last = default;
            return false;
        }

        last = new Subtree(level, (rest.End >> level) - 1);
        rest = rest with { End = rest.End - (1L << level) };
        return true;
    }

    /// <summary>The perfect subtrees that make up the range, from the left, each smaller than the one before.</summary>
    public IReadOnlyList<Subtree> PerfectSubtrees()
    {
        var subtrees = new List<Subtree>();
        for (var rest = this; TryTakeLast(ref rest, out var last);)
            subtrees.Add(last);
        subtrees.Reverse();
        return subtrees;
    }

    /// <summary>The ranges whose hashes prove that leaf <paramref name="index"/> is in a tree of <paramref name="size"/> leaves, from the leaf upwards (RFC 6962, section 2.1.1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static IReadOnlyList<TreeRange> InclusionProof(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        Span<TreeRange> path = stackalloc TreeRange[64];
        var count = 0;
        for (long low = 0, high = size; high - low > 1;)
        {
            var split = low + LargestPowerOfTwoBelow(high - low);
            if (index < split)
            {
                path[count++] = new TreeRange(split, high);
                high = split;
            }
            else
            {
                path[count++] = new TreeRange(low, split);
                low = split;
            }
        }

        path[..count].Reverse();
        return path[..count].ToArray();
    }

    /// <summary>The ranges whose hashes prove that the tree of <paramref name="newSize"/> leaves extends that of <paramref name="oldSize"/> (RFC 6962, section 2.1.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="oldSize"/> is not from 1 to <paramref name="newSize"/>.</exception>
    public static IReadOnlyList<TreeRange> ConsistencyProof(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(oldSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var path = new List<TreeRange>();
        long low = 0, high = newSize;
        while (high != oldSize)
        {
            var split = low + LargestPowerOfTwoBelow(high - low);
            if (oldSize <= split)
            {
                path.Add(new TreeRange(split, high));
                high = split;
            }
            else
            {
                path.Add(new TreeRange(low, split));
                low = split;
            }
        }

        // A verifier holds the old root, so the old tree itself is left out where it is one node of the new.
        if (low != 0)
            path.Add(new TreeRange(low, high));

        path.Reverse();
        return path;
    }

    private static long LargestPowerOfTwoBelow(long length) => 1L << BitOperations.Log2((ulong)(length - 1));
}

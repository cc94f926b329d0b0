using System.Numerics;

namespace TrueCopy.TransparencyLog.Merkle;

/// <summary>
/// Checks inclusion and consistency proofs (RFC 9162, sections 2.1.3.2 and 2.1.4.2). A proof must have exactly the
/// number of hashes that its index and size ask for; the shape is computed before any hash is looked at.
/// </summary>
public static class ProofVerifier
{
    /// <summary>Whether <paramref name="proof"/> places <paramref name="leaf"/> at <paramref name="index"/> under <paramref name="root"/>.</summary>
    /// <param name="leaf">The leaf's hash (<see cref="TreeHasher.Leaf"/>).</param>
    /// <param name="index">Zero-based position of the leaf.</param>
    /// <param name="size">Number of leaves under <paramref name="root"/>.</param>
    /// <param name="proof">Sibling hashes, from the leaf upwards.</param>
    /// <param name="root">The signed root.</param>
    public static bool Includes(in MerkleHash leaf, long index, long size, ReadOnlySpan<MerkleHash> proof, in MerkleHash root)
    {
        if (index < 0 || index >= size)
            return false;

        var (inner, border) = Shape(index, size);
        if (proof.Length != inner + border)
            return false;

        var hash = ChainInner(leaf, proof[..inner], index);
        return ChainLeft(hash, proof[inner..]) == root;
    }

    /// <summary>Whether <paramref name="proof"/> shows that the tree under <paramref name="newRoot"/> begins with the tree under <paramref name="oldRoot"/>.</summary>
    /// <remarks>Equal sizes need equal roots and no proof; the empty tree is a prefix of every tree and needs no proof.</remarks>
    public static bool Extends(
        long oldSize,
        in MerkleHash oldRoot,
        long newSize,
        in MerkleHash newRoot,
        ReadOnlySpan<MerkleHash> proof)
    {
        if (oldSize < 0 || oldSize > newSize)
            return false;
        if (oldSize == newSize)
            return proof.IsEmpty && oldRoot == newRoot && (oldSize != 0 || oldRoot == TreeHasher.EmptyRoot);
        if (oldSize == 0)
            return proof.IsEmpty && oldRoot == TreeHasher.EmptyRoot;

        var (inner, border) = Shape(oldSize - 1, newSize);
        var shift = BitOperations.TrailingZeroCount(oldSize);
        inner -= shift;

        // Where the old tree is perfect, it is itself a node of the new one and its root starts both chains.
        var perfect = oldSize == 1L << shift;
        if (proof.Length != inner + border + (perfect ? 0 : 1))
            return false;

        var seed = perfect ? oldRoot : proof[0];
        var path = perfect ? proof : proof[1..];
        var position = (oldSize - 1) >> shift;
        var old = ChainLeft(ChainInnerRight(seed, path[..inner], position), path[inner..]);
        var extended = ChainLeft(ChainInner(seed, path[..inner], position), path[inner..]);
        return old == oldRoot && extended == newRoot;
    }

    // The path splits into levels where the leaf's subtree is still left of the tree's right border, and levels on it.
    private static (int Inner, int Border) Shape(long index, long size)
    {
        var inner = 64 - BitOperations.LeadingZeroCount((ulong)(index ^ (size - 1)));
        return (inner, BitOperations.PopCount((ulong)index >> inner));
    }

    private static MerkleHash ChainInner(MerkleHash hash, ReadOnlySpan<MerkleHash> proof, long index)
    {
        for (var level = 0; level < proof.Length; level++)
            hash = ((index >> level) & 1) == 0 ? TreeHasher.Node(hash, proof[level]) : TreeHasher.Node(proof[level], hash);
        return hash;
    }

    private static MerkleHash ChainInnerRight(MerkleHash hash, ReadOnlySpan<MerkleHash> proof, long index)
    {
        for (var level = 0; level < proof.Length; level++)
        {
            if (((index >> level) & 1) == 1)
                hash = TreeHasher.Node(proof[level], hash);
        }

        return hash;
    }

    private static MerkleHash ChainLeft(MerkleHash hash, ReadOnlySpan<MerkleHash> proof)
    {
        foreach (ref readonly var left in proof)
            hash = TreeHasher.Node(left, hash);
        return hash;
    }
}

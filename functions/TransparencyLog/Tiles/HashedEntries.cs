namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>
/// Entries that follow each other in one bundle, with what they hash to: for whoever has a core to spare before it is their turn
/// to be appended (<see cref="RightEdge.Append(HashedEntries)"/>).
/// </summary>
public sealed class HashedEntries
{
    private readonly MerkleHash[] _leaves;

    /// <summary>Hashes entries.</summary>
    /// <param name="bundle">The entries as a bundle has them.</param>
    /// <param name="count">How many there are: 1 to 256.</param>
    /// <exception cref="LogFormatException">They are not so many.</exception>
    public HashedEntries(ReadOnlyMemory<byte> bundle, int count)
    {
        (Bundle, Entries) = (bundle, EntryBundle.Parse(bundle, count));
        _leaves = new MerkleHash[count];
        for (var i = 0; i < count; i++)
            _leaves[i] = TreeHasher.Leaf(Entries[i].Span);
        Tile = count == TileId.FullWidth ? HashTile.Of(_leaves) : null;
    }

    /// <summary>The entries, in memory of the bundle.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Entries { get; }

    internal ReadOnlyMemory<byte> Bundle { get; }

    internal ReadOnlySpan<MerkleHash> Leaves => _leaves;

    /// <summary>What they hash to as a tile, if they fill one.</summary>
    internal HashTile? Tile { get; }
}

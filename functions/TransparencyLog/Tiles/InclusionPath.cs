namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>
/// Sibling hashes from a leaf upwards, for <see cref="ProofVerifier.Includes"/>, where they are kept: those inside the leaf's own tile, those
/// inside the tile above it, and the rest. Neighbours have all but the first in common, so nothing is copied before it is needed.
/// </summary>
public readonly struct InclusionPath
{
    private readonly MerkleHash[] _first;
    private readonly HashTile? _tile;
    private readonly long _position;
    private readonly MerkleHash[] _rest;

    internal InclusionPath(MerkleHash[] whole) => (_first, _rest) = (whole, []);

    internal InclusionPath(MerkleHash[] own, HashTile? tile, long position, MerkleHash[] rest) =>
        (_first, _tile, _position, _rest, IsOwnFinal) = (own, tile, position, rest, true);

    /// <summary>The most hashes that a path has.</summary>
    public const int MaxLength = 63;

    /// <summary>How many there are.</summary>
    public int Length => _first.Length + (_tile is null ? 0 : TileId.Height) + _rest.Length;

    /// <summary>
    /// Those inside the leaf's own tile if that is whole, so that they are the same in every later tree and
    /// <see cref="TreeReader.FindInclusionPathAsync"/> need not look for them again; null if it is not.
    /// </summary>
    public MerkleHash[]? Final => IsOwnFinal ? _first : null;

    private bool IsOwnFinal { get; }

    /// <summary>Copies them.</summary>
    /// <param name="path">Where to, with room for <see cref="Length"/>.</param>
    public void CopyTo(Span<MerkleHash> path)
    {
        _first.CopyTo(path);
        path = path[_first.Length..];
        if (_tile is not null)
        {
            _tile.CopySiblings(_position, path);
            path = path[TileId.Height..];
        }

        _rest.CopyTo(path);
    }

    /// <summary>A copy of them.</summary>
    public MerkleHash[] ToArray()
    {
        var path = new MerkleHash[Length];
        CopyTo(path);
        return path;
    }
}

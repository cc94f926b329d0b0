namespace TrueCopy.TransparencyLog.Auditing;

/// <summary>Something that a log serves does not go with the rest of it.</summary>
/// <param name="Tile">Where; null where it is not about one tile or bundle.</param>
/// <param name="Rule">The rule that is broken.</param>
public sealed record LogFault(TileId? Tile, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => Tile is { } tile ? $"{tile}: {Rule}" : Rule;
}

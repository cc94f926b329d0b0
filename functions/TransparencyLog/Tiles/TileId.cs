using System.Globalization;
using System.Text;

namespace TrueCopy.TransparencyLog.Tiles;

/// <summary>Names one tile or entry bundle of a log (C2SP tlog-tiles).</summary>
/// <param name="Level">0 to 63 for hashes, <see cref="EntriesLevel"/> for an entry bundle.</param>
/// <param name="Index">Position within the level, from 0.</param>
/// <param name="Width">Hashes or entries in it: 256 when full, 1 to 255 when partial.</param>
public readonly record struct TileId(int Level, long Index, int Width)
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>log2 of <see cref="FullWidth"/>: the height of the subtree that a tile spans.</summary>
    public const int Height = 8;

    /// <summary>Levels that a tree can have: it has less than 2^63 leaves.</summary>
    public const int Levels = 64 / Height;

    /// <summary>The level that stands for entry bundles, which tlog-tiles serves under <c>tile/entries/</c>.</summary>
    public const int EntriesLevel = -1;

    private const string Prefix = "tile/";
    private const string EntriesSegment = "entries";
    private const string PartialSuffix = ".p";

    /// <summary>Whether this names an entry bundle, not hashes.</summary>
    public bool IsEntries => Level == EntriesLevel;

    /// <summary>Whether this has fewer than 256 hashes or entries.</summary>
    public bool IsPartial => Width < FullWidth;

    /// <summary>The tile that holds <paramref name="node"/>, or the hashes from which it is computed, in a tree of <paramref name="size"/> leaves.</summary>
    public static TileId Of(Subtree node, long size)
    {
        var level = node.Level / Height;
        var first = node.Index << (node.Level % Height);
        return At(level, first / FullWidth, size);
    }

    /// <summary>The tile at this place as wide as a tree of <paramref name="size"/> leaves makes it.</summary>
    public static TileId At(int level, long index, long size)
    {
        var count = CountAt(level, size);
        return new TileId(level, index, (int)Math.Min(FullWidth, count - (index * FullWidth)));
    }

    /// <summary>How many hashes a level has, or entries, in all tiles of a tree of <paramref name="size"/> leaves; none where no whole subtree is that high.</summary>
    /// <remarks>A shift alone would not do: from level 8 on it goes round to the leaves.</remarks>
    public static long CountAt(int level, long size) => level switch
    {
        EntriesLevel => size,
        >= Levels => 0,
        _ => size >> (Height * level),
    };

    /// <summary>The path below the log's prefix, such as <c>tile/0/x001/234.p/17</c>.</summary>
    public string ToPath()
    {
        var path = new StringBuilder(Prefix);
        _ = IsEntries ? path.Append(EntriesSegment) : path.Append(CultureInfo.InvariantCulture, $"{Level}");
        AppendIndex(path, Index, last: true);
        if (IsPartial)
            path.Append(CultureInfo.InvariantCulture, $"{PartialSuffix}/{Width}");
        return path.ToString();
    }

    /// <summary>Parses a path below the log's prefix; accepts exactly the spellings that <see cref="ToPath"/> makes.</summary>
    public static bool TryParse(string path, out TileId tile)
    {
        tile = default;
        if (path.Length > 64 || !path.StartsWith(Prefix, StringComparison.Ordinal))
            return false;

        var segments = path[Prefix.Length..].Split('/');
        var width = FullWidth;
        if (segments.Length >= 3 && segments[^2].EndsWith(PartialSuffix, StringComparison.Ordinal))
        {
            if (!StrictText.TryParseDecimal(segments[^1], out var parsed) || parsed is < 1 or >= FullWidth)
                return false;
            width = (int)parsed;
            segments = segments[..^1];
            segments[^1] = segments[^1][..^PartialSuffix.Length];
        }

        var level = (long)EntriesLevel;
        if (segments[0] != EntriesSegment && !(StrictText.TryParseDecimal(segments[0], out level) && level <= 63))
            return false;
        if (!TryParseIndex(segments.AsSpan(1), out var index))
            return false;

        tile = new TileId((int)level, index, width);
        return tile.ToPath() == path;
    }

    /// <inheritdoc/>
    public override string ToString() => ToPath();

    private static void AppendIndex(StringBuilder path, long index, bool last)
    {
        if (index >= 1000)
            AppendIndex(path, index / 1000, last: false);
        path.Append(last ? "/" : "/x").Append(CultureInfo.InvariantCulture, $"{index % 1000:000}");
    }

    private static bool TryParseIndex(ReadOnlySpan<string> groups, out long index)
    {
        index = 0;
        if (groups.Length is 0 or > 6)
            return false;

        for (var i = 0; i < groups.Length; i++)
        {
            var group = groups[i].AsSpan();
            if (i < groups.Length - 1)
            {
                if (!group.StartsWith("x"))
                    return false;
                group = group[1..];
            }

            if (group.Length != 3 || group.ContainsAnyExceptInRange('0', '9'))
                return false;
            index = (index * 1000) + int.Parse(group, NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return true;
    }
}

using System.Globalization;
using System.Text;

namespace TrueCopy.TransparencyLog.Checkpoints;

/// <summary>The head of a log at one size, unsigned (C2SP tlog-checkpoint, "Note text").</summary>
/// <param name="Origin">The log's identity: not empty, one line.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">RFC 6962 root over them.</param>
/// <param name="Extensions">Further lines, opaque, not empty; this log writes none.</param>
public sealed record Checkpoint(string Origin, long Size, MerkleHash Root, IReadOnlyList<string> Extensions)
{
    /// <summary>Creates a checkpoint without extension lines.</summary>
    public Checkpoint(string origin, long size, MerkleHash root)
        : this(origin, size, root, [])
    {
    }

    /// <summary>Parses a note's text.</summary>
    /// <exception cref="LogFormatException">The text is not a checkpoint.</exception>
    public static Checkpoint Parse(string text)
    {
        var checkpoint = Read(text);
        return checkpoint.Size > 0 || checkpoint.Root == TreeHasher.EmptyRoot
            ? checkpoint
            : throw new LogFormatException("checkpoint: the root of an empty tree is SHA-256 of nothing");
    }

    /// <summary>Parses a note's text as <see cref="Parse"/> does, but takes any root of an empty tree: a witness tells that apart from a malformed checkpoint.</summary>
    /// <exception cref="LogFormatException">The text is not a checkpoint.</exception>
    public static Checkpoint Read(string text)
    {
        if (!text.EndsWith('\n'))
            throw new LogFormatException("checkpoint: the last line does not end");
        var lines = text[..^1].Split('\n');
        if (lines.Length < 3)
            throw new LogFormatException("checkpoint: fewer than three lines");
        if (lines.Contains(""))
            throw new LogFormatException("checkpoint: an empty line");
        if (!StrictText.TryParseDecimal(lines[1], out var size))
            throw new LogFormatException("checkpoint: the size is not a decimal without leading zeroes");
        if (!StrictBase64.TryDecodeHash(lines[2], out var root))
            throw new LogFormatException("checkpoint: the root is not base64 of 32 bytes");
        return new Checkpoint(lines[0], size, root, lines[3..]);
    }

    /// <summary>The text to sign.</summary>
    public string ToNoteText()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n");
        foreach (var line in Extensions)
            text.Append(line).Append('\n');
        return text.ToString();
    }
}

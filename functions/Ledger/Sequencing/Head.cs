using System.Text;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>The last committed state of the log. Replacing it is the commit; everything public follows from it.</summary>
/// <param name="Journal">Name of the journal batch that led here.</param>
/// <param name="Note">The signed checkpoint, byte for byte as it is (or will be) published.</param>
public sealed record Head(string Journal, ReadOnlyMemory<byte> Note)
{
    /// <summary>The head in bytes: a line that names the batch, then the checkpoint.</summary>
    public byte[] Encode() => [.. Encoding.ASCII.GetBytes(Journal), (byte)'\n', .. Note.Span];

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="LogFormatException">It has no first line.</exception>
    public static Head Parse(ReadOnlyMemory<byte> content)
    {
        var end = content.Span.IndexOf((byte)'\n');
        return end < 0
            ? throw new LogFormatException("head: the first line does not name a journal batch")
            : new Head(Encoding.ASCII.GetString(content.Span[..end]), content[(end + 1)..]);
    }
}

/// <summary>A head as stored, with what a conditional replacement needs.</summary>
/// <param name="Head">The state.</param>
/// <param name="Version">The storage's version tag of exactly this state.</param>
public sealed record StoredHead(Head Head, string Version);

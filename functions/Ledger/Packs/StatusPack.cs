using System.Buffers;
using System.Buffers.Binary;

namespace TrueCopy.Ledger.Packs;

/// <summary>
/// What one batch stores of the status: its status entry, where the tree's root is, and every node that the batch changed, from
/// the top. A function of the journal alone.
/// </summary>
/// <param name="Entry">The exact bytes of the status entry that ends the batch.</param>
/// <param name="Root">Where the root is; in an earlier pack if the batch changed no status.</param>
/// <param name="Nodes">The nodes in it, as far as it was read.</param>
public sealed record StatusPack(ReadOnlyMemory<byte> Entry, PackRef Root, IReadOnlyList<(PackRef At, PackNode Node)> Nodes)
{
    private const int RefLength = sizeof(long) + sizeof(int) + sizeof(int);

    private static ReadOnlySpan<byte> Magic => "truecopy-status@v1\n"u8;

    /// <summary>Writes a pack, which says to new nodes where they are.</summary>
    /// <param name="size">Size of the log after the batch.</param>
    /// <param name="entry">The exact bytes of the status entry.</param>
    /// <param name="root">Where the root is, unless it is new.</param>
    /// <param name="isNew">The root if it is new; null if not.</param>
    /// <returns>The pack, and where the root is.</returns>
    internal static (ReadOnlyMemory<byte> Bytes, PackRef Root) Encode(long size, ReadOnlyMemory<byte> entry, PackRef root, PackNode? isNew)
    {
        var nodes = new SortedDictionary<(int, long), PackNode>();
        isNew?.AddNew(nodes, 0);
        var places = new Dictionary<PackNode, PackRef>(ReferenceEqualityComparer.Instance);
        var offset = Magic.Length + sizeof(int) + entry.Length + RefLength;
        foreach (var node in nodes.Values)
        {
            places.Add(node, new PackRef(size, offset, node.Length));
            offset += node.Length;
        }

        foreach (var node in nodes.Values)
            node.Place(places);
        if (isNew is not null)
            root = places[isNew];

        var output = new ArrayBufferWriter<byte>(offset);
        output.Write(Magic);
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), entry.Length);
        output.Advance(sizeof(int));
        output.Write(entry.Span);
        PackNode.Write(output.GetSpan(RefLength), root);
        output.Advance(RefLength);
        foreach (var node in nodes.Values)
            node.Write(output);
        return (output.WrittenMemory, root);
    }

    /// <summary>Reads a pack, or as many of its nodes as there are in its first bytes.</summary>
    /// <param name="size">Size of the log after the batch.</param>
    /// <param name="bytes">The pack, or its beginning.</param>
    /// <exception cref="LogFormatException">They are not the bytes of one.</exception>
    public static StatusPack Parse(long size, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < Magic.Length + sizeof(int) || !bytes.Span.StartsWith(Magic))
            throw new LogFormatException("status pack: not one of version 1");
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.Span[Magic.Length..]);
        var offset = Magic.Length + sizeof(int);
        if (length is < 0 or > EntryBundle.MaxEntryLength || bytes.Length - offset < length + RefLength)
            throw new LogFormatException("status pack: it has no entry");
        var entry = bytes.Slice(offset, length);
        var root = PackNode.ReadRef(bytes.Span[(offset + length)..]);
        offset += length + RefLength;
        var nodes = new List<(PackRef, PackNode)>();
        while (offset < bytes.Length && PackNode.TryRead(bytes[offset..]) is { } node)
        {
            nodes.Add((new PackRef(size, offset, node.Length), node));
            offset += node.Length;
        }

        return root is { Pack: >= 0, Offset: >= 0, Length: >= 0 } ? new StatusPack(entry, root, nodes) : throw new LogFormatException("status pack: its root is nowhere");
    }
}

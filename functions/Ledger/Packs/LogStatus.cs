using System.Buffers;

namespace TrueCopy.Ledger.Packs;

/// <summary>The status of all entries, as the last entry of a log commits to it.</summary>
/// <param name="Bytes">The exact bytes of the last entry.</param>
/// <param name="Entry">The last entry.</param>
/// <param name="Packed">The status.</param>
public sealed record LogStatus(ReadOnlyMemory<byte> Bytes, Entry Entry, PackedStatus Packed)
{
    /// <summary>Index of the first entry whose status is kept; of those before it nothing is proven.</summary>
    public long From => Entry.From ?? 0;

    private readonly IReadOnlyList<MerkleHash> _path = [];

    // The same in every proof under the checkpoint.
    private readonly byte[] _pathBytes = [];
    private byte[]? _beginning;

    /// <summary>Inclusion path of the last entry; empty where nobody asked for it.</summary>
    public IReadOnlyList<MerkleHash> Path
    {
        get => _path;
        init => (_path, _pathBytes) = (value, StatusProof.BytesOf(value));
    }

    /// <summary>Reads the status under a checkpoint, and holds it to the log.</summary>
    /// <param name="packs">The packs.</param>
    /// <param name="log">The log.</param>
    /// <param name="tiles">Its tiles.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The status; null if the last entry is none, which is so in a log of before status was kept.</returns>
    /// <exception cref="LogFormatException">The pack is missing, or is not what the log commits to.</exception>
    public static async Task<LogStatus?> FindAsync(PackReader packs, ITileReader log, IHashTileSource tiles, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (await packs.FindAsync(checkpoint.Size, cancellationToken) is { } pack)
            return await OpenAsync(packs, pack, tiles, checkpoint, cancellationToken);

        // There may have been one.
        var id = TileId.At(TileId.EntriesLevel, (checkpoint.Size - 1) / TileId.FullWidth, checkpoint.Size);
        var bundle = EntryBundle.Parse(await log.ReadAsync(id, cancellationToken), id.Width);
        return IsStatus(bundle[^1].Span) ? throw new LogFormatException($"status: the pack of {checkpoint.Size} entries is missing") : null;
    }

    /// <summary>The status in a pack, held to the log.</summary>
    /// <param name="packs">The packs.</param>
    /// <param name="pack">The newest of them.</param>
    /// <param name="tiles">The log's tiles.</param>
    /// <param name="checkpoint">The checkpoint whose last entry the pack has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">It is not what the log commits to.</exception>
    public static async Task<LogStatus> OpenAsync(PackReader packs, StatusPack pack, IHashTileSource tiles, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var path = await new TreeReader(tiles, checkpoint.Size).InclusionProofAsync(checkpoint.Size - 1, cancellationToken);
        Entry entry;
        try
        {
            entry = StatusProof.OpenEntry(pack.Entry, StatusProof.BytesOf(path), checkpoint.Checkpoint);
        }
        catch (ReceiptException exception)
        {
            throw new LogFormatException($"status: the pack of {checkpoint.Size} entries is not of this log", exception);
        }

        var packed = await PackedStatus.LoadAsync(packs, checkpoint.Size - 1, pack.Root, cancellationToken);
        return Convert.ToHexStringLower(packed.Root.Bytes) == entry.Root
            ? new LogStatus(pack.Entry, entry, packed) { Path = path }
            : throw new LogFormatException($"status: the pack of {checkpoint.Size} entries is not what the log commits to");
    }

    /// <summary>How an entry stands, and what proves it.</summary>
    public async ValueTask<(EntryStatus Status, StatusProof Proof)> ProveAsync(long index, CancellationToken cancellationToken)
    {
        var page = await Packed.FindAsync(index, cancellationToken);
        return (StatusPage.Read(page.Page.Span, index), ProofOf(page));
    }

    /// <summary>What proves how the entries of a page stand.</summary>
    internal StatusProof ProofOf(ProvenPage page) => new(Bytes, _pathBytes, page.Page, page.PathToArray());

    /// <summary>The same in the JSON that receipts bear, in memory of the shared pool.</summary>
    internal (byte[] Rented, int Length) RentJson(ProvenPage page)
    {
        var beginning = _beginning ??= StatusProof.BeginJson(Bytes.Span, _pathBytes);
        Span<byte> path = stackalloc byte[page.PathLength];
        page.CopyPath(path);
        var json = ArrayPool<byte>.Shared.Rent(beginning.Length + StatusProof.MaxEndLength);
        return (json, StatusProof.WriteJson(json, beginning, page.Page.Span, path));
    }

    private static bool IsStatus(ReadOnlySpan<byte> entry)
    {
        try
        {
            return Entry.Parse(entry).Kind == ActKind.Status;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}

using System.Buffers;
using System.Text.Json;

namespace TrueCopy.Ledger.Index;

/// <summary>What proves an act under a checkpoint. Most of it is written once and not read: a receipt is made of it for whoever asks for one.</summary>
public sealed class ProvenAct
{
    // The frame of a tlog-proof and what is in one but for its status, with room to spare.
    private const int UsualLength = 6 * 1024;

    private readonly IndexedAct _act;
    private readonly MerkleHash[] _path;
    private readonly ReadOnlyMemory<byte> _checkpoint;
    private readonly StatusProof? _proof;

    internal ProvenAct(IndexedAct act, MerkleHash[] path, ReadOnlyMemory<byte> checkpoint, StatusProof? proof, EntryStatus? status) =>
        (_act, _path, _checkpoint, _proof, Status) = (act, path, checkpoint, proof, status);

    /// <summary>The code that the receipt proves; null where it proves none, as of an act.</summary>
    public EntryStatus? Status { get; }

    /// <summary>The receipt.</summary>
    public Receipt Receipt => Prover.Of(_act, _path, _checkpoint, _proof);

    /// <summary>Writes the receipt as a string of JSON, as answers bear it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        using var status = new PooledBody(_proof?.JsonLength ?? 0);
        _proof?.Write(status);
        using var text = new PooledBody(UsualLength);
        Prover.Write(text, _act, _path, _checkpoint.Span, status.Written.Span);
        LinesConverter.Write(json, text.Written.Span);
    }
}

/// <summary>Makes receipts of acts that are in effect, under one checkpoint: for whoever uploaded and whoever asks alike.</summary>
/// <param name="tiles">The log's tiles.</param>
/// <param name="checkpoint">The checkpoint.</param>
/// <param name="status">The status that its last entry commits to; null where that is none.</param>
public sealed class Prover(IHashTileSource tiles, SignedCheckpoint checkpoint, LogStatus? status)
{
    private const int MaxPathLength = 63;

    private readonly TreeReader _reader = new(tiles, checkpoint.Size);
    private PageProof? _page;

    /// <summary>Whether it proves under these.</summary>
    internal bool IsUnder(SignedCheckpoint other, LogStatus? its) => ReferenceEquals(checkpoint, other) && ReferenceEquals(status, its);

    /// <summary>The receipt of an act; of an issue with what proves how it stands.</summary>
    /// <exception cref="LogFormatException">The log does not hold the act as the index says.</exception>
    public async ValueTask<ProvenAct> ProveAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        await RequireAsync(act, cancellationToken);
        var (path, proof, code) = await FindAsync(act.LogIndex, act.Entry.Kind, cancellationToken);
        return new ProvenAct(act, path, checkpoint.Note, proof, code);
    }

    /// <summary>Writes the receipt of an act, the bytes of that which <see cref="ProveAsync"/> gives. What neighbours have in common is found and encoded once.</summary>
    /// <exception cref="LogFormatException">The log does not hold the act as the index says.</exception>
    public async ValueTask WriteAsync(IBufferWriter<byte> output, IndexedAct act, CancellationToken cancellationToken)
    {
        await RequireAsync(act, cancellationToken);
        var status = await PageOfAsync(act, cancellationToken);
        var path = ArrayPool<MerkleHash>.Shared.Rent(MaxPathLength);
        var length = await _reader.CopyInclusionProofAsync(act.LogIndex, path, cancellationToken);
        Write(output, act, path.AsSpan(0, length), checkpoint.Note.Span, status);
        ArrayPool<MerkleHash>.Shared.Return(path);
    }

    /// <summary>A receipt of the same entry with the same opening, which is not looked at, under the checkpoint.</summary>
    /// <returns>The receipt; null where the log does not hold its entry at its index.</returns>
    public async ValueTask<Receipt?> RenewAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var index = receipt.Proof.Index;
        if (index < 0 || index >= checkpoint.Size || !await HoldsAsync(index, receipt.Entry, cancellationToken))
            return null;
        var (path, proof, _) = await FindAsync(index, receipt.ReadEntry().Kind, cancellationToken);
        return Receipt.Create(index, receipt.Entry, receipt.Opening, receipt.Successor, receipt.Note, path, checkpoint.Note, proof);
    }

    /// <summary>The receipt of an act whose proof is known.</summary>
    /// <param name="act">The act.</param>
    /// <param name="path">Inclusion path in the tree of <paramref name="checkpoint"/>.</param>
    /// <param name="checkpoint">The signed note.</param>
    /// <param name="status">What proves how an issue stands; null for none.</param>
    public static Receipt Of(IndexedAct act, IReadOnlyList<MerkleHash> path, ReadOnlyMemory<byte> checkpoint, StatusProof? status = null) =>
        Receipt.Create(act.LogIndex, act.EntryBytes, act.Opening, act.Unpublished.Successor, act.Unpublished.Note, path, checkpoint, status);

    // The bytes of the receipt that the other way makes.
    internal static void Write(IBufferWriter<byte> output, IndexedAct act, ReadOnlySpan<MerkleHash> path, ReadOnlySpan<byte> checkpoint, ReadOnlySpan<byte> status) =>
        Receipt.Write(output, act.LogIndex, act.EntryBytes.Span, act.Opening, act.Unpublished.Successor, act.Unpublished.Note, path, checkpoint, status);

    private async ValueTask RequireAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        if (act.LogIndex >= checkpoint.Size || !(act.IsProven || (Opens(act) && await HoldsAsync(act.LogIndex, act.EntryBytes, cancellationToken))))
            throw new LogFormatException($"index: a row says of entry {act.LogIndex} what the log does not");
        act.IsProven = true;
    }

    private async ValueTask<byte[]> PageOfAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        if (status is null || act.Entry.Kind != ActKind.Issue)
            return [];
        var number = StatusPage.NumberOf(act.LogIndex);
        if (Volatile.Read(ref _page) is { } known && known.Number == number)
            return known.Json;
        var page = new PageProof(number, (await status.ProveAsync(act.LogIndex, cancellationToken)).Proof.ToJson());
        Volatile.Write(ref _page, page);
        return page.Json;
    }

    private async ValueTask<bool> HoldsAsync(long index, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken) =>
        await _reader.LeafAsync(index, cancellationToken) == TreeHasher.Leaf(entry.Span);

    private async ValueTask<(MerkleHash[] Path, StatusProof? Proof, EntryStatus? Code)> FindAsync(long index, ActKind kind, CancellationToken cancellationToken)
    {
        var path = await _reader.InclusionProofAsync(index, cancellationToken);
        if (status is null || kind != ActKind.Issue)
            return (path, null, null);
        var (code, proof) = await status.ProveAsync(index, cancellationToken);
        return (path, proof, code);
    }

    private static bool Opens(IndexedAct act) =>
        act.Entry.Algorithm == act.Digest.Algorithm.Name
        && act.Entry.Commitment == act.Opening.Commit(act.Digest)
        && act.Entry.SuccessorCommitment == (act.Unpublished.Successor is { } successor ? act.Opening.CommitSuccessor(successor) : null)
        && act.Entry.NoteCommitment == (act.Unpublished.Note is { } note ? act.Opening.CommitNote(note) : null);

    /// <param name="Number">The number of a page of the status.</param>
    /// <param name="Json">What proves it, as receipts bear it.</param>
    private sealed record PageProof(long Number, byte[] Json);
}

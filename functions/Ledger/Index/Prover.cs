using System.Buffers;
using System.Text.Json;

namespace TrueCopy.Ledger.Index;

/// <summary>
/// What proves an act under a checkpoint, where that is kept. Most of it is written once and not read, and then nothing is copied before it is
/// written; a receipt is made of it for whoever asks for one.
/// </summary>
public sealed class ProvenAct
{
    // The frame of a tlog-proof and what is in one but for its status, with room to spare.
    private const int UsualLength = 6 * 1024;

    private readonly IndexedAct _act;
    private readonly InclusionPath _path;
    private readonly CheckpointText _checkpoint;
    private readonly LogStatus? _status;
    private readonly ProvenPage _page;

    internal ProvenAct(IndexedAct act, InclusionPath path, CheckpointText checkpoint, LogStatus? status, ProvenPage page)
    {
        (_act, _path, _checkpoint, _status, _page) = (act, path, checkpoint, status, page);
        Status = status is null ? null : StatusPage.Read(page.Page.Span, act.LogIndex);
    }

    /// <summary>The code that the receipt proves; null where it proves none, as of an act.</summary>
    public EntryStatus? Status { get; }

    /// <summary>The receipt.</summary>
    public Receipt Receipt => Prover.Of(_act, _path.ToArray(), _checkpoint.Checkpoint.Note, _status?.ProofOf(_page));

    /// <summary>Writes the receipt as a string of JSON, as answers bear it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        Span<MerkleHash> path = stackalloc MerkleHash[_path.Length];
        _path.CopyTo(path);
        var (status, length) = _status is null ? ([], 0) : _status.RentJson(_page);
        using var text = new PooledBody(UsualLength);
        Receipt.WriteJson(text, _act.LogIndex, _act.EntryBytes.Span, _act.Opening, _act.Unpublished.Successor, _act.Unpublished.Note, path, _checkpoint.Note, status.AsSpan(0, length));
        if (_status is not null)
            ArrayPool<byte>.Shared.Return(status);
        json.WriteRawValue(text.Written.Span, skipInputValidation: true);
    }
}

/// <summary>Makes receipts of acts that are in effect, under one checkpoint: for whoever uploaded and whoever asks alike.</summary>
/// <param name="tiles">The log's tiles.</param>
/// <param name="checkpoint">The checkpoint.</param>
/// <param name="status">The status that its last entry commits to; null where that is none.</param>
public sealed class Prover(IHashTileSource tiles, SignedCheckpoint checkpoint, LogStatus? status)
{
    private readonly TreeReader _reader = new(tiles, checkpoint.Size);
    private PageProof? _page;

    /// <summary>The checkpoint, encoded for what is answered under it.</summary>
    public CheckpointText Text
    {
        get => field ??= new CheckpointText(checkpoint);
        init;
    }

    /// <summary>Whether it proves under these.</summary>
    internal bool IsUnder(SignedCheckpoint other, LogStatus? its) => ReferenceEquals(checkpoint, other) && ReferenceEquals(status, its);

    /// <summary>The receipt of an act; of an issue with what proves how it stands.</summary>
    /// <exception cref="LogFormatException">The log does not hold the act as the index says.</exception>
    public async ValueTask<ProvenAct> ProveAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        await RequireAsync(act, cancellationToken);
        var path = await _reader.FindInclusionPathAsync(act.LogIndex, act.FinalPath, cancellationToken);
        act.FinalPath ??= path.Final;
        if (status is null || act.Entry.Kind != ActKind.Issue)
            return new ProvenAct(act, path, Text, null, default);
        return new ProvenAct(act, path, Text, status, await status.Packed.FindAsync(act.LogIndex, cancellationToken));
    }

    /// <summary>Writes the receipt of an act, the bytes of that which <see cref="ProveAsync"/> gives. What neighbours have in common is found and encoded once.</summary>
    /// <exception cref="LogFormatException">The log does not hold the act as the index says.</exception>
    public async ValueTask WriteAsync(IBufferWriter<byte> output, IndexedAct act, CancellationToken cancellationToken)
    {
        await RequireAsync(act, cancellationToken);
        var status = await PageOfAsync(act, cancellationToken);
        var path = ArrayPool<MerkleHash>.Shared.Rent(InclusionPath.MaxLength);
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
        var path = await _reader.InclusionProofAsync(index, cancellationToken);
        var proof = status is null || receipt.ReadEntry().Kind != ActKind.Issue ? null : (await status.ProveAsync(index, cancellationToken)).Proof;
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

    private ValueTask RequireAsync(IndexedAct act, CancellationToken cancellationToken) =>
        act.IsProven && act.LogIndex < checkpoint.Size ? ValueTask.CompletedTask : HoldToLogAsync(act, cancellationToken);

    private async ValueTask HoldToLogAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        if (act.LogIndex >= checkpoint.Size || !(Opens(act) && await HoldsAsync(act.LogIndex, act.EntryBytes, cancellationToken)))
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

    private static bool Opens(IndexedAct act) =>
        act.Entry.Algorithm == act.Digest.Algorithm.Name
        && act.Entry.Commitment == act.Opening.Commit(act.Digest)
        && act.Entry.SuccessorCommitment == (act.Unpublished.Successor is { } successor ? act.Opening.CommitSuccessor(successor) : null)
        && act.Entry.NoteCommitment == (act.Unpublished.Note is { } note ? act.Opening.CommitNote(note) : null);

    /// <param name="Number">The number of a page of the status.</param>
    /// <param name="Json">What proves it, as receipts bear it.</param>
    private sealed record PageProof(long Number, byte[] Json);
}

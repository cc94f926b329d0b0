namespace TrueCopy.Ledger.Index;

/// <summary>One row of the index: where in the log an act on a document is, and what opens its commitment.</summary>
/// <param name="Digest">The document.</param>
/// <param name="ActId">The act; with the digest it is the row's key, so an act delivered twice has one row.</param>
/// <param name="LogIndex">Index of the entry in the log.</param>
/// <param name="EntryBytes">The entry's exact bytes.</param>
/// <param name="Opening">The nonce of the entry's commitment.</param>
/// <param name="Unpublished">What the entry does not say.</param>
public sealed record IndexedAct(
    Digest Digest,
    ActId ActId,
    long LogIndex,
    ReadOnlyMemory<byte> EntryBytes,
    Opening Opening,
    Unpublished Unpublished)
{
    // Most that are written are never read.
    private volatile Entry? _entry;
    private volatile bool _isProven;
    private volatile MerkleHash[]? _finalPath;
    private volatile ActText? _text;

    private IndexedAct(IndexedAct original) =>
        (Digest, ActId, LogIndex, EntryBytes, Opening, Unpublished) = (original.Digest, original.ActId, original.LogIndex, original.EntryBytes, original.Opening, original.Unpublished);

    /// <summary>The entry, read; the first time that it is asked for, unless whoever made this has read it.</summary>
    /// <exception cref="LogFormatException">It is not one.</exception>
    public Entry Entry
    {
        get => _entry ??= Entry.Parse(EntryBytes.Span);
        init => _entry = value;
    }

    /// <summary>Whether the log was found to hold the entry, and the opening to open it. The log only grows, so that stays so.</summary>
    internal bool IsProven
    {
        get => _isProven;
        set => _isProven = value;
    }

    /// <summary>What of its inclusion path stays as it is however the log grows (<see cref="InclusionPath.Final"/>); null if that is not known.</summary>
    internal MerkleHash[]? FinalPath
    {
        get => _finalPath;
        set => _finalPath = value;
    }

    /// <summary>What answers say of it whatever is answered, encoded the first time that it is asked for.</summary>
    internal ActText Text => _text ??= new ActText(this);

    /// <summary>Whether it is the same row; whether either was read says nothing of that.</summary>
    public bool Equals(IndexedAct? other) =>
        other is not null
        && (LogIndex, ActId) == (other.LogIndex, other.ActId)
        && Digest.Equals(other.Digest)
        && EntryBytes.Equals(other.EntryBytes)
        && Opening.Equals(other.Opening)
        && Unpublished.Equals(other.Unpublished);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Digest, LogIndex);
}

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
    private readonly ReadOnce _entry = new();

    private IndexedAct(IndexedAct original) =>
        (_entry, Digest, ActId, LogIndex, EntryBytes, Opening, Unpublished) = (new ReadOnce(), original.Digest, original.ActId, original.LogIndex, original.EntryBytes, original.Opening, original.Unpublished);

    /// <summary>The entry, read; the first time that it is asked for, unless whoever made this has read it.</summary>
    /// <exception cref="LogFormatException">It is not one.</exception>
    public Entry Entry
    {
        get => _entry.Value ??= Entry.Parse(EntryBytes.Span);
        init => _entry.Value = value;
    }

    // No part of what an act is, so that acts are equal whether or not they were read.
    private sealed class ReadOnce : IEquatable<ReadOnce>
    {
        public Entry? Value { get; set; }

        public bool Equals(ReadOnce? other) => true;

        public override bool Equals(object? obj) => obj is ReadOnce;

        public override int GetHashCode() => 0;
    }
}

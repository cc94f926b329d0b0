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
    private readonly Found _found = new();

    private IndexedAct(IndexedAct original) =>
        (_found, Digest, ActId, LogIndex, EntryBytes, Opening, Unpublished) = (new Found(), original.Digest, original.ActId, original.LogIndex, original.EntryBytes, original.Opening, original.Unpublished);

    /// <summary>The entry, read; the first time that it is asked for, unless whoever made this has read it.</summary>
    /// <exception cref="LogFormatException">It is not one.</exception>
    public Entry Entry
    {
        get => _found.Entry ??= Entry.Parse(EntryBytes.Span);
        init => _found.Entry = value;
    }

    /// <summary>Whether the log was found to hold the entry, and the opening to open it. The log only grows, so that stays so.</summary>
    internal bool IsProven
    {
        get => _found.IsProven;
        set => _found.IsProven = value;
    }

    // No part of what an act is, so that acts are equal whether or not they were read.
    private sealed class Found : IEquatable<Found>
    {
        private volatile Entry? _entry;
        private volatile bool _isProven;

        public Entry? Entry
        {
            get => _entry;
            set => _entry = value;
        }

        public bool IsProven
        {
            get => _isProven;
            set => _isProven = value;
        }

        public bool Equals(Found? other) => true;

        public override bool Equals(object? obj) => obj is Found;

        public override int GetHashCode() => 0;
    }
}

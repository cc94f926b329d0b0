using System.Globalization;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>What one commit adds to the log, with everything that is needed to publish it again from nothing.</summary>
/// <param name="Previous">Name of the batch before, which chains the committed batches; empty for the first.</param>
/// <param name="Start">Index of the first entry.</param>
/// <param name="Root">Root after the last entry.</param>
/// <param name="Records">One an entry, in log order.</param>
/// <param name="Tiles">Every tile and bundle that the batch fills or changes.</param>
/// <param name="Note">
/// Where the batch says which keys sign: the signed checkpoint after it, which proves that to whoever knows the keys
/// before. Of two writers of the same batch either's will do.
/// </param>
/// <param name="Pack">What the batch stores of the status; null for one of before the log kept status.</param>
public sealed record JournalBatch(
    string Previous,
    long Start,
    MerkleHash Root,
    IReadOnlyList<JournalRecord> Records,
    IReadOnlyList<TileContent> Tiles,
    ReadOnlyMemory<byte>? Note = null,
    ReadOnlyMemory<byte>? Pack = null)
{
    /// <summary>Size of the log after this batch.</summary>
    public long Size => Start + Records.Count;

    /// <summary>The batch's name: size and root, so it is unique to its content and sorts in log order.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Size:d19}-{Convert.ToHexStringLower(Root.Bytes)}");

    private readonly Sorted _sorted = new();

    private JournalBatch(JournalBatch original) =>
        (Previous, Start, Root, Records, Tiles, Note, Pack, _sorted) = (original.Previous, original.Start, original.Root, original.Records, original.Tiles, original.Note, original.Pack, new Sorted());

    /// <summary>The entries with what the log does not say of them; the log's own entries are left out.</summary>
    public IReadOnlyList<(IndexedAct Row, Act Act)> Acts() => _sorted.Acts ??= SortOut();

    /// <summary>The log's own entries: genesis, the keys that sign, the descriptions of issuers and receivers, what issuers' domains say, and the status.</summary>
    public IReadOnlyList<(long LogIndex, Entry Entry)> OwnEntries() => _sorted.Own ??=
    [
        .. Records
            .Select((record, i) => (Record: record, Index: Start + i))
            .Where(item => item.Record.Act is null)
            .Select(item => (item.Index, Entry.Parse(item.Record.Entry.Span))),
    ];

    /// <summary>The entry that ends the batch with the status of all before it; null for a batch of before the log kept status.</summary>
    public Entry? Status() => Pack is null ? null : Entry.Parse(Records[^1].Entry.Span);

    /// <summary>What the batch says of the keys that sign.</summary>
    public IEnumerable<KeyRecord> Keys() => OwnEntries()
        .Where(own => own.Entry.Kind is ActKind.Genesis or ActKind.Keys)
        .Select(own => new KeyRecord(own.LogIndex, Records[(int)(own.LogIndex - Start)].Entry, Note));

    /// <summary>How the batch describes receivers.</summary>
    public IEnumerable<ReceiverRecord> Receivers() => OwnEntries()
        .Where(own => own.Entry.Kind == ActKind.Receiver)
        .Select(own => new ReceiverRecord(own.LogIndex, Records[(int)(own.LogIndex - Start)].Entry));

    /// <summary>What the batch says of issuers' domains.</summary>
    public IEnumerable<DomainRecord> Domains() => OwnEntries()
        .Where(own => own.Entry.Kind == ActKind.Domain)
        .Select(own => DomainRecord.Of(own.LogIndex, own.Entry));

    private List<(IndexedAct Row, Act Act)> SortOut()
    {
        var acts = new List<(IndexedAct Row, Act Act)>(Records.Count);
        for (var i = 0; i < Records.Count; i++)
        {
            if (Records[i].Act is { } act)
                acts.Add((Records[i].ToRow(Start + i), act));
        }

        return acts;
    }

    // Sorted out of the records when first asked for; no part of what a batch is.
    private sealed class Sorted : IEquatable<Sorted>
    {
        private volatile List<(IndexedAct Row, Act Act)>? _acts;
        private volatile (long LogIndex, Entry Entry)[]? _own;

        public List<(IndexedAct Row, Act Act)>? Acts
        {
            get => _acts;
            set => _acts = value;
        }

        public (long LogIndex, Entry Entry)[]? Own
        {
            get => _own;
            set => _own = value;
        }

        public bool Equals(Sorted? other) => true;

        public override bool Equals(object? obj) => obj is Sorted;

        public override int GetHashCode() => 0;
    }
}

/// <summary>One entry in the journal.</summary>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Act">The act that it records; null for the log's own entries.</param>
/// <param name="Opening">What opens its commitments; null where it has none.</param>
public sealed record JournalRecord(ReadOnlyMemory<byte> Entry, Act? Act, Opening? Opening)
{
    /// <summary>Whether this process made the entry out of the act and the opening, so that it need not find out that they belong together.</summary>
    internal bool IsMade { get; init; }

    // Leaves out what only the issuer's receipts repeat.
    internal IndexedAct ToRow(long logIndex) => new(Act!.Digest, Act.Id, logIndex, Entry, Opening!, Act.Unpublished.OfDocument) { Entry = Act.Entry, IsProven = IsMade };
}

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

    /// <summary>The entries with what the log does not say of them; the log's own entries are left out.</summary>
    public IEnumerable<(IndexedAct Row, Act Act)> Acts() => Records
        .Select((record, i) => (Record: record, Index: Start + i))
        .Where(item => item.Record.Act is not null)
        .Select(item => (item.Record.ToRow(item.Index), item.Record.Act!));

    /// <summary>The log's own entries: genesis, the keys that sign, the descriptions of issuers and receivers, what issuers' domains say, and the status.</summary>
    public IEnumerable<(long LogIndex, Entry Entry)> OwnEntries() => Records
        .Select((record, i) => (Record: record, Index: Start + i))
        .Where(item => item.Record.Act is null)
        .Select(item => (item.Index, Entry.Parse(item.Record.Entry.Span)));

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
}

/// <summary>One entry in the journal.</summary>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Act">The act that it records; null for the log's own entries.</param>
/// <param name="Opening">What opens its commitments; null where it has none.</param>
public sealed record JournalRecord(ReadOnlyMemory<byte> Entry, Act? Act, Opening? Opening)
{
    // Leaves out what only the issuer's receipts repeat.
    internal IndexedAct ToRow(long logIndex) => new(Act!.Digest, Act.Id, logIndex, Entry, Opening!, Act.Unpublished.OfDocument) { Entry = Act.Entry };
}

using System.Globalization;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Index;

namespace TrueCopy.Verification.Sequencing;

/// <summary>What one commit adds to the log, with everything that is needed to publish it again from nothing.</summary>
/// <param name="Previous">Name of the batch before, which chains the committed batches; empty for the first.</param>
/// <param name="Start">Index of the first entry.</param>
/// <param name="Root">Root after the last entry.</param>
/// <param name="Records">One an entry, in log order.</param>
/// <param name="Tiles">Every tile and bundle that the batch fills or changes.</param>
public sealed record JournalBatch(
    string Previous,
    long Start,
    MerkleHash Root,
    IReadOnlyList<JournalRecord> Records,
    IReadOnlyList<TileContent> Tiles)
{
    /// <summary>Size of the log after this batch.</summary>
    public long Size => Start + Records.Count;

    /// <summary>The batch's name: size and root, so it is unique to its content and sorts in log order.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Size:d19}-{Convert.ToHexStringLower(Root.Bytes)}");

    /// <summary>The index rows of this batch.</summary>
    public IReadOnlyList<Anchor> Anchors() =>
    [
        .. Records
            .Select((record, i) => record.Act is { } act ? new Anchor(act.Digest, act.Id, Start + i, record.Entry, act.Opening) : null)
            .OfType<Anchor>(),
    ];
}

/// <summary>One entry in the journal.</summary>
/// <param name="Entry">The entry's exact bytes.</param>
/// <param name="Act">What the log itself does not say; null for the log's own entries.</param>
public sealed record JournalRecord(ReadOnlyMemory<byte> Entry, JournalAct? Act);

/// <summary>The private half of an entry.</summary>
/// <param name="Id">The act's id.</param>
/// <param name="Digest">The document.</param>
/// <param name="Opening">Opens the entry's commitment.</param>
/// <param name="Source">Where the issuer put it, and so where the receipt goes.</param>
public sealed record JournalAct(ActId Id, Digest Digest, Opening Opening, BlobVersion Source);

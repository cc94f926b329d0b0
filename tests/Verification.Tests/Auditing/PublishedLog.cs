using TrueCopy.TransparencyLog.Auditing;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Auditing;
using TrueCopy.Verification.Commitments;

namespace TrueCopy.Verification.Tests.Auditing;

/// <summary>A log as its keeper publishes it, who signs whatever he likes.</summary>
internal sealed class PublishedLog : IPublicLog
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    public PublishedLog(params INoteSigner[] signers)
    {
        Signers = signers;
        Append(Entry.Genesis(InMemoryWorld.Origin, [.. signers.Select(signer => signer.Verifier.ToString())], At).Encode());
        Publish();
    }

    private PublishedLog(PublishedLog other)
    {
        (Signers, Note, Edge) = (other.Signers, other.Note, other.Edge.Clone());
        foreach (var tile in other.Tiles)
            Tiles.Add(tile.Key, tile.Value);
    }

    public INoteSigner[] Signers { get; set; }

    public RightEdge Edge { get; } = new();

    public Dictionary<TileId, ReadOnlyMemory<byte>> Tiles { get; } = [];

    public ReadOnlyMemory<byte> Note { get; set; }

    public List<TileId> Read { get; } = [];

    public int? FailAt { get; set; }

    public AuditMemory Pin => AuditMemory.New([.. Signers.Select(signer => signer.Verifier.ToString())]);

    public PublishedLog Copy() => new(this);

    public void Append(byte[] entry) => Edge.Append(entry);

    public void Grow(int count, string what = "document")
    {
        for (var i = 0; i < count; i++)
            Append(Entry.Of(Samples.Act($"{what} {Edge.Size}"), Opening.Create()).Encode());
        Publish();
    }

    /// <summary>Other keys sign from now on, and the log says so.</summary>
    public void Rotate(params INoteSigner[] signers)
    {
        Append(Entry.OfKeys([.. signers.Select(signer => signer.Verifier.ToString())], At).Encode());
        Signers = signers;
        Publish();
    }

    public void Publish()
    {
        foreach (var tile in Edge.TakeTiles())
            Tiles[tile.Id] = tile.Bytes;
        Sign(Edge.Size, Edge.Root());
    }

    public void Sign(long size, MerkleHash root) =>
        Note = SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, size, root), Signers, CancellationToken.None).GetAwaiter().GetResult().Note;

    public Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellationToken) => Task.FromResult(Note);

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (Read)
        {
            Read.Add(tile);
            if (Read.Count == FailAt)
                throw new TimeoutException();
        }

        return Tiles.TryGetValue(tile, out var bytes) ? bytes : throw new TileNotFoundException(tile);
    }
}

/// <summary>An auditor's notebook.</summary>
internal sealed class Notebook : IAuditMemory
{
    public AuditMemory? Memory { get; private set; }

    public int Saves { get; private set; }

    public Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken)
    {
        Saves++;
        Memory = AuditMemory.Decode(memory.Encode());
        return Task.CompletedTask;
    }

    public async Task<AuditReport> AuditAsync(PublishedLog log, AuditMemory? first = null) =>
        await new LogAudit(log, this, 4).RunAsync(Memory ?? first ?? log.Pin, null, TestContext.Current.CancellationToken);
}

namespace TrueCopy.Receipts.Tests.Auditing;

/// <summary>A log as its keeper publishes it, who signs whatever he likes.</summary>
internal sealed class PublishedLog : IPublicLog
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    public PublishedLog(params INoteSigner[] signers)
    {
        Signers = signers;
        Append(Entry.Genesis(InMemoryWorld.Origin, [.. signers.Select(signer => signer.Verifier.ToString())], At).Encode());
        Publish();
        Prove(0);
    }

    private PublishedLog(PublishedLog other)
    {
        (Signers, Note, Edge) = (other.Signers, other.Note, other.Edge.Clone());
        foreach (var tile in other.Tiles)
            Tiles.Add(tile.Key, tile.Value);
        Announced.AddRange(other.Announced);
    }

    public INoteSigner[] Signers { get; set; }

    public RightEdge Edge { get; } = new();

    public Dictionary<TileId, ReadOnlyMemory<byte>> Tiles { get; } = [];

    public ReadOnlyMemory<byte> Note { get; set; }

    /// <summary>What is handed out about keys, with proof.</summary>
    public List<KeysEntry> Announced { get; } = [];

    public List<TileId> Read { get; } = [];

    public int? FailAt { get; set; }

    public AuditMemory Pin => AuditMemory.New([.. Signers.Select(signer => signer.Verifier.ToString())]);

    public PublishedLog Copy() => new(this);

    public void Append(byte[] entry) => Edge.Append(entry);

    public void Grow(int count, string what = "document")
    {
        for (var i = 0; i < count; i++)
            Append(Samples.Act($"{what} {Edge.Size}").ToEntry(Opening.Create()).Encode());
        Publish();
    }

    /// <summary>Other keys sign from now on, and the log says so.</summary>
    public void Rotate(params INoteSigner[] signers)
    {
        Append(Entry.OfKeys([.. signers.Select(signer => signer.Verifier.ToString())], At).Encode());
        Signers = signers;
        Publish();
        Prove(Edge.Size - 1);
    }

    public Task<KeyChain?> FindKeysAsync(CancellationToken cancellationToken) => Task.FromResult<KeyChain?>(KeyChain.Read(KeysDocument.Of(Announced)));

    public void Publish()
    {
        foreach (var tile in Edge.TakeTiles())
            Tiles[tile.Id] = tile.Bytes;
        Sign(Edge.Size, Edge.Root());
    }

    private void Prove(long index)
    {
        var id = TileId.At(TileId.EntriesLevel, index / TileId.FullWidth, Edge.Size);
        var entry = EntryBundle.Parse(Tiles[id], id.Width)[(int)(index % TileId.FullWidth)];
        var tiles = new UncachedTiles(this);
        var path = new TreeReader(tiles, Edge.Size).InclusionProofAsync(index, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Announced.Add(KeysEntry.Create(index, entry, path, Note));
        Read.Clear();
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

    public async Task<AuditReport> AuditAsync(PublishedLog log, AuditMemory? first = null, bool askForKeys = true) =>
        await new LogAudit(log, this, 4, askForKeys ? log.FindKeysAsync : null).RunAsync(Memory ?? first ?? log.Pin, null, TestContext.Current.CancellationToken);
}

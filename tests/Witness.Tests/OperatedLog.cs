using System.Globalization;

namespace TrueCopy.Witness.Tests;

/// <summary>A log of our entries whose operator says what a test makes it say, and publishes it as tiles.</summary>
internal sealed class OperatedLog : ITileReader, IDisposable
{
    public const string Origin = "log.example/operated";
    private static readonly DateTimeOffset Born = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<Ed25519Signer> _signers = [new(Origin, TestWitness.SeedOf(50)), new(Origin, TestWitness.SeedOf(51))];
    private readonly RightEdge _edge = new();
    private readonly Dictionary<TileId, byte[]> _tiles = [];
    private readonly Dictionary<string, DateTimeOffset> _described = [];
    private readonly Dictionary<string, List<long>> _issued = [];

    private readonly StatusFold? _status;
    private bool _endsWithStatus;
    private Func<Entry, Entry>? _lie;

    /// <summary>A log, of our entries or of others; ours ends each batch with the status of all before it, unless it is a log of before that.</summary>
    public OperatedLog(bool isOurs = true, bool hasStatus = true)
    {
        _status = isOurs && hasStatus ? new StatusFold(0) : null;
        if (isOurs)
            Add(Entry.Genesis(Origin, [.. Keys.Select(key => key.ToString())], Born));
    }

    public IReadOnlyList<NoteVerifier> Keys => [.. _signers.Select(signer => signer.Verifier)];

    public long Size => _edge.Size;

    public long Witnessed { get; set; }

    public List<TileId> Read { get; } = [];

    public bool IsGone { get; set; }

    public (TileId Tile, Action<byte[]> By)? Damage { get; set; }

    public long IndexOf(string issuer, int number) => _issued[issuer][number];

    public void Issue(string issuer, int count)
    {
        if (!_described.ContainsKey(issuer))
            Describe(issuer, issuer, Born);
        for (var i = 0; i < count; i++)
        {
            if (!_issued.TryGetValue(issuer, out var issued))
                _issued[issuer] = issued = [];
            issued.Add(Size);
            Add(OfIssuer(issuer, ActKind.Issue) with { Commitment = new string('a', 64), Algorithm = "sha-256" });
        }
    }

    public void Describe(string issuer, string name, DateTimeOffset at)
    {
        _described[issuer] = at;
        Add(OfIssuer(issuer, ActKind.Issuer) with { LegalName = name, At = at });
    }

    public void Act(string issuer, ActKind kind, long? target) => Add(OfIssuer(issuer, kind) with { Target = target, Reason = ReasonCode.Unspecified });

    public void Say(string issuer, DomainWord word) => Add(OfIssuer(issuer, ActKind.Domain) with { Domain = $"{issuer}.hk", Outcome = word });

    public void RotateKeys()
    {
        // The key that signs for witnesses stays; the other gives way.
        var former = _signers[1];
        _signers[1] = new Ed25519Signer(Origin, TestWitness.SeedOf(52));
        former.Dispose();
        Add(Entry.OfKeys([.. Keys.Select(key => key.ToString())], Born));
    }

    public void Lie(string what)
    {
        using var other = new Ed25519Signer("other.example", TestWitness.SeedOf(60));
        using var idle = new Ed25519Signer(Origin, TestWitness.SeedOf(61));
        switch (what)
        {
            case "an issuer that was never announced":
                Add(OfIssuer("nobody", ActKind.Issue) with { Commitment = new string('a', 64), Algorithm = "sha-256" });
                break;
            case "an act on nothing":
                Act("acme", ActKind.Revoke, null);
                break;
            case "an act on the registry":
                Act("acme", ActKind.Revoke, 1);
                break;
            case "an act on another issuer's document":
                Issue("bank", 1);
                Act("acme", ActKind.Revoke, Size - 1);
                break;
            case "an act on a document of an earlier pull that is another issuer's":
                Act("bank", ActKind.Revoke, 17);
                break;
            case "an act on what comes after it":
                Act("acme", ActKind.Revoke, Size + 1);
                break;
            case "a description older than the last":
                Describe("acme", "Acme 2", Born.AddDays(2));
                Describe("acme", "Acme 3", Born.AddDays(1));
                break;
            case "a description without a name":
                Add(OfIssuer("acme", ActKind.Issuer) with { LegalName = null });
                break;
            case "a domain of an issuer that was never announced":
                Add(OfIssuer("nobody", ActKind.Domain) with { Domain = "nobody.hk", Outcome = DomainWord.Confirmed });
                break;
            case "a domain that says nothing":
                Add(OfIssuer("acme", ActKind.Domain) with { Domain = "acme.hk" });
                break;
            case "an issue without a commitment":
                Add(OfIssuer("acme", ActKind.Issue));
                break;
            case "a second genesis":
                Add(Entry.Genesis(Origin, [.. Keys.Select(key => key.ToString())], Born));
                break;
            case "keys of another log":
                Add(Entry.OfKeys([other.Verifier.ToString()], Born));
                break;
            case "keys that do not sign":
                Add(Entry.OfKeys([Keys[0].ToString(), idle.Verifier.ToString()], Born));
                break;
            case "an issue in place of one that is gone":
                var revoked = IndexOf("acme", 7);
                Act("acme", ActKind.Revoke, revoked);
                Add(OfIssuer("acme", ActKind.Issue) with { Commitment = new string('a', 64), Algorithm = "sha-256", Replaces = revoked });
                break;
            case "an act on what was issued again":
                var first = IndexOf("acme", 8);
                Add(OfIssuer("acme", ActKind.Issue) with { Commitment = new string('a', 64), Algorithm = "sha-256", Replaces = first });
                Act("acme", ActKind.Revoke, first);
                break;
            case "an issue in place of another issuer's":
                Add(OfIssuer("bank", ActKind.Issue) with { Commitment = new string('a', 64), Algorithm = "sha-256", Replaces = IndexOf("acme", 9) });
                break;
            case "a revocation that the status keeps back":
                var before = _status!.Root();
                Act("acme", ActKind.Revoke, IndexOf("acme", 10));
                _lie = status => status with { Root = Convert.ToHexStringLower(before.Bytes) };
                break;
            case "a status that leaves out the last entries":
                _lie = status => status with { Covers = status.Covers - 2 };
                break;
            case "no status":
                _endsWithStatus = true;
                break;
            case "an entry that is none":
                AddRaw("{\"v\":1}"u8.ToArray());
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "no such lie");
        }
    }

    public void AddRaw(byte[] entry)
    {
        _edge.Append(entry);
        _status?.Skip(Size);

        // As often as a batch ends, and always where a test may ask for a checkpoint: taking tiles costs the width of the edge.
        if (_edge.Size % TileId.FullWidth is 0 or 255)
            TakeTiles();
    }

    /// <summary>Ends a batch of a log that begins to keep status at some entry, of which one is said to be revoked.</summary>
    public void End(long from, long revoked)
    {
        var tree = new StatusTree(Size, []) { [revoked] = EntryStatus.Revoked };
        Add(Entry.OfStatus(Size, tree.Root(), from, Born));
    }

    public async Task WitnessAsync(WitnessService witness)
    {
        var answer = await witness.AddCheckpointAsync(await RequestAsync(Witnessed), TestContext.Current.CancellationToken);
        Assert.Equal(WitnessStatus.Cosigned, answer.Status);
        Witnessed = Size;
    }

    public IReadOnlyDictionary<TileId, byte[]> TilesOf(long size)
    {
        TakeTiles();
        return _tiles.Where(tile => TileId.CountAt(tile.Key.Level, size) is var count && (tile.Key.Index + 1) * TileId.FullWidth <= count
            || TileId.At(tile.Key.Level, tile.Key.Index, size) == tile.Key).ToDictionary();
    }

    public async Task<byte[]> RequestAsync(long old)
    {
        // What is asked for is the checkpoint of a batch.
        if (_status is not null && _lie is null && _status.Last == Size - 1)
            _endsWithStatus = true;
        if (_status is not null && !_endsWithStatus)
        {
            var status = Entry.OfStatus(Size, _status.Root(), 0, Born);
            Add(_lie?.Invoke(status) ?? status);
        }

        _endsWithStatus = false;
        TakeTiles();
        var stop = TestContext.Current.CancellationToken;
        var note = (await SignedCheckpoint.SignAsync(new Checkpoint(Origin, Size, _edge.Root()), _signers, stop)).Note;
        MerkleHash[] proof = old == 0 || old == Size ? [] : await new TreeReader(new UncachedTiles(this), Size).ConsistencyProofAsync(old, stop);
        return new AddCheckpointRequest(old, proof, note).Encode();
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        lock (Read)
            Read.Add(tile);
        if (IsGone || !_tiles.TryGetValue(tile, out var bytes))
            throw new TileNotFoundException(tile);
        if (Damage is { } damage && damage.Tile == tile)
            damage.By(bytes = [.. bytes]);
        return new(bytes);
    }

    public void Dispose()
    {
        foreach (var signer in _signers)
            signer.Dispose();
    }

    private void Add(Entry entry)
    {
        _status?.Add(entry);
        AddRaw(entry.Encode());
    }

    private void TakeTiles()
    {
        foreach (var tile in _edge.TakeTiles())
            _tiles[tile.Id] = tile.Bytes.ToArray();
    }

    private static Entry OfIssuer(string issuer, ActKind kind) => new()
    {
        Version = Entry.FormatVersion,
        Kind = kind,
        At = Born,
        Issuer = issuer,
        LegalName = string.Create(CultureInfo.InvariantCulture, $"{issuer} Limited"),
        Jurisdiction = "HK",
    };
}

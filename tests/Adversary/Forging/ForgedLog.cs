using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TrueCopy.Adversary.Tests.Forging;

/// <summary>A log of whatever entries one likes, signed by whatever keys one has.</summary>
internal sealed class ForgedLog(string origin, params INoteSigner[] signers) : ITileReader
{
    private readonly List<byte[]> _entries = [];
    private readonly RightEdge _edge = new();
    private readonly Dictionary<TileId, byte[]> _tiles = [];
    private readonly Dictionary<long, StatusTree> _statuses = [];
    private readonly StatusFold _fold = new(0);

    /// <summary>A log that begins as every log does.</summary>
    public static ForgedLog Begin(string origin)
    {
        var log = new ForgedLog(origin, Forger.Keys(origin));
        log.Add(Entry.Genesis(origin, [.. log.Signers.Select(signer => signer.Verifier.ToString())], TimeProvider.System.GetUtcNow()).Encode());
        log.Add("{}"u8.ToArray());
        return log;
    }

    public string Origin => origin;

    public INoteSigner[] Signers { get; set; } = signers;

    public long Size => _edge.Size;

    public IReadOnlyList<byte[]> Entries => _entries;

    /// <summary>Adds an entry, and says where it is.</summary>
    public long Add(byte[] entry)
    {
        var status = Fold(entry);
        _edge.Append(entry);
        _entries.Add(entry);
        if (status is not null)
            _statuses[Size] = status;
        foreach (var tile in _edge.TakeTiles())
            _tiles[tile.Id] = tile.Bytes.ToArray();
        return Size - 1;
    }

    /// <summary>Ends a batch as every log does: with the status of all entries so far; or with what one likes to say of them.</summary>
    /// <param name="at">When; now if it is not given.</param>
    /// <param name="lie">Changes the status before it is committed to.</param>
    /// <param name="change">Changes the entry itself.</param>
    public long EndBatch(DateTimeOffset? at = null, Action<StatusTree>? lie = null, Func<Entry, Entry>? change = null)
    {
        var tree = Status();
        lie?.Invoke(tree);
        var entry = Entry.OfStatus(Size, tree.Root(), 0, at ?? TimeProvider.System.GetUtcNow());
        var index = Add((change?.Invoke(entry) ?? entry).Encode());
        _statuses[Size] = tree;
        return index;
    }

    /// <summary>Ends a batch, if the last entry does not yet.</summary>
    public void Settle()
    {
        if (!_statuses.ContainsKey(Size))
            EndBatch();
    }

    /// <summary>What proves the status of an entry under a size of the log; null where that does not end with a status that says anything of it.</summary>
    public async Task<JsonObject?> StatusAsync(long index, long size)
    {
        if (!_statuses.TryGetValue(size, out var tree) || index >= tree.Size)
            return null;
        var page = StatusPage.NumberOf(index);
        return Encode(_entries[(int)size - 1], await new TreeReader(new UncachedTiles(this), size).InclusionProofAsync(size - 1, CancellationToken.None), tree.Page(page), tree.Path(page));
    }

    /// <summary>The signed checkpoint of its present size.</summary>
    public string Checkpoint() => Forger.Sign(new Checkpoint(origin, Size, _edge.Root(), []).ToNoteText(), Signers);

    /// <summary>The root of its present size, base64.</summary>
    public string Root => _edge.Root().ToString();

    /// <summary>A proof of an entry as a receipt carries it.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="extra">The extra line's JSON.</param>
    /// <param name="checkpoint">The note; that of the present size if it is not given.</param>
    public async Task<string> ProofAsync(long index, string extra, string? checkpoint = null)
    {
        var note = checkpoint ?? Checkpoint();
        var size = long.Parse(note.Split('\n')[1], CultureInfo.InvariantCulture);
        var path = await new TreeReader(new UncachedTiles(this), size).InclusionProofAsync(index, CancellationToken.None);
        return Encoding.UTF8.GetString(new TlogProof(Encoding.UTF8.GetBytes(extra), index, path, Encoding.UTF8.GetBytes(note)).Encode());
    }

    /// <summary>A receipt of the log that this one continues, under another checkpoint and with its status there.</summary>
    public async Task<string> RenewAsync(TlogProof receipt, string note)
    {
        var extra = JsonNode.Parse(receipt.Extra!.Value.Span)!;
        extra["status"] = await StatusAsync(receipt.Index, long.Parse(note.Split('\n')[1], CultureInfo.InvariantCulture));
        return await ProofAsync(receipt.Index, ExtraLine.Encode(extra), note);
    }

    /// <summary>Every tile and bundle of every size that it had, by path below <c>/log/</c>.</summary>
    public IEnumerable<(string Path, byte[] Bytes)> Tiles => _tiles.Select(tile => (tile.Key.ToPath(), tile.Value));

    /// <summary>What it answers to <c>/v1/keys</c>.</summary>
    /// <param name="example">What a true log answers.</param>
    public async Task<string> KeysAsync(string example)
    {
        var served = JsonNode.Parse(example)!;
        served["origin"] = origin;
        served["verifierKeys"] = new JsonArray([.. Signers.Select(signer => (JsonNode)signer.Verifier.ToString())]);
        if (served["entries"] is not null)
        {
            var proof = await ProofAsync(0, ExtraLine.Encode(new JsonObject { ["entry"] = Convert.ToBase64String(_entries[0]) }));
            served["entries"] = new JsonArray(new JsonObject { ["logIndex"] = 0, ["receipt"] = proof });
        }

        return served.ToJsonString();
    }

    /// <summary>A status as a receipt carries it.</summary>
    public static JsonObject Encode(byte[] entry, IEnumerable<MerkleHash> path, ReadOnlyMemory<byte> page, IEnumerable<MerkleHash> pagePath) => new()
    {
        ["entry"] = Convert.ToBase64String(entry),
        ["path"] = Convert.ToBase64String(StatusProof.BytesOf(path)),
        ["page"] = Convert.ToBase64String(page.Span),
        ["pagePath"] = Convert.ToBase64String(StatusProof.BytesOf(pagePath)),
    };

    /// <summary>What it serves under a path below <c>/log/</c>; null for nothing.</summary>
    public byte[]? Serve(string path) => path == "checkpoint" ? Encoding.UTF8.GetBytes(Checkpoint())
        : TileId.TryParse(path, out var tile) && _tiles.TryGetValue(tile, out var bytes) ? bytes : null;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
        _tiles.TryGetValue(tile, out var bytes) ? new(bytes) : throw new TileNotFoundException(tile);

    private StatusTree Status() => new(Size, _fold.Pages);

    // What is no entry, or breaks a rule, changes nothing.
    private StatusTree? Fold(byte[] bytes)
    {
        var before = Status();
        var nothing = new Entry { Version = Entry.FormatVersion, Kind = ActKind.Domain, At = default };
        Entry entry;
        try
        {
            entry = Entry.Parse(bytes);
            if (NamedEntry.In(Size, entry) is { } named && named.Target < Size && named.Breach(Entry.Parse(_entries[(int)named.Target])) is not null)
                throw new LogFormatException("an act on another's issue");
        }
        catch (LogFormatException)
        {
            _fold.Add(nothing);
            return null;
        }

        _fold.Add(entry);
        return entry.Kind == ActKind.Status ? before : null;
    }
}

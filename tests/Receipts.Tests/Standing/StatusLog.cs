using TrueCopy.Receipts.Tests.Auditing;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>A log of one bank, each of whose batches ends with the status of all before it; true unless a test has it lie.</summary>
internal sealed class StatusLog
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<long, (ReadOnlyMemory<byte> Bytes, Opening Opening)> _entries = [];

    /// <summary>A log that keeps status from its beginning, or from later on.</summary>
    public StatusLog(long from = 0)
    {
        Log = new PublishedLog(InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519());
        Fold = new StatusFold(from);
        if (from == 0)
            Fold.Add(Entry.Genesis(InMemoryWorld.Origin, ["key"], Noon));
    }

    public PublishedLog Log { get; }

    public StatusFold Fold { get; private set; }

    public long Size => Log.Edge.Size;

    public static Digest Document(string name) => Samples.DigestOf(Samples.Bytes(name));

    public static Entry IssueOf(string document, int minute, Opening opening) => new()
    {
        Version = 1,
        Kind = ActKind.Issue,
        At = Noon.AddMinutes(minute),
        Issuer = "bank",
        LegalName = "Bank",
        Jurisdiction = "HK",
        Position = 0,
        Algorithm = "sha-256",
        Commitment = opening.Commit(Document(document)),
    };

    public static Entry ActOn(ActKind kind, long target, int minute) => new()
    {
        Version = 1,
        Kind = kind,
        At = Noon.AddMinutes(minute),
        Issuer = "bank",
        LegalName = "Bank",
        Jurisdiction = "HK",
        Position = 0,
        Target = target,
    };

    /// <summary>Issues a document; another time of the same, if said.</summary>
    public long Issue(string document, int minute = 0, long? replaces = null, long? yields = null)
    {
        var opening = Opening.Create();
        return Add(IssueOf(document, minute, opening) with { Replaces = replaces, Yields = yields }, opening);
    }

    public long Act(ActKind kind, long target, int minute = 0) => Add(ActOn(kind, target, minute), Opening.Create());

    public long Add(Entry entry, Opening opening)
    {
        var (index, bytes) = (Size, entry.Encode());
        _entries[index] = (bytes, opening);
        Log.Append(bytes);
        if (index >= Fold.From)
        {
            if (Fold.Size < index)
                throw new InvalidOperationException("The log of before the status was not filled up.");
            Fold.Add(entry);
        }

        return index;
    }

    /// <summary>Ends the batch, with a status that the test may make wrong.</summary>
    public void End(Func<Entry, Entry>? lie = null)
    {
        var status = Entry.OfStatus(Size, Fold.Root(), Fold.From, Noon);
        Add(lie?.Invoke(status) ?? status, Opening.Create());
        Log.Publish();
    }

    /// <summary>What proves the status of an entry under the last checkpoint.</summary>
    public StatusProof Status(long index)
    {
        // As of before the status entry itself, which changes nothing but the size.
        var tree = new StatusTree(Size - 1, Fold.Pages);
        var page = StatusPage.NumberOf(index);
        return StatusProof.Create(_entries[Size - 1].Bytes, PathOf(Size - 1), tree.Page(page), tree.Path(page));
    }

    public Receipt Receipt(long index, StatusProof? status)
    {
        var (bytes, opening) = _entries[index];
        return Receipts.Receipt.Create(index, bytes, opening, null, null, PathOf(index), Log.Note, status);
    }

    public Receipt Receipt(long index) => Receipt(index, Status(index));

    public IReadOnlyList<NoteVerifier> Keys => [.. Log.Signers.Select(signer => signer.Verifier)];

    private MerkleHash[] PathOf(long index) =>
        new TreeReader(new UncachedTiles(Log), Size).InclusionProofAsync(index, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}

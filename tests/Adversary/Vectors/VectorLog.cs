using System.Security.Cryptography;
using System.Text;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>The log that vectors are about: the same to the byte each time that it is made.</summary>
internal sealed class VectorLog
{
    public const string Origin = "log.example";

    /// <summary>When it began.</summary>
    public static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Dictionary<string, ForgedDocument> _acts = new(StringComparer.Ordinal);

    public VectorLog(IReadOnlyList<INoteSigner>? signers = null)
    {
        Log = new ForgedLog(Origin, [.. signers ?? Keys("a")]);
        Log.Add(Entry.Genesis(Origin, LinesOf(Log.Signers), Began).Encode());
        Log.Add(new Entry { Version = 1, Kind = ActKind.Issuer, At = Began, Issuer = "bank", LegalName = "示范银行", Jurisdiction = "CN-GD" }.Encode());
    }

    public ForgedLog Log { get; }

    public ForgedDocument this[string act] => _acts[act];

    /// <summary>A pair as a log has it, out of a word.</summary>
    public static INoteSigner[] Keys(string seed, string origin = Origin) => [Ecdsa(seed, origin), Ed25519(seed, origin)];

    public static INoteSigner Ecdsa(string seed, string origin = Origin) => new FixedEcdsa(origin, $"ecdsa {seed}");

    public static INoteSigner Ed25519(string seed, string origin = Origin) => new Ed25519Signer(origin, SHA256.HashData(Encoding.UTF8.GetBytes($"ed25519 {seed}")));

    public static string[] LinesOf(IEnumerable<INoteSigner> signers) => [.. signers.Select(signer => signer.Verifier.ToString())];

    public static byte[] ContentOf(string document) => Encoding.UTF8.GetBytes($"%PDF-1.7 {document}\n");

    public static Digest DigestOf(string document) => new(DigestAlgorithm.Sha256, SHA256.HashData(ContentOf(document)));

    /// <summary>Ends a batch.</summary>
    public void EndBatch() => Log.EndBatch(Began + TimeSpan.FromMinutes(Log.Size));

    /// <summary>The same log up to its last batch, which ends with another status: what one likes is said of the entries, or by the entry.</summary>
    public ForgedLog Otherwise(Action<StatusTree>? lie = null, Func<Entry, Entry>? change = null)
    {
        var other = new ForgedLog(Origin, Log.Signers);
        foreach (var entry in Log.Entries.SkipLast(1))
            other.Add(entry);
        other.EndBatch(Began + TimeSpan.FromMinutes(other.Size), lie, change);
        return other;
    }

    /// <summary>Issues a document under its own name, or does something else to it under another.</summary>
    public ForgedDocument Add(string act, string document, Func<Entry, Entry>? change = null, string? note = null, Digest? successor = null, string issuer = "bank")
    {
        var opening = new Opening(SHA256.HashData(Encoding.UTF8.GetBytes($"opening of {act}")));
        var at = Began + TimeSpan.FromMinutes(Log.Size);
        return _acts[act] = ForgedDocument.Add(
            Log,
            ContentOf(document),
            entry =>
            {
                entry = entry with
                {
                    At = at,
                    Issuer = issuer,
                    LegalName = issuer == "bank" ? "示范银行" : "Demo Registry",
                    Jurisdiction = issuer == "bank" ? "CN-GD" : "HK",
                    SuccessorCommitment = successor is null ? null : opening.CommitSuccessor(successor),
                };
                return change?.Invoke(entry) ?? entry;
            },
            note,
            opening) with
        { Successor = successor };
    }
}

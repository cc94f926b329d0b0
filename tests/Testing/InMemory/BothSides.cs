using System.Text;

namespace TrueCopy.Testing.InMemory;

/// <summary>Two witnesses, one of each side of the border, that cosign whatever a test has them cosign; and the policy that asks for both.</summary>
public sealed class BothSides : IDisposable
{
    /// <summary>Keys of two witnesses that stay the same from test to test.</summary>
    public BothSides(TimeProvider time)
    {
        HongKong = new Ed25519Cosigner("witness.example/hongkong", Seed(81), time);
        Shenzhen = new MlDsa44Cosigner("witness.example/shenzhen", Seed(82), time);
    }

    /// <summary>Cosigns by Ed25519.</summary>
    public Cosigner HongKong { get; }

    /// <summary>Cosigns by ML-DSA-44.</summary>
    public Cosigner Shenzhen { get; }

    /// <summary>The policy that asks for both, for a log of these keys.</summary>
    public string PolicyOf(IEnumerable<NoteVerifier> log, string group = "all hongkong shenzhen") => $"""
        {string.Join('\n', log.Select(key => $"log {key}"))}
        witness hongkong {HongKong.Verifier}
        witness shenzhen {Shenzhen.Verifier}
        group both-sides {group}
        quorum both-sides

        """;

    /// <summary>A note with the cosignatures of both.</summary>
    public string Cosign(string note) => Cosign(note, HongKong, Shenzhen);

    /// <summary>A note with the cosignatures of these.</summary>
    public static string Cosign(string note, params IEnumerable<Cosigner> witnesses)
    {
        var signed = SignedNote.Parse(Encoding.UTF8.GetBytes(note));
        var checkpoint = Checkpoint.Parse(signed.Text);
        var lines = witnesses.Select(witness => witness.CosignAsync(checkpoint, CancellationToken.None).AsTask().GetAwaiter().GetResult());
        return Encoding.UTF8.GetString((signed with { Signatures = [.. signed.Signatures, .. lines] }).Encode());
    }

    /// <summary>An answer whose checkpoint is another note of the same text, in its receipts too.</summary>
    public static VerdictDocument WithNote(VerdictDocument verdict, Func<string, string> change)
    {
        var (old, note) = (verdict.Checkpoint.Note, change(verdict.Checkpoint.Note));
        return verdict with
        {
            Checkpoint = verdict.Checkpoint with { Note = note },
            Results = [.. verdict.Results.Select(result => result with
            {
                Receipt = result.Receipt.Replace(old, note, StringComparison.Ordinal),
                IssueReceipt = result.IssueReceipt?.Replace(old, note, StringComparison.Ordinal),
            })],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        HongKong.Dispose();
        Shenzhen.Dispose();
    }

    private static byte[] Seed(byte first) => [first, .. new byte[Cosigner.SeedSize - 1]];
}

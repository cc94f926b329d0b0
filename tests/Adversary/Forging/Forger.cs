using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Adversary.Tests.Forging;

/// <summary>Keys that nobody should trust, under the name of the real log; and what can be done with them.</summary>
internal static class Forger
{
    /// <summary>A pair as a log has it.</summary>
    public static INoteSigner[] Keys(string origin) =>
        [new EcdsaP256Signer(origin, ECDsa.Create(ECCurve.NamedCurves.nistP256)), new Ed25519Signer(origin, RandomNumberGenerator.GetBytes(Ed25519Signer.SeedSize))];

    /// <summary>A note, or a receipt that ends in one, with further signature lines, as anyone can add them.</summary>
    public static string Countersign(string note, params IEnumerable<INoteSigner> signers)
    {
        var begin = note.StartsWith("c2sp.org/tlog-proof", StringComparison.Ordinal) ? note.IndexOf("\n\n", StringComparison.Ordinal) + 2 : 0;
        var text = note[begin..(note.LastIndexOf("\n\n", StringComparison.Ordinal) + 1)];
        return note + string.Concat(signers.Select(signer => Line(signer, text)));
    }

    /// <summary>A note that these sign, and nobody else.</summary>
    public static string Sign(string text, params IEnumerable<INoteSigner> signers) => $"{text}\n{string.Concat(signers.Select(signer => Line(signer, text)))}";

    private static string Line(INoteSigner signer, string text)
    {
        var signature = signer.SignAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        byte[] value = [.. BitConverter.GetBytes(signer.Verifier.KeyId).Reverse(), .. signature.Span];
        return $"— {signer.Verifier.Name} {Convert.ToBase64String(value)}\n";
    }
}

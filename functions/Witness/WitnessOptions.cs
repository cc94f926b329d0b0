namespace TrueCopy.Witness;

/// <summary>Names of the witness's containers; the Bicep uses the same.</summary>
public static class WitnessContainers
{
    /// <summary>For each log, the last checkpoint that was cosigned.</summary>
    public const string Heads = "heads";

    /// <summary>For each log and size that was cosigned, what was cosigned next: blobs that are written once.</summary>
    public const string Steps = "steps";

    /// <summary>What proves that a log broke its rules.</summary>
    public const string Evidence = "evidence";

    /// <summary>Copies of logs, as they are served.</summary>
    public const string Mirror = "mirror";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Heads, Steps, Evidence, Mirror];
}

/// <summary>Names of the secrets that are the seeds of its keys, 64 hex digits each; the Bicep uses the same.</summary>
public static class WitnessSeeds
{
    /// <summary>Of the witness's Ed25519 key.</summary>
    public const string WitnessEd25519 = "witness-ed25519-seed";

    /// <summary>Of the witness's ML-DSA-44 key.</summary>
    public const string WitnessMlDsa44 = "witness-mldsa44-seed";

    /// <summary>Of the mirror's Ed25519 key.</summary>
    public const string MirrorEd25519 = "mirror-ed25519-seed";

    /// <summary>Of the mirror's ML-DSA-44 key.</summary>
    public const string MirrorMlDsa44 = "mirror-mldsa44-seed";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [WitnessEd25519, WitnessMlDsa44, MirrorEd25519, MirrorMlDsa44];
}

/// <summary>Whom a witness works for and in whose name.</summary>
/// <param name="Logs">The logs, by their keys; a log with several keys has a line for each. A log that is to be mirrored has an address.</param>
/// <param name="Cosigners">The witness's keys, all under its name: each signs every checkpoint that is cosigned.</param>
/// <param name="MirrorCosigners">The mirror's keys, under a name of its own; none where nothing is mirrored.</param>
public sealed record WitnessOptions(IReadOnlyList<PolicyLog> Logs, IReadOnlyList<Cosigner> Cosigners, IReadOnlyList<Cosigner> MirrorCosigners)
{
    /// <summary>Checks that the keys and names can do what they are for.</summary>
    /// <exception cref="LogFormatException">They cannot; the message says why.</exception>
    public void Validate()
    {
        if (Logs.Count == 0)
            throw new LogFormatException("witness: there is no log to witness");
        if (Cosigners.Count == 0)
            throw new LogFormatException("witness: there is no key to cosign with");
        var (names, mirrors) = (Cosigners.Select(NameOf).Distinct().ToArray(), MirrorCosigners.Select(NameOf).Distinct().ToArray());
        if (names.Length > 1 || mirrors.Length > 1)
            throw new LogFormatException("witness: all keys of a witness have one name, and all of a mirror");
        if (names.Intersect(mirrors).Any())
            throw new LogFormatException("witness: a mirror has another name than the witness beside it");
        if (Cosigners.Concat(MirrorCosigners).GroupBy(cosigner => Convert.ToHexString(cosigner.Verifier.PublicKey.Span)).Any(same => same.Count() > 1))
            throw new LogFormatException("witness: no two cosigners have one key");
        if (Logs.Any(log => System.Text.Encoding.UTF8.GetByteCount(log.Key.Name) > MlDsa44CosignatureVerifier.MaxNameLength))
            throw new LogFormatException($"witness: an origin has at most {MlDsa44CosignatureVerifier.MaxNameLength} bytes");
    }

    private static string NameOf(Cosigner cosigner) => cosigner.Verifier.Name;
}

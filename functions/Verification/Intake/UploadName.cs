using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Intake;

/// <summary>What an upload's name says of it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="ListAlgorithm">The algorithm of a digest list; null for a JSON manifest and for anything else.</param>
public readonly record struct UploadName(UploadKind Kind, DigestAlgorithm? ListAlgorithm)
{
    private const int MaxLength = 1024;

    private static readonly (string Suffix, DigestAlgorithm Algorithm)[] Lists =
    [
        ("sha256", DigestAlgorithm.Sha256),
        ("sha384", DigestAlgorithm.Sha384),
        ("sha512", DigestAlgorithm.Sha512),
        ("sm3", DigestAlgorithm.Sm3),
    ];

    /// <summary>Reads a blob's path: <c>SHA256SUMS</c> or <c>*.sha256</c> and likewise for the others, <c>*.manifest.jsonl</c>, <c>*.acts.jsonl</c>; all else is a document.</summary>
    public static UploadName Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (name.EndsWith(".acts.jsonl", StringComparison.OrdinalIgnoreCase))
            return new UploadName(UploadKind.ActList, null);
        if (name.EndsWith(".manifest.jsonl", StringComparison.OrdinalIgnoreCase))
            return new UploadName(UploadKind.Manifest, null);
        foreach (var (suffix, algorithm) in Lists)
        {
            if (name.EndsWith("." + suffix, StringComparison.OrdinalIgnoreCase) || name.Equals(suffix + "sums", StringComparison.OrdinalIgnoreCase))
                return new UploadName(UploadKind.Manifest, algorithm);
        }

        return new UploadName(UploadKind.Document, null);
    }

    /// <summary>
    /// The rule that a path breaks: storage clients resolve <c>.</c> and <c>..</c>, so a blob with such a segment could
    /// not be told from another, nor its answer be put where it belongs.
    /// </summary>
    /// <returns>The rule; null if none is broken.</returns>
    public static string? CheckPath(string path) =>
        path.Length > MaxLength ? $"a blob's name has at most {MaxLength} characters"
        : path.Split('/', '\\').Any(segment => segment is "." or ".." || segment.Length == 0) ? "no part of a blob's name between slashes is empty, '.' or '..'"
        : path.EndsWith('.') ? "a blob's name does not end with a dot"
        : path.Any(char.IsControl) ? "a blob's name has no control characters"
        : null;
}

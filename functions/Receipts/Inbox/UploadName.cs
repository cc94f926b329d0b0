using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Inbox;

/// <summary>What an upload's name says of it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="ListAlgorithm">The algorithm of a digest list; null for a JSON manifest and for anything else.</param>
/// <param name="IsTable">Whether a list of acts is a table (<see cref="ActTable"/>) rather than JSON lines.</param>
public readonly record struct UploadName(UploadKind Kind, DigestAlgorithm? ListAlgorithm, bool IsTable = false)
{
    private const int MaxLength = 1024;

    private const string TextExtension = ".txt";

    /// <summary>
    /// Reads a blob's path. Digest lists are <c>SHA256SUMS</c>, <c>sha256sum</c>, <c>*.sha256</c>, <c>*.sha256sum</c> and
    /// <c>*_SHA256SUMS</c>, likewise for the other algorithms, in any case and with or without <c>.txt</c>; others are
    /// <c>*.manifest.jsonl</c>, <c>*.acts.jsonl</c> and <c>*.acts.csv</c>. All else is a document.
    /// </summary>
    public static UploadName Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (name.EndsWith(".acts.jsonl", StringComparison.OrdinalIgnoreCase))
            return new UploadName(UploadKind.ActList, null);
        if (name.EndsWith(ActTable.Extension, StringComparison.OrdinalIgnoreCase))
            return new UploadName(UploadKind.ActList, null, IsTable: true);
        if (name.EndsWith(".manifest.jsonl", StringComparison.OrdinalIgnoreCase))
            return new UploadName(UploadKind.Manifest, null);

        var stem = name.EndsWith(TextExtension, StringComparison.OrdinalIgnoreCase) ? name[..^TextExtension.Length] : name;
        var algorithm = DigestAlgorithm.All.FirstOrDefault(candidate => NamesListOf(stem, candidate));
        return new UploadName(algorithm is null ? UploadKind.Document : UploadKind.Manifest, algorithm);
    }

    private static bool NamesListOf(string stem, DigestAlgorithm algorithm)
    {
        return Ends(algorithm.ToolName, ".") || Ends(algorithm.ToolName + "sum", ".-_") || Ends(algorithm.ToolName + "sums", ".-_");

        bool Ends(string word, string after) =>
            stem.EndsWith(word, StringComparison.OrdinalIgnoreCase) && (stem.Length == word.Length || after.Contains(stem[^(word.Length + 1)], StringComparison.Ordinal));
    }

    /// <summary>
    /// The rule that a path breaks: storage clients resolve <c>.</c> and <c>..</c>, so a blob with such a segment could
    /// not be told from another, nor its answer be put where it belongs.
    /// </summary>
    /// <returns>The rule; null if none is broken.</returns>
    public static string? CheckPath(string path) =>
        path.Length > MaxLength ? $"a blob's name has at most {MaxLength} characters"
        : HasEmptyPart(path) ? "no part of a blob's name between slashes is empty, '.' or '..'"
        : path.EndsWith('.') ? "a blob's name does not end with a dot"
        : HasControl(path) ? "a blob's name has no control characters"
        : null;

    private static bool HasEmptyPart(ReadOnlySpan<char> path)
    {
        foreach (var part in path.SplitAny('/', '\\'))
        {
            if (path[part] is "" or "." or "..")
                return true;
        }

        return false;
    }

    private static bool HasControl(ReadOnlySpan<char> path)
    {
        foreach (var character in path)
        {
            if (char.IsControl(character))
                return true;
        }

        return false;
    }
}

/// <summary>What an upload is, by its name.</summary>
[JsonConverter(typeof(WireNameConverter<UploadKind>))]
public enum UploadKind
{
    /// <summary>A document: hashed.</summary>
    [JsonStringEnumMemberName("document")]
    Document,

    /// <summary>Digests without documents: <c>SHA256SUMS</c>, <c>*.sha256</c> and the like, or <c>*.manifest.jsonl</c>.</summary>
    [JsonStringEnumMemberName("manifest")]
    Manifest,

    /// <summary>Acts on documents issued before: <c>*.acts.jsonl</c>, <c>*.acts.csv</c>.</summary>
    [JsonStringEnumMemberName("acts")]
    ActList,
}

/// <summary>How an issuer's two containers are named: the one that it uploads to, and the one in which it is answered.</summary>
public static class IssuerContainer
{
    /// <summary>What the names of issuers' containers begin with.</summary>
    public const string Prefix = "issuer-";

    /// <summary>What the names of the containers begin with in which the service answers.</summary>
    public const string AnswersPrefix = "answers-";

    /// <summary>The container in which uploads to an issuer's container are answered.</summary>
    public static string AnswersOf(string container) => string.Concat(AnswersPrefix, container.AsSpan(Prefix.Length));

    /// <summary>The id of the issuer that owns a container.</summary>
    public static string IdOf(string container) => container[Prefix.Length..];

    /// <summary>Whether a text could be an issuer's id: what a container's name may hold after the prefix.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= 55 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

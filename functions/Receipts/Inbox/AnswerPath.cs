using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Receipts.Inbox;

/// <summary>
/// How an answer is named in the container of an issuer's answers: after the upload, or, where that would be no name for a
/// blob or another upload's, after <c>~</c> and the SHA-256 of the upload's name.
/// </summary>
public static class AnswerPath
{
    /// <summary>What the names of receipts begin with.</summary>
    public const string ReceiptsFolder = "receipts/";

    /// <summary>What the names of receipts begin with whose place a newer version's has taken.</summary>
    public const string VersionsFolder = "versions/";

    /// <summary>What the names of rejections begin with.</summary>
    public const string RejectedFolder = "rejected/";

    /// <summary>What the names of answers go on with that name their upload by its hash.</summary>
    public const string HashPrefix = "~";

    /// <summary>The extension of many receipts in one file.</summary>
    public const string LinesExtension = ".jsonl";

    /// <summary>The extension of rejections.</summary>
    public const string RejectionExtension = ".json";

    // Storage takes names of 1,024 characters and 254 segments; the rest is room for what is put around the name.
    private const int MaxPathLength = 960;
    private const int MaxSegments = 250;

    // Storage's own have 17; others are named by their hash.
    private const int MaxVersionLength = 32;

    /// <summary>The receipt of a document: SHA-256's has the plain name, others name their algorithm.</summary>
    public static string Receipt(string path, DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256
        ? $"{ReceiptsFolder}{DocumentNameFor(path)}{Receipts.Receipt.FileExtension}"
        : $"{ReceiptsFolder}{DocumentNameFor(path)}.{algorithm}{Receipts.Receipt.FileExtension}";

    /// <summary>The receipts of a manifest or a list of acts.</summary>
    public static string Lines(string path) => $"{ReceiptsFolder}{NameFor(path)}{LinesExtension}";

    /// <summary>The refusal of an upload.</summary>
    public static string Rejection(string path) => $"{RejectedFolder}{NameFor(path)}{RejectionExtension}";

    /// <summary>
    /// Where a receipt, or receipts, of one version of an upload are once a newer version's have taken their name: the
    /// upload's name is a folder, and the version's ETag a file in it.
    /// </summary>
    /// <param name="receipts">Their name while the version was the newest.</param>
    /// <param name="etag">The version's ETag, without quotes.</param>
    public static string OfVersion(string receipts, string etag)
    {
        if (!TryParse(receipts, out var name, out var algorithm) || !receipts.StartsWith(ReceiptsFolder, StringComparison.Ordinal))
            throw new ArgumentException("Only receipts are kept by version.", nameof(receipts));
        var version = etag.Length is > 0 and <= MaxVersionLength && etag.All(char.IsAsciiLetterOrDigit) ? etag : Hash(etag)[..MaxVersionLength];
        return $"{VersionsFolder}{name}/{version}{receipts[(ReceiptsFolder.Length + name.Length)..]}";
    }

    /// <summary>What answers may call an upload: its own name, or <see cref="HashPrefix"/> and its hash.</summary>
    public static IReadOnlyList<string> NamesFor(string path) => [NameFor(path), Hashed(path)];

    /// <summary>Reads from the name of an answer which upload it is to.</summary>
    /// <param name="answer">The answer's name.</param>
    /// <param name="name">One of <see cref="NamesFor"/> the upload.</param>
    /// <param name="algorithm">The receipt's algorithm; null for any other answer.</param>
    /// <returns>Whether it is the name of an answer.</returns>
    public static bool TryParse(string answer, [NotNullWhen(true)] out string? name, out DigestAlgorithm? algorithm)
    {
        var isOfVersion = answer.StartsWith(VersionsFolder, StringComparison.Ordinal);
        var folder = isOfVersion ? VersionsFolder : ReceiptsFolder;
        (name, algorithm) = (Between(answer, RejectedFolder, RejectionExtension) ?? Between(answer, folder, LinesExtension), null);
        if (name is null && Between(answer, folder, Receipts.Receipt.FileExtension) is { } receipt)
        {
            algorithm = AlgorithmThatEnds(receipt);
            name = algorithm is null ? receipt : receipt[..^(algorithm.Name.Length + 1)];
            algorithm ??= DigestAlgorithm.Sha256;
        }

        if (isOfVersion)
            name = name is not null && name.LastIndexOf('/') is > 0 and var end ? name[..end] : null;
        return name is { Length: > 0 };
    }

    private static string NameFor(string path) =>
        path.Length <= MaxPathLength
        && path.AsSpan().Count('/') < MaxSegments
        && UploadName.CheckPath(path) is null
        && !path.StartsWith(HashPrefix, StringComparison.Ordinal)
            ? path
            : Hashed(path);

    // The receipt of "a.sha-512" must not take the name of a receipt of "a".
    private static string DocumentNameFor(string path) => AlgorithmThatEnds(path) is null ? NameFor(path) : Hashed(path);

    private static string Hashed(string path) => HashPrefix + Hash(path);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static DigestAlgorithm? AlgorithmThatEnds(string path)
    {
        for (var i = 0; i < DigestAlgorithm.All.Count; i++)
        {
            var algorithm = DigestAlgorithm.All[i];
            if (path.EndsWith(algorithm.Name, StringComparison.Ordinal) && path.AsSpan(0, path.Length - algorithm.Name.Length) is [.., '.'])
                return algorithm;
        }

        return null;
    }

    private static string? Between(string text, string prefix, string suffix) =>
        text.Length > prefix.Length + suffix.Length && text.StartsWith(prefix, StringComparison.Ordinal) && text.EndsWith(suffix, StringComparison.Ordinal)
            ? text[prefix.Length..^suffix.Length]
            : null;
}

/// <summary>
/// Keys of the metadata that answers carry, so that an issuer knows which version of an upload was answered. The upload's
/// name is not there: it travels in a header, which long names do not fit into.
/// </summary>
public static class AnswerMetadata
{
    /// <summary>ETag, without quotes, of the upload.</summary>
    public const string SourceETag = "sourceetag";

    /// <summary>When the upload was made, RFC 3339 in UTC; when it was refused, if it was not read.</summary>
    public const string SourceAt = "sourceat";

    /// <summary>Receipts of documents: index of the act's entry in the log.</summary>
    public const string LogIndex = "logindex";

    /// <summary>Receipts of documents: the document's digest in hex, under the receipt's algorithm.</summary>
    public const string Digest = "digest";

    /// <summary>Receipts: there, and <c>true</c>, if the upload changed nothing, so that they are those of what stood before.</summary>
    public const string Repeat = "repeat";

    /// <summary>Receipts of documents: <see cref="Deleted"/> once the issuer's retention rule has removed the document.</summary>
    public const string Document = "document";

    /// <summary>Value of <see cref="Document"/>.</summary>
    public const string Deleted = "deleted";

    /// <summary>Answers to lists of acts: how many receipts there are; <see cref="Some"/> in the refusal of a list that is answered in parts.</summary>
    public const string Done = "done";

    /// <summary>Value of <see cref="Done"/>: the list of receipts says which lines are done.</summary>
    public const string Some = "some";

    /// <summary>Answers to lists of acts: how many lines were refused.</summary>
    public const string Refused = "refused";
}

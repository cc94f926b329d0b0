using System.Security.Cryptography;
using System.Text;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Verification.Intake;

/// <summary>
/// Where in an issuer's container the service answers an upload: beside its own path, or, where that would be no name
/// for a blob, under <c>~</c> and the SHA-256 of the path.
/// </summary>
public static class AnswerPath
{
    /// <summary>What the paths of receipts begin with.</summary>
    public const string ReceiptsFolder = IOutbox.Folder + "receipts/";

    /// <summary>What the paths of rejections begin with.</summary>
    public const string RejectedFolder = IOutbox.Folder + "rejected/";

    /// <summary>The extension of many receipts in one file.</summary>
    public const string LinesExtension = ".jsonl";

    /// <summary>The extension of rejections.</summary>
    public const string RejectionExtension = ".json";

    // Storage takes names of 1,024 characters and 254 segments; the rest is room for what is put around the path.
    private const int MaxPathLength = 960;
    private const int MaxSegments = 250;

    /// <summary>The receipt of a document: SHA-256's has the plain name, others name their algorithm.</summary>
    public static string Receipt(string path, DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256
        ? $"{ReceiptsFolder}{Safe(path)}{Verification.Receipts.Receipt.FileExtension}"
        : $"{ReceiptsFolder}{Safe(path)}.{algorithm}{Verification.Receipts.Receipt.FileExtension}";

    /// <summary>The receipts of a manifest or a list of acts.</summary>
    public static string Lines(string path) => $"{ReceiptsFolder}{Safe(path)}{LinesExtension}";

    /// <summary>The refusal of an upload.</summary>
    public static string Rejection(string path) => $"{RejectedFolder}{Safe(path)}{RejectionExtension}";

    private static string Safe(string path) =>
        path.Length <= MaxPathLength && path.Count(c => c == '/') < MaxSegments && UploadName.CheckPath(path) is null
            ? path
            : $"~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))}";
}

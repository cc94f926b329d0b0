namespace TrueCopy.Receipts.Answers;

/// <summary>The body of <c>POST /v1/verify</c>.</summary>
/// <param name="Digests">What to look up: 1 to <see cref="MaxDigests"/>.</param>
public sealed record BatchRequestDocument(IReadOnlyList<DigestDocument> Digests)
{
    /// <summary>The most digests in one request.</summary>
    public const int MaxDigests = 1000;
}

/// <summary>A digest.</summary>
/// <param name="Algorithm">One of the algorithm names.</param>
/// <param name="Digest">Hex; of either case in a request, lower case in an answer.</param>
public sealed record DigestDocument(string Algorithm, string Digest);

/// <summary>The answer to <c>POST /v1/verify</c>.</summary>
/// <param name="Results">One a digest, in the order asked.</param>
public sealed record BatchAnswerDocument(IReadOnlyList<VerdictDocument> Results);

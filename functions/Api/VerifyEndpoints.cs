using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Verification requests. Both take digests only: no endpoint accepts a document.</summary>
public sealed class VerifyEndpoints(VerdictService verifier, RequestLimits limits)
{
    private const string JsonType = "application/json";

    /// <summary>Verify one document by its digest.</summary>
    /// <remarks>
    /// The answer is as of the checkpoint that it carries, and brings the receipts that prove it.
    /// </remarks>
    /// <param name="algorithm" example="sha-256">What the digest was made with: lower case, with the hyphen.</param>
    /// <param name="digest" example="3ed53cc9309b82183f3e67e23ac9407d4c1b67549c8c405635565c92795c669c">
    /// The document's digest in hex of either case, without a prefix: 64 digits for <c>sha-256</c> and <c>sm3</c>, 96 for
    /// <c>sha-384</c>, 128 for <c>sha-512</c>.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The verdict.</response>
    [Operation(
        Routes.VerifyOne,
        "verifyOne",
        "verification",
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "ShareUsedUp", "Unavailable"],
        Samples = ["csharp/Program.cs", "typescript/verify.ts", "shell/verify.sh"])]
    [Answers(JsonType, typeof(VerdictDocument))]
    public async ValueTask<IResult> VerifyOneAsync(string algorithm, string digest, CancellationToken cancellationToken)
    {
        if (Read(algorithm, digest, out var parsed) is { } problem)
            return problem;
        var answer = await verifier.VerifyAsync(parsed!, cancellationToken);
        return Response.Json(VerdictBody.Of(answer), CacheControl.None);
    }

    /// <summary>The receipt of one document.</summary>
    /// <remarks>
    /// That of the act that decides, ready to be kept next to the document. There is none for a document that is
    /// <c>unknown</c> or <c>conflicting</c>: one receipt would hide what the other institutions say.
    /// </remarks>
    /// <param name="algorithm" example="sha-256">What the digest was made with: lower case, with the hyphen.</param>
    /// <param name="digest" example="3ed53cc9309b82183f3e67e23ac9407d4c1b67549c8c405635565c92795c669c">
    /// The document's digest in hex of either case, without a prefix.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">A C2SP tlog-proof.</response>
    [Operation(Routes.ReceiptOfOne, "receiptOfOne", "verification", CacheControl = CacheControl.None, Failures = ["BadRequest", "NoReceipt", "ShareUsedUp", "Unavailable"])]
    [Answers("text/plain")]
    public async Task<IResult> ReceiptOfOneAsync(string algorithm, string digest, CancellationToken cancellationToken)
    {
        if (Read(algorithm, digest, out var parsed) is { } problem)
            return problem;
        return await verifier.VerifyAsync(parsed!, cancellationToken) switch
        {
            { Issuers: [] } => Problem.NoReceipt("No issuer of this log issued a document with this digest, so there is no receipt."),
            { Verdict: Verdict.Conflicting } => Problem.NoReceipt("Institutions differ about this document, so no one receipt tells how it stands. The verdict has each one's."),
            var answer => new Response(answer.Issuers[0].Receipt.Encode(), ReceiptEndpoints.MediaType, CacheControl.None),
        };
    }

    /// <summary>Verify up to 1,000 documents by their digests.</summary>
    /// <remarks>
    /// As many single questions would be answered, in the same order. One malformed digest refuses the whole request. The body
    /// has at most 256 KiB, the answer at most 16 MiB. A batch counts as many times in the client's share as it has digests.
    /// </remarks>
    /// <response code="200">One verdict a digest, in the order asked.</response>
    [Operation(
        Routes.VerifyMany,
        "verifyMany",
        "verification",
        Body = typeof(BatchRequestDocument),
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "TooLarge", "UnsupportedMediaType", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(BatchAnswerDocument))]
    public Task<IResult> VerifyManyAsync(HttpRequest request, CancellationToken cancellationToken) =>
        RequestBody.AnswerAsync(request, DocumentJson.Instance.BatchRequestDocument, batch => AnswerAsync(request, batch, cancellationToken), cancellationToken);

    private async Task<IResult> AnswerAsync(HttpRequest request, BatchRequestDocument batch, CancellationToken cancellationToken)
    {
        if (batch.Digests.Count is 0 or > BatchRequestDocument.MaxDigests)
            return Problem.MalformedRequest($"A batch has 1 to {BatchRequestDocument.MaxDigests} digests.");

        if (limits.Charge(request.HttpContext, batch.Digests.Count - 1) is { } wait)
            return Problem.ShareUsedUp(wait);

        var digests = new Digest[batch.Digests.Count];
        for (var i = 0; i < digests.Length; i++)
        {
            if (Read(batch.Digests[i].Algorithm, batch.Digests[i].Digest, out digests[i]!, i) is { } problem)
                return problem;
        }

        var answers = await verifier.VerifyAsync(digests, cancellationToken);
        return VerdictBody.OfBatch(answers) is { } body ? Response.Json(body, CacheControl.None) : Problem.AnswerTooLarge($"The answer has more than {HttpLimits.MaxAnswerLength} bytes. Ask for fewer digests at once.");
    }

    private static IResult? Read(string name, string hex, out Digest? digest, int? number = null)
    {
        digest = null;
        if (!DigestAlgorithm.TryParse(name, out var algorithm))
            return Problem.UnknownAlgorithm($"{Where()}the algorithm is one of {string.Join(", ", DigestAlgorithm.All)}.");
        return Digest.TryParse(algorithm, hex, out digest)
            ? null
            : Problem.MalformedDigest($"{Where()}a {algorithm} digest is {algorithm.Length * 2} hex digits.");

        string Where() => number is null ? "" : $"digests[{number}]: ";
    }
}

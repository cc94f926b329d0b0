using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>What only an issuer may ask: references, unlike digests, can be guessed, and what it uploads is its own business.</summary>
public sealed class IssuerEndpoints(IInstitutionGate gate, KnownIssuers known, ReferenceIndex references, VerdictService verifier, UploadHistory history)
{
    /// <summary>An issuer's documents under its own reference.</summary>
    /// <remarks>Only for the issuer: references, unlike digests, can be guessed.</remarks>
    /// <param name="request">The request.</param>
    /// <param name="id" example="demo-bank">The issuer's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">Their verdicts.</response>
    [Operation(
        Routes.IssuerDocuments,
        "issuerDocuments",
        "registry",
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "NotForYou", "NoSuchIssuer", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(DocumentsDocument))]
    [Query("reference", "The issuer's own name for the documents: 1 to 256 characters.", Required = true, Example = "loan-4711")]
    public async Task<IResult> DocumentsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (!IssuerContainer.IsId(id))
            return Problem.NoSuchIssuer([]);
        if (!await gate.AdmitsIssuerAsync(request.HttpContext, id, cancellationToken))
            return Problem.NotForYou();
        if (await known.RefuseAsync(id, cancellationToken) is { } unknown)
            return unknown;
        if (request.Query["reference"] is not [{ Length: > 0 and <= StatedText.MaxReferenceLength } reference])
            return Problem.MalformedRequest($"The query names one reference of at most {StatedText.MaxReferenceLength} characters.");

        var digests = await references.FindAsync(id, reference, cancellationToken);
        var answers = await verifier.VerifyAsync(digests, cancellationToken);
        return Response.Json(VerdictBody.OfDocuments(reference, answers), CacheControl.None);
    }

    /// <summary>What an issuer uploaded, and what came of it.</summary>
    /// <remarks>
    /// Only for the issuer. Newest first. At most 5,000 uploads under the prefix are looked at; <c>complete</c> says whether
    /// there are more, and a longer prefix, such as a folder, tells of those. Counts are of what the query asks for.
    /// </remarks>
    /// <param name="request">The request.</param>
    /// <param name="id" example="demo-bank">The issuer's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The uploads.</response>
    [Operation(
        Routes.IssuerUploads,
        "issuerUploads",
        "registry",
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "NotForYou", "NoSuchIssuer", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(UploadsDocument))]
    [Query("prefix", "What the names begin with: at most 1,024 characters; everything if left out.", Example = "2026/11/")]
    [Query("contains", "What is in the names, in any case of letters: at most 1,024 characters; everything if left out.", Example = "loan-4711")]
    [Query("state", "What came of them; anything if left out.", Words = ["waiting", "answered", "partlyRejected", "rejected"], Example = "rejected")]
    [Query("offset", "How many of the newest to leave out; 0 if left out.", Minimum = "0", Example = "0")]
    [Query("limit", "How many to tell of, 1 to 100; 100 if left out.", Minimum = "1", Example = "100")]
    public async Task<IResult> UploadsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (!IssuerContainer.IsId(id))
            return Problem.NoSuchIssuer([]);
        if (!await gate.AdmitsIssuerAsync(request.HttpContext, id, cancellationToken))
            return Problem.NotForYou();
        if (await known.RefuseAsync(id, cancellationToken) is { } unknown)
            return unknown;
        var prefix = (string?)request.Query["prefix"] ?? "";
        var contains = (string?)request.Query["contains"] ?? "";
        if (prefix.Length > UploadHistory.MaxPrefixLength || contains.Length > UploadHistory.MaxPrefixLength)
            return Problem.MalformedRequest($"prefix and contains have at most {UploadHistory.MaxPrefixLength} characters.");
        UploadState? state = null;
        if ((string?)request.Query["state"] is { } word)
        {
            if (!WireName.TryParse(word, out UploadState named))
                return Problem.MalformedRequest($"state is one of {string.Join(", ", WireName.All<UploadState>())}.");
            state = named;
        }

        if (!QueryNumber.TryRead(request, "offset", 0, int.MaxValue, 0, out var offset))
            return Problem.MalformedRequest("offset is a whole number, 0 or more.");
        if (!QueryNumber.TryRead(request, "limit", 1, UploadHistory.MaxPage, UploadHistory.MaxPage, out var limit))
            return Problem.MalformedRequest($"limit is a whole number from 1 to {UploadHistory.MaxPage}.");

        return Response.Json(await history.ReadAsync(id, new UploadFilter(prefix, contains, state), offset, limit, cancellationToken), DocumentJson.Instance.UploadsDocument, CacheControl.None);
    }
}

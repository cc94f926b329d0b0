using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>What only a receiver may ask and do: its packages, and what becomes of them.</summary>
public sealed class ReceiverEndpoints(IInstitutionGate gate, ReceiverInbox inbox, HandoverActs acts)
{
    /// <summary>A receiver's packages.</summary>
    /// <remarks>Only for the receiver. Newest first, those that it has dealt with included.</remarks>
    /// <param name="request">The request.</param>
    /// <param name="id" example="demo-lender">The receiver's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The handovers.</response>
    [Operation(Routes.ReceiverHandovers, "receiverHandovers", "handover", CacheControl = CacheControl.None, Failures = ["BadRequest", "NotForYou", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(HandoversDocument))]
    [Query("offset", "How many of the newest to leave out; 0 if left out.", Minimum = "0", Example = "0")]
    [Query("limit", "How many to tell of, 1 to 100; 100 if left out.", Minimum = "1", Example = "100")]
    public async Task<IResult> ListAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (!await gate.AdmitsReceiverAsync(request.HttpContext, id, cancellationToken))
            return Problem.NotForYou();
        if (!QueryNumber.TryRead(request, "offset", 0, int.MaxValue - HandoverOptions.MaxListed, 0, out var offset))
            return Problem.MalformedRequest("offset is a whole number, 0 or more.");
        if (!QueryNumber.TryRead(request, "limit", 1, HandoverOptions.MaxListed, HandoverOptions.MaxListed, out var limit))
            return Problem.MalformedRequest($"limit is a whole number from 1 to {HandoverOptions.MaxListed}.");
        return Response.Json(await inbox.ListAsync(id, offset, limit, cancellationToken), DocumentJson.Instance.HandoversDocument, CacheControl.None);
    }

    /// <summary>An address from which a package is got.</summary>
    /// <remarks>Only for the receiver, while the package waits for it. The package comes from storage, sealed; the receiver's own identity opens it.</remarks>
    /// <param name="request">The request.</param>
    /// <param name="id" example="demo-lender">The receiver's id.</param>
    /// <param name="handover" example="98a14d49b039ac6a4e758574adf07c8721cfb39832f90d1b85ed166d359d297b">The handover's id: 64 lower-case hex digits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">Where it is.</response>
    [Operation(Routes.ReceiverPackage, "receiverPackage", "handover", CacheControl = CacheControl.None, Failures = ["NotForYou", "NoSuchHandover", "HandoverConflict", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(DownloadGrantDocument))]
    public async Task<IResult> PackageAsync(HttpRequest request, string id, string handover, CancellationToken cancellationToken)
    {
        if (!await gate.AdmitsReceiverAsync(request.HttpContext, id, cancellationToken))
            return Problem.NotForYou();
        return Response.Json(await inbox.GetPackageAsync(id, handover, cancellationToken), DocumentJson.Instance.DownloadGrantDocument, CacheControl.None);
    }

    /// <summary>Accept a package, decline it, or record that it was used.</summary>
    /// <remarks>
    /// Only for the receiver. To accept takes the proof of the consent, which only whoever has opened the package can make, and whoever
    /// reads the log can check; the sealed package is deleted then, so get it first. What is noted with an act is in its receipt,
    /// for holder and receiver, and not in the log. Asking again comes to the same act.
    /// </remarks>
    /// <param name="request">The request.</param>
    /// <param name="id" example="demo-lender">The receiver's id.</param>
    /// <param name="handover" example="98a14d49b039ac6a4e758574adf07c8721cfb39832f90d1b85ed166d359d297b">The handover's id: 64 lower-case hex digits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The act, with its receipt.</response>
    [Operation(
        Routes.ReceiverActs,
        "receiverActs",
        "handover",
        Body = typeof(HandoverActDocument),
        MayTakeLonger = true,
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "NotForYou", "NoSuchHandover", "HandoverConflict", "TooLarge", "UnsupportedMediaType", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(HandoverEventDocument))]
    public async Task<IResult> ActAsync(HttpRequest request, string id, string handover, CancellationToken cancellationToken)
    {
        if (!await gate.AdmitsReceiverAsync(request.HttpContext, id, cancellationToken))
            return Problem.NotForYou();
        return await RequestBody.AnswerAsync(
            request,
            DocumentJson.Instance.HandoverActDocument,
            async act => Response.OfAct(handover, await acts.ActAsync(id, handover, act, cancellationToken)),
            cancellationToken);
    }
}

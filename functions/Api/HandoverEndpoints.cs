using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>What a holder asks: nobody has to sign in for it, and the service never sees what is in a package.</summary>
public sealed class HandoverEndpoints(ReceiverDirectory receivers, HandoverRequests requests, HandoverTraces traces, HandoverActs acts, RequestLimits limits)
{
    /// <summary>Every institution that takes packages.</summary>
    /// <remarks>
    /// Each with the entry of the log that describes it now, proven. A package is sealed to the key of that entry and to no other:
    /// the proof is of an inclusion under a checkpoint, and of a status by which no later entry describes the receiver otherwise.
    /// </remarks>
    /// <response code="200">The receivers, by id.</response>
    [Operation(Routes.Receivers, "listReceivers", "handover", CacheControl = CacheControl.None, Failures = ["ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(ReceiversDocument))]
    public async Task<IResult> ReceiversAsync(CancellationToken cancellationToken) =>
        Response.Json(await receivers.ListAsync(cancellationToken), DocumentJson.Instance.ReceiversDocument, CacheControl.None);

    /// <summary>Announce a package, and get an address for it.</summary>
    /// <remarks>
    /// The sealed package then goes to that address and not through this service: one <c>PUT</c> of the whole, with the header
    /// <c>x-ms-blob-type: BlockBlob</c>, while the address lasts. The address takes one package and lets none be read or replaced.
    /// What is uploaded is taken in as it arrives, and from then on the trace tells of it; what is longer than was announced, or is no
    /// sealed file, is deleted. The same request gives an address again while nothing was uploaded. One client address announces
    /// far less than it may ask otherwise.
    /// </remarks>
    /// <response code="201">Where to put it.</response>
    [Operation(
        Routes.Handovers,
        "announceHandover",
        "handover",
        Status = StatusCodes.Status201Created,
        Body = typeof(HandoverRequestDocument),
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "NoSuchReceiver", "HandoverConflict", "TooLarge", "UnsupportedMediaType", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(UploadGrantDocument))]
    public Task<IResult> AnnounceAsync(HttpRequest request, CancellationToken cancellationToken) =>
        RequestBody.AnswerAsync(request, DocumentJson.Instance.HandoverRequestDocument, async announced =>
        {
            if (limits.ChargeHandover(request.HttpContext) is { } wait)
                return Problem.ShareUsedUp(wait);
            var grant = await requests.AnnounceAsync(announced, cancellationToken);
            return Response.Json(grant, DocumentJson.Instance.UploadGrantDocument, CacheControl.None, status: StatusCodes.Status201Created);
        }, cancellationToken);

    /// <summary>What became of a package.</summary>
    /// <remarks>
    /// Whoever has the handover's id may ask: its holder, its receiver. The receipts prove the events without this service; what
    /// they do not prove, such as <c>announced</c> and <c>refused</c>, is its word.
    /// </remarks>
    /// <param name="id" example="98a14d49b039ac6a4e758574adf07c8721cfb39832f90d1b85ed166d359d297b">The handover's id: 64 lower-case hex digits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The trace.</response>
    [Operation(Routes.Handover, "traceHandover", "handover", CacheControl = CacheControl.None, Failures = ["NoSuchHandover", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(TraceDocument))]
    public async Task<IResult> TraceAsync(string id, CancellationToken cancellationToken) =>
        await traces.TraceAsync(id, cancellationToken) is { } trace
            ? Response.Json(trace, DocumentJson.Instance.TraceDocument, CacheControl.None)
            : Problem.HandoverRefused(new HandoverRefusedException(HandoverFault.NotFound, HandoverRefusal.NoSuchHandover()));

    /// <summary>Take the consent back.</summary>
    /// <remarks>
    /// For whoever has the secret of the trace link, of which the proof is made. The sealed package is deleted once the log has recorded
    /// it; what a receiver has opened before stays with it, and it is told. Asking again comes to the same act.
    /// </remarks>
    /// <param name="request">The request.</param>
    /// <param name="id" example="98a14d49b039ac6a4e758574adf07c8721cfb39832f90d1b85ed166d359d297b">The handover's id: 64 lower-case hex digits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The act, with its receipt.</response>
    [Operation(
        Routes.Withdraw,
        "withdrawHandover",
        "handover",
        Body = typeof(WithdrawDocument),
        MayTakeLonger = true,
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "NoSuchHandover", "HandoverConflict", "TooLarge", "UnsupportedMediaType", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(HandoverEventDocument))]
    public Task<IResult> WithdrawAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        RequestBody.AnswerAsync(request, DocumentJson.Instance.WithdrawDocument, async withdrawal =>
        {
            if (limits.ChargeHandover(request.HttpContext) is { } wait)
                return Problem.ShareUsedUp(wait);
            return Response.OfAct(id, await acts.WithdrawAsync(id, withdrawal.Proof, cancellationToken));
        }, cancellationToken);
}

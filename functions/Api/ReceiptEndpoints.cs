using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Receipts that somebody has already.</summary>
public sealed class ReceiptEndpoints(ReceiptRenewal renewal)
{
    /// <summary>As what receipts are sent.</summary>
    internal const string MediaType = "text/plain; charset=utf-8";

    private const string PlainType = "text/plain";

    /// <summary>Make a receipt fresh.</summary>
    /// <remarks>
    /// Send the receipt of an issue; the answer is one of the same entry, with the same opening, under the log's newest
    /// checkpoint, and with the log's own status of the document: proof of how it stands now. Whoever holds the document attaches
    /// that to her application. What the receipt was made with is not asked for, so one of before the log kept status will do. The
    /// body has at most 256 KiB. The service keeps nothing of it.
    /// </remarks>
    /// <response code="200">A C2SP tlog-proof.</response>
    [Operation(
        Routes.RefreshReceipt,
        "refreshReceipt",
        "verification",
        Body = typeof(string),
        CacheControl = CacheControl.None,
        Failures = ["BadRequest", "TooLarge", "UnsupportedMediaType", "NotInLog", "ShareUsedUp", "Unavailable"])]
    [Answers(PlainType)]
    public async Task<IResult> RefreshAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!RequestBody.Is(request, PlainType))
            return Problem.UnsupportedMediaType($"The body is {PlainType}: a receipt as it was handed out.");
        if (await RequestBody.ReadAsync(request, cancellationToken) is not { } sent)
            return Problem.TooLarge($"The body has at most {HttpLimits.MaxBodyLength} bytes.");

        Receipt receipt;
        ActKind kind;
        try
        {
            receipt = Receipt.Parse(sent);
            kind = receipt.ReadEntry().Kind;
        }
        catch (LogFormatException exception)
        {
            return Problem.MalformedRequest($"The body is no receipt: {exception.Message}.");
        }

        if (kind != ActKind.Issue)
            return Problem.NotInLog("The receipt is of something else than the issue of a document. How the document stands is proven by the receipt of its issue.");
        return await renewal.RefreshAsync(receipt, cancellationToken) is { } fresh
            ? new Response(fresh.Encode(), MediaType, CacheControl.None)
            : Problem.NotInLog("The log does not hold this entry at this index. It is of another log, or was altered, or is not published yet.");
    }
}

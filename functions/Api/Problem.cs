using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>The causes for which the API fails to answer. Their types are stable; clients may switch on them.</summary>
public static class Problem
{
    private static readonly int Patience = (int)WaitingWork.Patience.TotalMinutes;

    /// <summary>The algorithm is not one of those that documents are known by.</summary>
    public static IResult UnknownAlgorithm(string detail) =>
        Of("unknown-algorithm", "Unknown digest algorithm", StatusCodes.Status400BadRequest, detail);

    /// <summary>The digest is not hex of its algorithm's length.</summary>
    public static IResult MalformedDigest(string detail) =>
        Of("malformed-digest", "Malformed digest", StatusCodes.Status400BadRequest, detail);

    /// <summary>The body or the query is not what the operation takes.</summary>
    public static IResult MalformedRequest(string detail) =>
        Of("malformed-request", "Malformed request", StatusCodes.Status400BadRequest, detail);

    /// <summary>The body is longer than the operation takes.</summary>
    public static IResult TooLarge(string detail) =>
        Of("request-too-large", "Request too large", StatusCodes.Status413PayloadTooLarge, detail);

    /// <summary>The body is not of the media type that the operation takes.</summary>
    public static IResult UnsupportedMediaType(string detail) =>
        Of("unsupported-media-type", "Unsupported media type", StatusCodes.Status415UnsupportedMediaType, detail);

    /// <summary>A bare receipt was asked for a document that has none, or not one alone.</summary>
    public static IResult NoReceipt(string detail) => Of("no-receipt", "No receipt", StatusCodes.Status404NotFound, detail);

    /// <summary>The log has never recorded an issuer of this id.</summary>
    /// <param name="near">Ids that may have been meant.</param>
    public static IResult NoSuchIssuer(IReadOnlyList<string> near) => Of(
        "no-such-issuer",
        "No such issuer",
        StatusCodes.Status404NotFound,
        $"The log records no issuer of this id.{(near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?")}");

    /// <summary>The caller is not known to act for the institution.</summary>
    public static IResult NotForYou() => Of(
        "not-for-you",
        "Only for the institution",
        StatusCodes.Status403Forbidden,
        "This is nobody's business but the institution's: sign in as someone who may act for it.");

    /// <summary>The log has no such tile.</summary>
    public static IResult NoSuchTile() =>
        Of("no-such-tile", "No such tile", StatusCodes.Status404NotFound, "The log has no tile or entry bundle of this name.");

    /// <summary>The log has no witnesses.</summary>
    public static IResult NoPolicy() =>
        Of("no-policy", "No policy", StatusCodes.Status404NotFound, "This service publishes without witnesses, and so by no policy.");

    /// <summary>The service cannot answer now.</summary>
    public static IResult Unavailable() => Of(
        "unavailable",
        "The service cannot answer now",
        StatusCodes.Status503ServiceUnavailable,
        "The log or its storage cannot be reached. This says nothing about the document; ask again later.",
        retryAfterSeconds: 5);

    /// <summary>Uploads wait, and no batch is finished.</summary>
    public static IResult LogStandsStill() => Of(
        "log-stands-still",
        "The log stands still",
        StatusCodes.Status503ServiceUnavailable,
        $"Uploads have waited for more than {Patience} minutes in which no batch was finished. What is in the log is answered meanwhile; the service's own log says what fails.",
        retryAfterSeconds: 30);

    /// <summary>A committed batch is not published.</summary>
    public static IResult BatchUnpublished() => Of(
        "batch-unpublished",
        "A batch waits to be published",
        StatusCodes.Status503ServiceUnavailable,
        $"A batch was committed more than {Patience} minutes ago and is not published: too few witnesses have signed it, or storage does not take it. What was published before is answered meanwhile.",
        retryAfterSeconds: 30);

    /// <summary>The head is not the one that was committed last.</summary>
    public static IResult HeadRefused() => Of(
        "head-refused",
        "The log's head was refused",
        StatusCodes.Status503ServiceUnavailable,
        "The head was set back, lost or replaced. Nothing is signed until the operator brings it back, since it could fork the log. What was published is answered meanwhile.",
        retryAfterSeconds: 30);

    /// <summary>The process has as much to do as it takes on.</summary>
    public static IResult Overloaded() => Of(
        "overloaded",
        "Too busy now",
        StatusCodes.Status503ServiceUnavailable,
        "More is asked than the service can answer at once. This says nothing about the document; ask again in a moment.",
        retryAfterSeconds: 2);

    /// <summary>The client has asked for more than its share.</summary>
    public static IResult ShareUsedUp(TimeSpan wait) => Of(
        "share-used-up",
        "Too many requests",
        StatusCodes.Status429TooManyRequests,
        "More was asked from this address than its share. This says nothing about the document; ask again later.",
        retryAfterSeconds: Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)));

    /// <summary>The answer is longer than one answer may be.</summary>
    public static IResult AnswerTooLarge(string detail) =>
        Of("answer-too-large", "Answer too large", StatusCodes.Status413PayloadTooLarge, detail);

    /// <summary>A receipt was to be made fresh that is of no issue of this log.</summary>
    public static IResult NotInLog(string detail) =>
        Of("not-in-log", "Not in this log", StatusCodes.Status422UnprocessableEntity, detail);

    /// <summary>The deployment does not say under which address its status list is found.</summary>
    public static IResult NoStatusList() => Of(
        "no-status-list",
        "No status list",
        StatusCodes.Status404NotFound,
        "This service does not say under which address it is found, so a status list of it would have no name. /v1/status has the same.");

    /// <summary>A handover, or what is to become of one, is refused; asking again comes to the same.</summary>
    public static IResult HandoverRefused(HandoverRefusedException refused) => refused.Fault switch
    {
        HandoverFault.Malformed => MalformedRequest(refused.Rejection.Detail),
        HandoverFault.NotFound => Of(refused, StatusCodes.Status404NotFound),
        HandoverFault.TooLong => Of(refused, StatusCodes.Status413PayloadTooLarge),
        _ => Of(refused, StatusCodes.Status409Conflict),
    };

    /// <summary>What a host answers where no route does.</summary>
    public static IResult ForStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => Of("no-such-resource", "No such resource", status, "See /openapi/v1.json for what there is."),
        StatusCodes.Status405MethodNotAllowed => Of("method-not-allowed", "Method not allowed", status, "See /openapi/v1.json for what there is."),
        StatusCodes.Status503ServiceUnavailable => Unavailable(),
        _ => Of("malformed-request", "Malformed request", status, "The request could not be read."),
    };

    private static IResult Of(HandoverRefusedException refused, int status) => Of(refused.Rejection.Cause, refused.Rejection.Title, status, refused.Rejection.Detail);

    /// <summary>A problem document.</summary>
    public static IResult Of(string cause, string title, int status, string detail, int? retryAfterSeconds = null) =>
        Response.Json(
            new ProblemDocument(ProblemDocument.TypePrefix + cause, title, status, detail),
            DocumentJson.Instance.ProblemDocument,
            CacheControl.None,
            ProblemDocument.MediaType,
            status,
            retryAfterSeconds);
}

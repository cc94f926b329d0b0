using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api.Tests.Description;

/// <summary>A way to fail that operations share: a response of the document, with an example of each problem that the code can answer then.</summary>
/// <param name="Name">Its name in the document.</param>
/// <param name="Description">When it comes, in Markdown.</param>
/// <param name="Problems">The problems as the code makes them.</param>
internal sealed record Failure(string Name, string Description, params IReadOnlyList<JsonObject> Problems)
{
    /// <summary>Why a handover, or what is to become of one, may not be.</summary>
    public static IReadOnlyList<Rejection> Conflicts =>
    [
        HandoverRefusal.OtherWords(),
        HandoverRefusal.SentAlready(),
        HandoverRefusal.NotSent(),
        HandoverRefusal.NotReceived(),
        HandoverRefusal.UsedTooOften(),
        HandoverRefusal.Over(HandoverState.Received),
        HandoverRefusal.Over(HandoverState.Declined),
        HandoverRefusal.Over(HandoverState.Withdrawn),
        HandoverRefusal.Over(HandoverState.Expired),
        HandoverRefusal.Gone(),
        HandoverRefusal.ConsentNotOpened(),
        HandoverRefusal.NotTheHolder(),
    ];

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<Failure> All { get; } =
    [
        new(
            "BadRequest",
            "The question is malformed: `unknown-algorithm`, `malformed-digest` or `malformed-request`.",
            Made(Problem.UnknownAlgorithm($"the algorithm is one of {string.Join(", ", DigestAlgorithm.All)}.")),
            Made(Problem.MalformedDigest("digests[3]: a sha-256 digest is 64 hex digits.")),
            Made(Problem.MalformedRequest("The body is not a batch request: line 2, byte 14."))),
        new("NoReceipt", "A bare receipt was asked for, and there is none: `no-receipt`.", Made(Problem.NoReceipt("No issuer of this log issued a document with this digest, so there is no receipt."))),
        new("NoPolicy", "The log has no witnesses: `no-policy`.", Made(Problem.NoPolicy())),
        new("NoSuchTile", "The log has no such tile, or the path is not the spelling of one: `no-such-tile`.", Made(Problem.NoSuchTile())),
        new("NoSuchResource", "What any path answers that is not listed: `no-such-resource`.", Made(Problem.ForStatus(StatusCodes.Status404NotFound))),
        new("MethodNotAllowed", "What any listed path answers to a method that is not: `method-not-allowed`.", Made(Problem.ForStatus(StatusCodes.Status405MethodNotAllowed))),
        new(
            "TooLarge",
            "The body is longer than 256 KiB: `request-too-large`; or the answer would be longer than 16 MiB, or a status than 64 MiB: `answer-too-large`; or a sealed package would be longer than any may be: `package-too-long`.",
            Made(Problem.TooLarge($"The body has at most {HttpLimits.MaxBodyLength} bytes.")),
            Made(Problem.AnswerTooLarge($"The answer has more than {HttpLimits.MaxAnswerLength} bytes. Ask for fewer digests at once.")),
            Made(Refused(HandoverFault.TooLong, HandoverRefusal.TooLong()))),
        new("UnsupportedMediaType", "The body is not of the media type that is listed: `unsupported-media-type`.", Made(Problem.UnsupportedMediaType("The body is application/json."))),
        new("NotInLog", "The receipt is of no issue that this log holds as the receipt has it: `not-in-log`.", Made(Problem.NotInLog("The log has another entry at this index."))),
        new("NoStatusList", "The service does not know under which address it is found: `no-status-list`. `/v1/status` has the same.", Made(Problem.NoStatusList())),
        new(
            "ShareUsedUp",
            "More was asked from this address than its share: `share-used-up`. This says nothing about any document.",
            Made(Problem.ShareUsedUp(TimeSpan.FromSeconds(1)))),
        new(
            "Unavailable",
            "The service cannot answer now: `unavailable`, or `overloaded`. This says nothing about any document.",
            Made(Problem.Unavailable()),
            Made(Problem.Overloaded())),
        new(
            "NotReady",
            "The log cannot be read (`unavailable`), or does not go on: `log-stands-still`, `batch-unpublished` or `head-refused`. What was published is answered meanwhile, except where it is `unavailable`.",
            Made(Problem.LogStandsStill()),
            Made(Problem.BatchUnpublished()),
            Made(Problem.HeadRefused())),
        new("NoSuchIssuer", "The log has never recorded such an issuer: `no-such-issuer`.", Made(Problem.NoSuchIssuer([]))),
        new("NotForYou", "The caller is not known to act for the institution: `not-for-you`.", Made(Problem.NotForYou())),
        new("NoSuchReceiver", "The registry has no such receiver: `no-such-receiver`.", Made(Refused(HandoverFault.NotFound, HandoverRefusal.NoSuchReceiver("the container does not exist")))),
        new("NoSuchHandover", "Nothing was announced or sent under this id, or to this receiver: `no-such-handover`.", Made(Refused(HandoverFault.NotFound, HandoverRefusal.NoSuchHandover()))),
        new(
            "HandoverConflict",
            "It may not be, after what became of the handover, or its proof opens no lock. Asking again comes to the same, but after `not-sent`, which passes once the package is in the log.",
            [.. Conflicts.Select(rejection => Made(Refused(HandoverFault.Conflict, rejection)))]),
    ];

    /// <summary>Its HTTP status: the one of its problems.</summary>
    public int Status => Problems.Select(problem => problem["status"]!.GetValue<int>()).Distinct().Single();

    /// <summary>The types of its problems.</summary>
    public IEnumerable<string> Types => Problems.Select(problem => problem["type"]!.GetValue<string>());

    /// <summary>The response of the document.</summary>
    public JsonObject ToResponse() => new()
    {
        ["description"] = Description,
        ["headers"] = Headers(),
        ["content"] = new JsonObject
        {
            [ProblemDocument.MediaType] = new JsonObject
            {
                ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" },
                ["examples"] = new JsonObject([.. Problems.Select(problem => KeyValuePair.Create<string, JsonNode?>(
                    problem["type"]!.GetValue<string>()[ProblemDocument.TypePrefix.Length..],
                    new JsonObject { ["value"] = problem.DeepClone() }))]),
            },
        },
    };

    private JsonObject Headers()
    {
        var headers = new JsonObject { ["Cache-Control"] = DocumentParts.Header(CacheControl.None) };
        if (Status == StatusCodes.Status405MethodNotAllowed)
            headers["Allow"] = new JsonObject { ["description"] = "The methods that there are.", ["schema"] = new JsonObject { ["type"] = "string" } };
        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            headers["Retry-After"] = new JsonObject
            {
                ["description"] = "Seconds after which to ask again.",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
            };
        }

        return headers;
    }

    private static IResult Refused(HandoverFault fault, Rejection rejection) => Problem.HandoverRefused(new HandoverRefusedException(fault, rejection));

    // A problem writes to memory at once.
    private static JsonObject Made(IResult problem)
    {
        using var body = new MemoryStream();
        problem.ExecuteAsync(new DefaultHttpContext { Response = { Body = body } }).GetAwaiter().GetResult();
        return JsonNode.Parse(body.ToArray())!.AsObject();
    }
}

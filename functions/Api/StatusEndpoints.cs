using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>How all documents of the log stand, for whoever wants to tell nobody which ones it holds.</summary>
public sealed class StatusEndpoints(CheckpointSource checkpoints, StatusReader status, StatusList list)
{
    private const string JsonType = "application/json";

    // What a first fetch gets, for all who come while the log stands as it does.
    private Response? _whole;

    /// <summary>How every document of the log stands.</summary>
    /// <remarks>
    /// The newest checkpoint, its last entry, which commits to the status of all entries before it, that entry's inclusion path,
    /// and the pages of the status tree that are not all zero. With them receipts are checked offline, and nobody is told which
    /// documents are looked at. <c>since</c> leaves out what the client has: all pages that may differ from the status that it
    /// names are there, those that are all zero again too. A status that the log does not know is answered as 0, which <c>since</c>
    /// in the answer says. The answer has at most 64 MiB, and is compressed for clients that accept <c>br</c> or <c>gzip</c>.
    /// </remarks>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The status.</response>
    [Operation(
        Routes.Status,
        "getStatus",
        "log",
        CacheControl = CacheControl.Moment,
        HasTag = true,
        Failures = ["BadRequest", "TooLarge", "ShareUsedUp", "Unavailable"])]
    [Answers(JsonType, typeof(StatusDocument))]
    [Query("since", "The `covers` of the status entry that the client has; everything if left out.", Minimum = "0", Example = "15")]
    public async Task<IResult> StatusAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!QueryNumber.TryRead(request, "since", 0, long.MaxValue, 0L, out var since))
            return Problem.MalformedRequest("since is a whole number, 0 or more: the covers of a status entry.");
        if (since == 0 && Volatile.Read(ref _whole) is { } known && known.Tag == TagOf(0, await checkpoints.GetAsync(0, cancellationToken)))
            return known;
        var reading = await status.ReadSinceAsync(since, cancellationToken);

        // With the number of each page, and base64.
        if (reading.Pages.Count * ((StatusPage.Length + 2L) * 4 / 3) > HttpLimits.MaxStatusLength)
            return Problem.AnswerTooLarge($"The status has more than {HttpLimits.MaxStatusLength} bytes. Ask for what changed, or read the log.");
        var document = new StatusDocument(
            Encoding.UTF8.GetString(reading.Checkpoint.Note.Span),
            reading.Entry,
            StatusProof.BytesOf(reading.Path),
            reading.Since,
            StatusPages.Encode(reading.Pages));
        var body = JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Instance.StatusDocument);
        var answer = new Response(body, JsonType, CacheControl.Moment) { Tag = TagOf(reading.Since, reading.Checkpoint), Coded = new ContentCoding.Body(body) };
        if (reading.Since == 0)
            Volatile.Write(ref _whole, answer);
        return answer;
    }

    /// <summary>The same as a Token Status List, for verifiers of credentials.</summary>
    /// <remarks>
    /// draft-ietf-oauth-status-list: a JWT signed by the log's ECDSA key, whose <c>kid</c> is one of <c>/v1/keys</c>. A
    /// credential that names an issue entry has this address as its <c>uri</c> and the entry's index as its <c>idx</c>. Statuses:
    /// 0x00 VALID, or no issue; 0x01 INVALID: revoked; 0x02 SUSPENDED; 0x03 superseded by another document; 0x0C another
    /// issue of the same document counts; 0x0F issued before the log kept status, so that nothing is known. A list says what its
    /// signer says: unlike <c>/v1/status</c> it does not prove that it is what the log says. It is at most a minute older.
    /// </remarks>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">A status list token.</response>
    [Operation(Routes.StatusList, "getStatusList", "log", CacheControl = CacheControl.Minute, Failures = ["NoStatusList", "ShareUsedUp", "Unavailable"])]
    [Answers(StatusList.MediaType)]
    public async Task<IResult> StatusListAsync(CancellationToken cancellationToken) =>
        await list.ReadAsync(cancellationToken) is { } token
            ? new Response(Encoding.ASCII.GetBytes(token), StatusList.MediaType, CacheControl.Minute)
            : Problem.NoStatusList();

    // All that is in it follows from the checkpoint and where it begins.
    private static string TagOf(long since, SignedCheckpoint checkpoint) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.ASCII.GetBytes($"{since}\n"), .. checkpoint.Note.Span]).AsSpan(0, 16));
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrueCopy.Testing.InMemory;

/// <summary>A service that answers from a real log in memory, and may lie.</summary>
public sealed class StubService : HttpMessageHandler
{
    private readonly InMemoryService _service;

    /// <summary>Starts a service over a world of its own, or over that of another.</summary>
    public StubService(InMemoryWorld? world = null)
    {
        World = world ?? new InMemoryWorld();
        _service = World.Start();
        Handovers = new StubHandovers(World, _service);
    }

    /// <summary>What it does with packages.</summary>
    public StubHandovers Handovers { get; }

    /// <summary>The storage and the keys.</summary>
    public InMemoryWorld World { get; }

    /// <summary>A clock that agrees with the service's; what waits by it waits for real.</summary>
    public TimeProvider Clock => new SharedClock(World.Time);

    /// <summary>The policy file that it serves; null for none.</summary>
    public string? Policy { get; set; }

    /// <summary>What witnesses add to a checkpoint's note, in answers and receipts.</summary>
    public Func<string, string> Cosign { get; set; } = note => note;

    /// <summary>Changes a verdict before it is sent.</summary>
    public Func<VerdictDocument, VerdictDocument> Lie { get; set; } = verdict => verdict;

    /// <summary>Changes the JSON of a verdict before it is sent, as one may who stands between.</summary>
    public Action<JsonObject> Rewrite { get; set; } = _ => { };

    /// <summary>Changes what is said of the keys before it is sent.</summary>
    public Func<KeysDocument, KeysDocument> LieAboutKeys { get; set; } = keys => keys;

    /// <summary>Changes the status of the log before it is sent.</summary>
    public Func<StatusDocument, StatusDocument> LieAboutStatus { get; set; } = status => status;

    /// <summary>Changes a receipt that was made fresh before it is sent.</summary>
    public Func<Receipt, Receipt> LieAboutReceipt { get; set; } = receipt => receipt;

    /// <summary>Answers instead of the service.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Instead { get; set; } = _ => null;

    /// <summary>The addresses that were asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>How many requests there were.</summary>
    public int Requests => Asked.Count;

    /// <summary>The key that receipts are judged by.</summary>
    public string Key => World.Identity.Verifiers[0].ToString();

    /// <summary>Issues a document.</summary>
    public async Task IssueAsync(byte[] content, string issuer = "bank", Dictionary<string, string>? metadata = null) =>
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(World.Inbox.Put(IssuerContainer.Prefix + issuer, Guid.NewGuid().ToString(), content, metadata)), CancellationToken.None);

    /// <summary>Does an act to a document, a second after what was before: <c>revoke</c> and so on, with further members of its line.</summary>
    public async Task ActAsync(string issuer, string act, byte[] content, string more = "")
    {
        World.Time.Advance(TimeSpan.FromSeconds(1));
        var line = $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{Convert.ToHexStringLower(SHA256.HashData(content))}}"{{more}}}""";
        await _service.Intake.HandleAsync(World.Upload(issuer, $"{Guid.NewGuid()}.acts.jsonl", Encoding.UTF8.GetBytes(line)), CancellationToken.None);
    }

    /// <summary>Issues many documents, by their digests, at once.</summary>
    public async Task IssueDigestsAsync(IEnumerable<string> sha256, string issuer = "bank")
    {
        var list = Encoding.UTF8.GetBytes(string.Concat(sha256.Select((hex, i) => $"{hex}  {i}\n")));
        await _service.Intake.HandleAsync(World.Upload(issuer, $"{Guid.NewGuid()}.sha256", list), CancellationToken.None);
    }

    /// <summary>Has other keys sign from the next batch on, once they were read again, and issues something in it.</summary>
    public async Task RotateAsync(params INoteSigner[] signers)
    {
        World.SignWith(signers);
        World.Time.Advance(RotatedKeys.Lifetime);
        await IssueAsync(Guid.NewGuid().ToByteArray());
    }

    /// <summary>What the service truly says of its keys.</summary>
    public async Task<KeysDocument> KeysAsync(CancellationToken cancellationToken) =>
        await _service.Keys.ListAsync(cancellationToken) is { Count: > 0 } entries ? KeysDocument.Of(entries) : KeysDocument.Of(World.Identity.Verifiers);

    /// <summary>An answer with this body.</summary>
    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK, string mediaType = "application/json") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, mediaType) };

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        Asked.Enqueue(path);
        if (Instead(request) is { } other)
            return other;
        if (await Handovers.AnswerAsync(request, cancellationToken) is { } handed)
            return handed;
        if (path == "/v1/keys")
            return Json(JsonSerializer.Serialize(LieAboutKeys(await KeysAsync(cancellationToken)), DocumentJson.Instance.KeysDocument));
        if (path == "/v1/policy")
            return Policy is null ? new HttpResponseMessage(HttpStatusCode.NotFound) : new HttpResponseMessage { Content = new StringContent(Policy, Encoding.UTF8, "text/plain") };
        if (path == "/v1/status")
            return Json(JsonSerializer.Serialize(LieAboutStatus(await StatusAsync(request.RequestUri.Query, cancellationToken)), DocumentJson.Instance.StatusDocument));
        if (path == "/v1/receipts/refresh")
            return await RefreshAsync(Receipt.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken)), cancellationToken);
        if (path.StartsWith("/v1/issuers", StringComparison.Ordinal))
            return await IssuersAsync(path["/v1/issuers".Length..].TrimStart('/'), cancellationToken);
        if (path == "/log/checkpoint")
            return new HttpResponseMessage { Content = new StringContent(Cosign(Encoding.UTF8.GetString(World.Ledger.Published.Last().Span)), Encoding.UTF8, "text/plain") };
        if (path.StartsWith("/log/", StringComparison.Ordinal))
            return TileId.TryParse(path["/log/".Length..], out var tile) && World.Ledger.Tiles.TryGetValue(tile, out var bytes)
                ? new HttpResponseMessage { Content = new ReadOnlyMemoryContent(bytes) }
                : new HttpResponseMessage(HttpStatusCode.NotFound);

        if (request.Content is null)
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        var batch = JsonSerializer.Deserialize(await request.Content!.ReadAsByteArrayAsync(cancellationToken), DocumentJson.Instance.BatchRequestDocument)!;
        var results = new List<VerdictDocument>();
        foreach (var digest in batch.Digests)
            results.Add(await AnswerAsync($"{digest.Algorithm}:{digest.Digest}", cancellationToken));
        var answer = JsonSerializer.SerializeToNode(new BatchAnswerDocument(results), DocumentJson.Instance.BatchAnswerDocument)!;
        foreach (var verdict in answer["results"]!.AsArray())
            Rewrite(verdict!.AsObject());
        return Json(answer.ToJsonString());
    }

    /// <summary>What the service truly says of the status of its log, with what witnesses add.</summary>
    public async Task<StatusDocument> StatusAsync(string query, CancellationToken cancellationToken)
    {
        var since = query.Split("since=") is [_, var number] ? long.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var reading = await _service.Status.ReadSinceAsync(since, cancellationToken);
        return new StatusDocument(Cosign(Encoding.UTF8.GetString(reading.Checkpoint.Note.Span)), reading.Entry, StatusProof.BytesOf(reading.Path), reading.Since, StatusPages.Encode(reading.Pages));
    }

    private async Task<HttpResponseMessage> RefreshAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        if (await _service.Renewal.RefreshAsync(receipt, cancellationToken) is not { } fresh)
            return Json("""{"type":"urn:truecopy:problem:not-in-log","title":"Not in the log","detail":"The log does not hold this entry at this index.","status":422}""", HttpStatusCode.UnprocessableEntity, ProblemDocument.MediaType);
        var note = Encoding.UTF8.GetBytes(Cosign(Encoding.UTF8.GetString(fresh.Proof.Checkpoint.Span)));
        return new HttpResponseMessage { Content = new ReadOnlyMemoryContent(LieAboutReceipt(fresh with { Proof = fresh.Proof with { Checkpoint = note } }).Encode()) };
    }

    // Those that are in the registry; of one of them what the registry says now.
    private async Task<HttpResponseMessage> IssuersAsync(string id, CancellationToken cancellationToken)
    {
        var issuers = await new IssuerRegistry(World.Inbox, World.Time).ListAsync(cancellationToken);
        if (id.Length == 0)
            return Json(JsonSerializer.Serialize(new IssuersDocument([.. issuers.Select(one => new IssuerDocument(one.Id, one.LegalName, one.Jurisdiction, one.Domain))]), DocumentJson.Instance.IssuersDocument));
        return issuers.FirstOrDefault(one => one.Id == id) is { } issuer
            ? Json(JsonSerializer.Serialize(new IssuerHistoryDocument(id, [new IssuerDescriptionDocument(0, issuer.Since, issuer.LegalName, issuer.Jurisdiction, issuer.Domain)]), DocumentJson.Instance.IssuerHistoryDocument))
            : Json("""{"type":"urn:truecopy:problem:no-such-issuer","title":"No such issuer","status":404}""", HttpStatusCode.NotFound, ProblemDocument.MediaType);
    }

    private async Task<VerdictDocument> AnswerAsync(string text, CancellationToken cancellationToken) =>
        Digest.TryParse(text, out var digest)
            ? Lie(BothSides.WithNote((await _service.Verifier.VerifyAsync(digest, cancellationToken)).ToDocument(), Cosign))
            : throw new ArgumentException("A client asked about what is no digest.", nameof(text));

    private sealed class SharedClock(TimeProvider time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();
    }
}

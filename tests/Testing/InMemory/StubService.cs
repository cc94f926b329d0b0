using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Signing;

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
    }

    /// <summary>The storage and the keys.</summary>
    public InMemoryWorld World { get; }

    /// <summary>Changes a verdict before it is sent.</summary>
    public Func<VerdictDocument, VerdictDocument> Lie { get; set; } = verdict => verdict;

    /// <summary>Answers instead of the service.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Instead { get; set; } = _ => null;

    /// <summary>The addresses that were asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>How many requests there were.</summary>
    public int Requests => Asked.Count;

    /// <summary>The key that receipts are judged by.</summary>
    public string Key => World.Identity.Verifiers[0].ToString();

    /// <summary>Issues a document in the name of the bank.</summary>
    public async Task IssueAsync(byte[] content) =>
        await _service.Intake.HandleAsync(World.Upload("bank", Guid.NewGuid().ToString(), content), CancellationToken.None);

    /// <summary>Issues many documents, by their digests, at once.</summary>
    public async Task IssueDigestsAsync(IEnumerable<string> sha256)
    {
        var list = Encoding.UTF8.GetBytes(string.Concat(sha256.Select((hex, i) => $"{hex}  {i}\n")));
        await _service.Intake.HandleAsync(World.Upload("bank", $"{Guid.NewGuid()}.sha256", list), CancellationToken.None);
    }

    /// <summary>Has other keys sign from the next batch on, once they were read again, and issues something in it.</summary>
    public async Task RotateAsync(params INoteSigner[] signers)
    {
        World.SignWith(signers);
        World.Time.Advance(RotatedKeys.Lifetime);
        await IssueAsync(Guid.NewGuid().ToByteArray());
    }

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
        if (path == "/v1/keys")
            return Json(JsonSerializer.Serialize(KeysDocument.Of(InMemoryWorld.Origin, World.Identity.Verifiers), AnswerJson.Instance.KeysDocument));
        if (path.StartsWith("/log/", StringComparison.Ordinal))
            return TileId.TryParse(path["/log/".Length..], out var tile) && World.Ledger.Tiles.TryGetValue(tile, out var bytes)
                ? new HttpResponseMessage { Content = new ReadOnlyMemoryContent(bytes) }
                : new HttpResponseMessage(HttpStatusCode.NotFound);

        var batch = JsonSerializer.Deserialize(await request.Content!.ReadAsByteArrayAsync(cancellationToken), AnswerJson.Instance.BatchRequestDocument)!;
        var results = new List<VerdictDocument>();
        foreach (var digest in batch.Digests)
            results.Add(await AnswerAsync($"{digest.Algorithm}:{digest.Digest}", cancellationToken));
        return Json(JsonSerializer.Serialize(new BatchAnswerDocument(results), AnswerJson.Instance.BatchAnswerDocument));
    }

    private async Task<VerdictDocument> AnswerAsync(string text, CancellationToken cancellationToken) =>
        Digest.TryParse(text, out var digest)
            ? Lie(VerdictDocument.Of(await _service.Verifier.VerifyAsync(digest, cancellationToken)))
            : throw new ArgumentException("A client asked about what is no digest.", nameof(text));
}

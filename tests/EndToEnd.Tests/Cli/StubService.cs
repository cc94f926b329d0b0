using System.Net;
using System.Text;
using System.Text.Json;
using TrueCopy.Testing.InMemory;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>A service that answers from a real log in memory, and may lie.</summary>
internal sealed class StubService : HttpMessageHandler
{
    private readonly InMemoryService _service;

    public StubService() => _service = World.Start();

    public InMemoryWorld World { get; } = new();

    /// <summary>Changes a verdict before it is sent.</summary>
    public Func<VerdictDocument, VerdictDocument> Lie { get; set; } = verdict => verdict;

    /// <summary>Answers instead of the service.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Instead { get; set; } = _ => null;

    public int Requests { get; private set; }

    public string Key => World.Identity.Verifiers[0].ToString();

    public async Task IssueAsync(byte[] content) =>
        await _service.Intake.HandleAsync(World.Upload("bank", Guid.NewGuid().ToString(), content), TestContext.Current.CancellationToken);

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK, string mediaType = "application/json") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, mediaType) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        if (Instead(request) is { } other)
            return other;
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/v1/keys")
            return Json(JsonSerializer.Serialize(KeysDocument.Of(InMemoryWorld.Origin, World.Identity.Verifiers), AnswerJson.Instance.KeysDocument));
        if (request.Method == HttpMethod.Get)
        {
            var parts = path.Split('/');
            return Json(JsonSerializer.Serialize(await AnswerAsync(parts[3], parts[4], cancellationToken), AnswerJson.Instance.VerdictDocument));
        }

        var batch = JsonSerializer.Deserialize(await request.Content!.ReadAsByteArrayAsync(cancellationToken), AnswerJson.Instance.BatchRequestDocument)!;
        var results = new List<VerdictDocument>();
        foreach (var digest in batch.Digests)
            results.Add(await AnswerAsync(digest.Algorithm, digest.Digest, cancellationToken));
        return Json(JsonSerializer.Serialize(new BatchAnswerDocument(results), AnswerJson.Instance.BatchAnswerDocument));
    }

    private async Task<VerdictDocument> AnswerAsync(string algorithm, string hex, CancellationToken cancellationToken)
    {
        Assert.True(DigestAlgorithm.TryParse(algorithm, out var known));
        Assert.True(Digest.TryParse(known, hex, out var digest));
        return Lie(VerdictDocument.Of(await _service.Verifier.VerifyAsync(digest, cancellationToken)));
    }
}

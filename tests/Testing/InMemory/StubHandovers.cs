using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Testing.InMemory;

/// <summary>What a <see cref="StubService"/> answers to who hands packages over and takes them in; it may lie, and so may its storage.</summary>
public sealed class StubHandovers(InMemoryWorld world, InMemoryService service)
{
    private const string Storage = "handovers.example";

    /// <summary>Changes what is said of the receivers before it is sent.</summary>
    public Func<ReceiversDocument, ReceiversDocument> LieAboutReceivers { get; set; } = receivers => receivers;

    /// <summary>Changes a trace before it is sent.</summary>
    public Func<TraceDocument, TraceDocument> LieAboutTrace { get; set; } = trace => trace;

    /// <summary>Changes where a package goes to, or comes from.</summary>
    public Func<string, string> LieAboutAddress { get; set; } = address => address;

    /// <summary>Changes a sealed package on its way to the receiver.</summary>
    public Func<byte[], byte[]> ChangePackage { get; set; } = package => package;

    /// <summary>Whether what was put takes effect, and the answer to it is lost.</summary>
    public Queue<bool> LoseAnswers { get; } = new();

    /// <summary>The authorization of each request that is a receiver's own business.</summary>
    public List<string?> Tokens { get; } = [];

    /// <summary>Has the log record how the registry describes receivers now, a minute after what was before.</summary>
    public Task PublishReceiversAsync(CancellationToken cancellationToken)
    {
        world.Time.Advance(TimeSpan.FromMinutes(1));
        return service.Housekeeping.RunAsync(cancellationToken);
    }

    internal async Task<HttpResponseMessage?> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            if (request.RequestUri!.Host == Storage)
                return await StoreAsync(request, cancellationToken);
            var parts = request.RequestUri.AbsolutePath.Trim('/').Split('/');
            if (parts is ["v1", "receivers", _, "handovers", ..])
                Tokens.Add(request.Headers.Authorization?.ToString());
            return parts switch
            {
                ["v1", "receivers"] => Json(LieAboutReceivers(await service.Directory.ListAsync(cancellationToken)), DocumentJson.Instance.ReceiversDocument),
                ["v1", "handovers"] => Json(Lie(await service.Requests.AnnounceAsync(await ReadAsync(request, DocumentJson.Instance.HandoverRequestDocument, cancellationToken), cancellationToken)), DocumentJson.Instance.UploadGrantDocument, HttpStatusCode.Created),
                ["v1", "handovers", var id] => await service.Traces.TraceAsync(id, cancellationToken) is { } trace ? Json(LieAboutTrace(trace), DocumentJson.Instance.TraceDocument) : new HttpResponseMessage(HttpStatusCode.NotFound),
                ["v1", "handovers", var id, "withdraw"] => OfAct(await service.Handovers.WithdrawAsync(id, (await ReadAsync(request, DocumentJson.Instance.WithdrawDocument, cancellationToken)).Proof, cancellationToken)),
                ["v1", "receivers", var receiver, "handovers"] => Json(await service.Receivers.ListAsync(receiver, Number(request, "offset"), Number(request, "limit"), cancellationToken), DocumentJson.Instance.HandoversDocument),
                ["v1", "receivers", var receiver, "handovers", var id, "package"] => Json(Lie(await service.Receivers.GetPackageAsync(receiver, id, cancellationToken)), DocumentJson.Instance.DownloadGrantDocument),
                ["v1", "receivers", var receiver, "handovers", var id, "acts"] => OfAct(await service.Handovers.ActAsync(receiver, id, await ReadAsync(request, DocumentJson.Instance.HandoverActDocument, cancellationToken), cancellationToken)),
                _ => null,
            };
        }
        catch (HandoverRefusedException exception)
        {
            var status = exception.Fault switch
            {
                HandoverFault.NotFound => HttpStatusCode.NotFound,
                HandoverFault.Conflict => HttpStatusCode.Conflict,
                HandoverFault.TooLong => HttpStatusCode.RequestEntityTooLarge,
                _ => HttpStatusCode.BadRequest,
            };
            var problem = new ProblemDocument(ProblemDocument.TypePrefix + exception.Rejection.Cause, exception.Rejection.Title, (int)status, exception.Rejection.Detail);
            return StubService.Json(JsonSerializer.Serialize(problem, DocumentJson.Instance.ProblemDocument), status, ProblemDocument.MediaType);
        }
    }

    // As Blob storage is: one blob by one address, written once; the event of it comes at once.
    private async Task<HttpResponseMessage> StoreAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var parts = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        var blob = new BlobAddress(parts[0], parts[1]);
        if (request.Method == HttpMethod.Get)
        {
            return world.Inbox.All.TryGetValue(blob, out var found) && request.RequestUri.Query == "?sp=r"
                ? new HttpResponseMessage { Content = new ByteArrayContent(ChangePackage(found.Content.ToArray())) }
                : new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        if (request.RequestUri.Query != "?sp=c" || !request.Headers.TryGetValues("x-ms-blob-type", out var type) || type.Single() != "BlockBlob")
            return new HttpResponseMessage(HttpStatusCode.Forbidden);
        var content = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        if (world.Inbox.All.ContainsKey(blob))
            return new HttpResponseMessage(HttpStatusCode.Conflict);
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(world.Inbox.Put(blob.Container, blob.Name, content)), cancellationToken);
        return LoseAnswers.TryDequeue(out var lost) && lost ? throw new HttpRequestException("The answer was lost.") : new HttpResponseMessage(HttpStatusCode.Created);
    }

    private UploadGrantDocument Lie(UploadGrantDocument grant) => grant with { Upload = LieAboutAddress(grant.Upload) };

    private DownloadGrantDocument Lie(DownloadGrantDocument grant) => grant with { Download = LieAboutAddress(grant.Download) };

    private static HttpResponseMessage OfAct(HandoverEventDocument? done) => done is null
        ? StubService.Json("{}", HttpStatusCode.Accepted)
        : Json(done, DocumentJson.Instance.HandoverEventDocument);

    private static HttpResponseMessage Json<T>(T document, JsonTypeInfo<T> type, HttpStatusCode status = HttpStatusCode.OK) => StubService.Json(JsonSerializer.Serialize(document, type), status);

    private static async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => ForeignJson.Read(await request.Content!.ReadAsByteArrayAsync(cancellationToken), type);

    private static int Number(HttpRequestMessage request, string name) =>
        int.Parse(request.RequestUri!.Query.TrimStart('?').Split('&').Single(part => part.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}

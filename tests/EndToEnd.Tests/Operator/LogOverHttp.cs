using System.Net;
using System.Text;
using System.Text.Json;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary>A log in memory at <c>http://log.example/log</c>, over a network that may fail in every way.</summary>
internal sealed class LogOverHttp(LogStore log) : HttpMessageHandler
{
    /// <summary>Answers instead; null to let the log answer. Told the path and how often it was asked before.</summary>
    public Func<string, int, HttpResponseMessage?> Instead { get; set; } = (_, _) => null;

    /// <summary>What the service beside the log says of its keys; null where there is none.</summary>
    public Func<CancellationToken, Task<KeysDocument?>> KeysAsync { get; set; } = _ => Task.FromResult<KeysDocument?>(null);

    /// <summary>The policy file of the service beside the log; null where there is none.</summary>
    public string? Policy { get; set; }

    /// <summary>What witnesses add to the checkpoint.</summary>
    public Func<string, string> Cosign { get; set; } = note => note;

    public Dictionary<string, int> Asked { get; } = [];

    public static HttpResponseMessage Status(int code) => new((HttpStatusCode)code);

    public static HttpResponseMessage Bytes(ReadOnlyMemory<byte> bytes) => new(HttpStatusCode.OK) { Content = new ReadOnlyMemoryContent(bytes) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath == "/v1/keys")
            return await KeysAsync(cancellationToken) is { } keys ? Bytes(JsonSerializer.SerializeToUtf8Bytes(keys, DocumentJson.Instance.KeysDocument)) : Status(404);
        if (request.RequestUri.AbsolutePath == "/v1/policy")
            return Policy is { } policy ? Bytes(Encoding.UTF8.GetBytes(policy)) : Status(404);
        var path = request.RequestUri.AbsolutePath["/log/".Length..];
        int before;
        lock (Asked)
            Asked[path] = (before = Asked.GetValueOrDefault(path)) + 1;
        if (Instead(path, before) is { } other)
            return other;
        if (path == "checkpoint")
            return await log.ReadCheckpointAsync(cancellationToken) is { } note ? Bytes(Encoding.UTF8.GetBytes(Cosign(Encoding.UTF8.GetString(note.Span)))) : Status(404);
        try
        {
            return TileId.TryParse(path, out var tile) ? Bytes(await log.ReadAsync(tile, cancellationToken)) : Status(400);
        }
        catch (TileNotFoundException)
        {
            return Status(404);
        }
    }
}

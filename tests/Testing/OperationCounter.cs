using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace TrueCopy.Testing;

/// <summary>Counts storage operations, each attempt of a request, by service and method.</summary>
public sealed class OperationCounter : HttpPipelineSynchronousPolicy
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <summary>How many there were.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>Begins anew.</summary>
    public void Clear() => _counts.Clear();

    /// <inheritdoc/>
    public override void OnSendingRequest(HttpMessage message) =>
        _counts.AddOrUpdate($"{message.Request.Method} {Service(message.Request.Uri)}", 1, (_, count) => count + 1);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"));

    // Azurite's addresses are host:port/account/first; the first segment is a container, a queue or a table.
    private static string Service(RequestUriBuilder uri)
    {
        var segments = (uri.Path ?? "").Trim('/').Split('/');
        return segments.Length < 2 ? "account" : segments[1].Split('(')[0] is var first && first.StartsWith("issuer-", StringComparison.Ordinal) ? "inbox" : first;
    }
}

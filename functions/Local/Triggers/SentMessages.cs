using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace TrueCopy.Local.Triggers;

/// <summary>Hears to which queues this process sends messages, so that whoever takes from one looks then, and seldom otherwise.</summary>
internal sealed class SentMessages : HttpPipelineSynchronousPolicy
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new(StringComparer.Ordinal);

    /// <summary>Ends when the next message has been sent to a queue.</summary>
    public Task NextTo(string queue) => _next.GetOrAdd(queue, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <inheritdoc/>
    public override void OnReceivedResponse(HttpMessage message)
    {
        if (message.Request.Method == RequestMethod.Post && QueueOf(message.Request.Uri.Path) is { } queue && _next.TryRemove(queue, out var next))
            next.SetResult();
    }

    // /account/queue/messages on an emulator, /queue/messages in Azure.
    private static string? QueueOf(string path) => path.Trim('/').Split('/') is [.., var queue, "messages"] ? queue : null;
}

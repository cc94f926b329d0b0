using System.Buffers;
using System.Buffers.Text;
using Azure.Storage.Queues.Models;

namespace TrueCopy.AzureStorage;

/// <summary>
/// What a message says. Event Grid and the service's own clients write base64. The platform's listener is told nothing of it
/// (<c>host.json</c>): a message that it cannot decode it moves to a poison queue whose messages it then cannot decode either.
/// </summary>
public static class QueueBody
{
    /// <summary>The decoded body; where it is not base64, the message as it is, for its handler to judge.</summary>
    public static ReadOnlyMemory<byte> Of(QueueMessage message)
    {
        var text = message.Body.ToMemory();
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text.Span, decoded, out _, out var written) == OperationStatus.Done ? decoded.AsMemory(0, written) : text;
    }
}

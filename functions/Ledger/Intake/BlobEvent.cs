using System.Text.Json;

namespace TrueCopy.Ledger.Intake;

/// <summary>Reads storage events as Event Grid puts them into a queue: CloudEvents 1.0 or the Event Grid schema.</summary>
public static class BlobEvent
{
    /// <summary>The type of event that intake acts on.</summary>
    public const string BlobCreated = "Microsoft.Storage.BlobCreated";

    private const int MaxLength = 64 * 1024;
    private const string ContainerSegment = "/containers/";
    private const string BlobSegment = "/blobs/";

    /// <summary>Reads an event.</summary>
    /// <returns>The blob version that was created; null for any other type of event.</returns>
    /// <exception cref="LogFormatException">It is neither form of event, or lacks what its type promises.</exception>
    public static BlobVersion? Parse(ReadOnlyMemory<byte> message)
    {
        if (message.Length > MaxLength)
            throw new LogFormatException($"event: longer than {MaxLength} bytes");
        try
        {
            using var document = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 1)
                root = root[0];
            if (root.ValueKind != JsonValueKind.Object)
                throw new LogFormatException("event: not a JSON object");

            // "type" is CloudEvents, "eventType" the Event Grid schema; subject and data are the same in both.
            var type = Text(root, "type") ?? Text(root, "eventType") ?? throw new LogFormatException("event: it has no type");
            return type == BlobCreated ? ReadBlob(root) : null;
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("event: not JSON", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new LogFormatException("event: not Unicode text", exception);
        }
    }

    private static BlobVersion ReadBlob(JsonElement root)
    {
        var subject = Text(root, "subject") ?? throw new LogFormatException("event: it has no subject");
        var container = subject.IndexOf(ContainerSegment, StringComparison.Ordinal);
        var blob = container < 0 ? -1 : subject.IndexOf(BlobSegment, container + ContainerSegment.Length, StringComparison.Ordinal);
        if (blob < 0 || blob + BlobSegment.Length == subject.Length)
            throw new LogFormatException("event: the subject does not name a container and a blob");

        var etag = root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? Text(data, "eTag") : null;
        return new BlobVersion(
            subject[(container + ContainerSegment.Length)..blob],
            subject[(blob + BlobSegment.Length)..],
            etag?.Trim('"') is { Length: > 0 } tag ? tag : throw new LogFormatException("event: the data has no eTag"));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

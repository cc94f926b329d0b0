using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.Local.Events;

/// <summary>A BlobCreated event as Event Grid delivers it: CloudEvents 1.0 JSON.</summary>
internal static class CloudEvent
{
    private const string Source =
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/";

    public static BinaryData BlobCreated(Uri container, string containerName, BlobItem blob, TimeProvider time)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("type", BlobEvent.BlobCreated);
            json.WriteString("source", Source + container.Segments.ElementAtOrDefault(1)?.Trim('/'));
            json.WriteString("id", Guid.NewGuid());
            json.WriteString("time", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("subject", $"/blobServices/default/containers/{containerName}/blobs/{blob.Name}");
            json.WriteStartObject("data");
            json.WriteString("api", "PutBlockList");
            json.WriteString("eTag", blob.Properties.ETag.ToString()!.Trim('"'));
            json.WriteString("contentType", blob.Properties.ContentType);
            json.WriteNumber("contentLength", blob.Properties.ContentLength ?? 0);
            json.WriteString("blobType", "BlockBlob");
            json.WriteString("url", $"{container}/{string.Join('/', blob.Name.Split('/').Select(Uri.EscapeDataString))}");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return BinaryData.FromBytes(buffer.ToArray());
    }
}

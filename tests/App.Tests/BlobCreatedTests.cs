using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;

namespace TrueCopy.App.Tests;

/// <summary>Events as Azure documents them, through the queue and <c>OnBlobCreated</c>, to a verified document.</summary>
public sealed class BlobCreatedTests(RunningApp app)
{
    // "Azure Blob Storage as an Event Grid source", CloudEvent schema, Microsoft.Storage.BlobCreated.
    private const string CloudEvent = """
        {
          "source": "/subscriptions/{subscription-id}/resourceGroups/Storage/providers/Microsoft.Storage/storageAccounts/my-storage-account",
          "subject": "/blobServices/default/containers/CONTAINER/blobs/PATH",
          "type": "Microsoft.Storage.BlobCreated",
          "time": "2017-06-26T18:41:00.9584103Z",
          "id": "831e1650-001e-001b-66ab-eeb76e069631",
          "data": {
            "api": "PutBlockList",
            "clientRequestId": "6d79dbfb-0e37-4fc4-981f-442c9ca65760",
            "requestId": "831e1650-001e-001b-66ab-eeb76e000000",
            "eTag": "ETAG",
            "contentType": "application/octet-stream",
            "contentLength": 524288,
            "blobType": "BlockBlob",
            "accessTier": "Default",
            "url": "https://my-storage-account.blob.core.windows.net/CONTAINER/PATH",
            "sequencer": "00000000000004420000000000028963",
            "storageDiagnostics": { "batchId": "b68529f3-68cd-4744-baa4-3c0498ec19f0" }
          },
          "specversion": "1.0"
        }
        """;

    // The same page, Event Grid event schema.
    private const string EventGridEvent = """
        [{
          "topic": "/subscriptions/{subscription-id}/resourceGroups/Storage/providers/Microsoft.Storage/storageAccounts/my-storage-account",
          "subject": "/blobServices/default/containers/CONTAINER/blobs/PATH",
          "eventType": "Microsoft.Storage.BlobCreated",
          "eventTime": "2017-06-26T18:41:00.9584103Z",
          "id": "831e1650-001e-001b-66ab-eeb76e069631",
          "data": {
            "api": "PutBlockList",
            "clientRequestId": "6d79dbfb-0e37-4fc4-981f-442c9ca65760",
            "requestId": "831e1650-001e-001b-66ab-eeb76e000000",
            "eTag": "\"ETAG\"",
            "contentType": "application/octet-stream",
            "contentLength": 524288,
            "blobType": "BlockBlob",
            "accessTier": "Default",
            "url": "https://my-storage-account.blob.core.windows.net/CONTAINER/PATH",
            "sequencer": "00000000000004420000000000028963",
            "storageDiagnostics": { "batchId": "b68529f3-68cd-4744-baa4-3c0498ec19f0" }
          },
          "dataVersion": "",
          "metadataVersion": "1"
        }]
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CloudEvent)]
    [InlineData(EventGridEvent)]
    public async Task An_upload_that_Event_Grid_reports_becomes_a_verified_document(string schema)
    {
        var content = Encoding.UTF8.GetBytes($"document {Guid.NewGuid()}");
        var path = $"{Guid.NewGuid()}/对账单 2026.pdf";
        var container = app.Accounts.Inbox.GetBlobContainerClient("issuer-bank");
        var uploaded = await container.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(content), Stop);
        var message = schema
            .Replace("CONTAINER", "issuer-bank", StringComparison.Ordinal)
            .Replace("PATH", path, StringComparison.Ordinal)
            .Replace("ETAG", uploaded.Value.ETag.ToString("G").Trim('"'), StringComparison.Ordinal);
        await app.Accounts.Queues.GetQueueClient("blob-events").SendMessageAsync(message, Stop);

        var hex = Convert.ToHexStringLower(SHA256.HashData(content));
        var answer = await app.EventuallyAsync(
            async () =>
            {
                using var response = await app.Client.GetAsync($"v1/verify/sha-256/{hex}", Stop);
                var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop));
                return response.IsSuccessStatusCode && body.RootElement.GetProperty("verdict").GetString() == "verified" ? body : null;
            },
            Stop);
        Assert.Equal("bank", answer.RootElement.GetProperty("results")[0].GetProperty("issuer").GetProperty("id").GetString());

        var receipt = app.Accounts.Inbox.GetBlobContainerClient("answers-bank").GetBlobClient($"receipts/{path}.tlog-proof");
        var written = await app.EventuallyAsync(async () => await receipt.ExistsAsync(Stop) ? receipt : null, Stop);
        var bytes = (await written.DownloadContentAsync(Stop)).Value.Content.ToArray();
        Assert.True(DigestAlgorithm.TryParse("sha-256", out var sha256));
        Assert.True(Digest.TryParse(sha256!, hex, out var digest));
        Assert.Equal(2, ReceiptCheck.Run(Receipt.Parse(bytes), digest!, app.Identity.Verifiers).Checkpoint.Signers.Count);
        Assert.DoesNotContain(hex, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(path.Split('/')[0], app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blob-events")]
    [InlineData("blob-events-poison")]
    [InlineData("staged-acts-poison")]
    [InlineData("staged-bulk-poison")]
    [InlineData("answers")]
    [InlineData("answers-poison")]
    public async Task A_message_that_nobody_can_read_is_kept_as_a_dead_letter(string queue)
    {
        var sent = await app.Accounts.Queues.GetQueueClient(queue).SendMessageAsync("""{"not":"an event"}""", Stop);
        var source = queue.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal) ? queue[..^StorageNames.PoisonSuffix.Length] : queue;
        var letter = app.Accounts.Ledger.GetBlobContainerClient("dead-letters").GetBlobClient($"{source}/{sent.Value.MessageId}");
        var kept = await app.EventuallyAsync(async () => await letter.ExistsAsync(Stop) ? letter : null, Stop);
        Assert.Equal("""{"not":"an event"}""", (await kept.DownloadContentAsync(Stop)).Value.Content.ToString());
    }

    [Theory]
    [InlineData("blob-events")]
    [InlineData("blob-events-poison")]
    [InlineData("staged-acts-poison")]
    [InlineData("staged-bulk-poison")]
    [InlineData("answers")]
    [InlineData("answers-poison")]
    public async Task A_message_that_is_not_even_base64_is_kept_as_a_dead_letter_and_stays_in_no_queue(string queue)
    {
        var raw = new QueueClient(app.Ledger, queue, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        var sent = await raw.SendMessageAsync("{not base64}", Stop);
        var source = queue.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal) ? queue[..^StorageNames.PoisonSuffix.Length] : queue;
        var letter = app.Accounts.Ledger.GetBlobContainerClient("dead-letters").GetBlobClient($"{source}/{sent.Value.MessageId}");
        await app.EventuallyAsync(async () => await letter.ExistsAsync(Stop) ? letter : null, Stop);
        Assert.Equal("{not base64}", (await letter.DownloadContentAsync(Stop)).Value.Content.ToString());
    }

    [Fact]
    public async Task An_upload_that_failed_for_good_is_rejected_where_the_issuer_looks()
    {
        var path = $"{Guid.NewGuid()}.pdf";
        var message = CloudEvent
            .Replace("CONTAINER", "issuer-bank", StringComparison.Ordinal)
            .Replace("PATH", path, StringComparison.Ordinal)
            .Replace("ETAG", "0x8D4BCC2E4835CD0", StringComparison.Ordinal);
        await app.Accounts.Queues.GetQueueClient("blob-events-poison").SendMessageAsync(message, Stop);

        var rejection = app.Accounts.Inbox.GetBlobContainerClient("answers-bank").GetBlobClient($"rejected/{path}.json");
        var written = await app.EventuallyAsync(async () => await rejection.ExistsAsync(Stop) ? rejection : null, Stop);
        var problem = (await written.DownloadContentAsync(Stop)).Value.Content.ToObjectFromJson<JsonElement>();
        Assert.Equal(ProblemDocument.TypePrefix + "not-processed", problem.GetProperty("type").GetString());
    }
}

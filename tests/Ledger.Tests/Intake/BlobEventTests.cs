using System.Text;
using CsCheck;

namespace TrueCopy.Ledger.Tests.Intake;

public sealed class BlobEventTests
{
    // Both as Azure's documentation of the Blob storage event source shows them.
    private const string CloudEvent = """
        {
          "source": "/subscriptions/{subscription-id}/resourceGroups/Storage/providers/Microsoft.Storage/storageAccounts/my-storage-account",
          "subject": "/blobServices/default/containers/test-container/blobs/new-file.txt",
          "type": "Microsoft.Storage.BlobCreated",
          "time": "2017-06-26T18:41:00.9584103Z",
          "id": "831e1650-001e-001b-66ab-eeb76e069631",
          "data": {
            "api": "PutBlockList",
            "clientRequestId": "6d79dbfb-0e37-4fc4-981f-442c9ca65760",
            "requestId": "831e1650-001e-001b-66ab-eeb76e000000",
            "eTag": "\"0x8D4BCC2E4835CD0\"",
            "contentType": "text/plain",
            "contentLength": 524288,
            "blobType": "BlockBlob",
            "url": "https://my-storage-account.blob.core.windows.net/testcontainer/new-file.txt",
            "sequencer": "00000000000004420000000000028963",
            "storageDiagnostics": { "batchId": "b68529f3-68cd-4744-baa4-3c0498ec19f0" }
          },
          "specversion": "1.0"
        }
        """;

    private const string EventGridEvent = """
        [{
          "topic": "/subscriptions/{subscription-id}/resourceGroups/Storage/providers/Microsoft.Storage/storageAccounts/my-storage-account",
          "subject": "/blobServices/default/containers/test-container/blobs/new-file.txt",
          "eventType": "Microsoft.Storage.BlobCreated",
          "eventTime": "2017-06-26T18:41:00.9584103Z",
          "id": "831e1650-001e-001b-66ab-eeb76e069631",
          "data": { "api": "PutBlockList", "eTag": "0x8D4BCC2E4835CD0", "contentLength": 524288 },
          "dataVersion": "",
          "metadataVersion": "1"
        }]
        """;

    [Theory]
    [InlineData(CloudEvent)]
    [InlineData(EventGridEvent)]
    public void Both_schemas_of_Event_Grid_name_the_blob_version(string message) =>
        Assert.Equal(new BlobVersion("test-container", "new-file.txt", "0x8D4BCC2E4835CD0"), Parse(message));

    [Fact]
    public void A_path_may_hold_folders_and_even_the_words_that_the_subject_is_made_of() =>
        Assert.Equal("a/blobs/containers/b c.pdf", Parse(CloudEvent.Replace("new-file.txt", "a/blobs/containers/b c.pdf", StringComparison.Ordinal))!.Path);

    [Fact]
    public void Other_events_are_none_of_our_business() =>
        Assert.Null(Parse(CloudEvent.Replace("BlobCreated", "BlobDeleted", StringComparison.Ordinal)));

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("[{},{}]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated"}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/c/blobs/","data":{"eTag":"0x1"}}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/c","data":{"eTag":"0x1"}}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/c/blobs/b"}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/c/blobs/b","data":{"eTag":""}}""")]
    [InlineData("""{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/c/blobs/b","data":[]}""")]
    public void What_is_not_an_event_is_refused_with_the_documented_exception(string message) =>
        Assert.Throws<LogFormatException>(() => Parse(message));

    [Theory]
    [InlineData("new-file.txt", "\\ud800")]
    [InlineData("Microsoft.Storage.BlobCreated", "\\udfff")]
    [InlineData("\\\"0x8D4BCC2E4835CD0\\\"", "\\ud800x")]
    public void Text_that_is_not_unicode_is_refused_with_the_documented_exception(string text, string broken) =>
        Assert.Throws<LogFormatException>(() => Parse(CloudEvent.Replace(text, broken, StringComparison.Ordinal)));

    [Theory]
    [InlineData(CloudEvent)]
    [InlineData(EventGridEvent)]
    public void A_damaged_event_is_read_or_refused_but_nothing_worse(string message) => Samples.Damage(Samples.Bytes(message)).Sample(
        damaged =>
        {
            try
            {
                BlobEvent.Parse(damaged);
            }
            catch (LogFormatException)
            {
                // Refused as documented.
            }
        },
        iter: 20_000);

    [Fact]
    public void An_event_longer_than_a_queue_message_can_be_is_refused() =>
        Assert.Throws<LogFormatException>(() => Parse(CloudEvent + new string(' ', 70_000)));

    private static BlobVersion? Parse(string message) => BlobEvent.Parse(Encoding.UTF8.GetBytes(message));
}

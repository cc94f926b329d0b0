using System.Security.Cryptography;
using System.Text.Json;
using TrueCopy.AzureStorage;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>What becomes of what is put into inbox and queue, beside what it says.</summary>
public abstract class InboxTests(Running running) : IDisposable
{
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_document_of_an_issuer_that_keeps_none_is_verified_and_gone()
    {
        var metadata = new Dictionary<string, string> { ["legalname"] = "Keeps Nothing", ["jurisdiction"] = "HK", ["retention"] = "delete" };
        await running.Accounts.CreateIssuerAsync("forgets", metadata, Stop);
        var content = RandomNumberGenerator.GetBytes(1000);
        var blob = running.Accounts.Inbox.GetBlobContainerClient("issuer-forgets").GetBlobClient("document.pdf");
        await blob.UploadAsync(BinaryData.FromBytes(content), Stop);
        await UntilAsync(async () => await VerdictAsync(content) == "verified" && !await blob.ExistsAsync(Stop));
    }

    [Fact]
    public async Task A_message_that_is_no_event_is_kept_where_operators_look_and_the_next_is_handled()
    {
        var ledger = running.Accounts;
        var sent = await ledger.Queues.GetQueueClient("blob-events").SendMessageAsync("""{"not":"an event"}""", Stop);
        var letter = ledger.Ledger.GetBlobContainerClient("dead-letters").GetBlobClient($"blob-events/{sent.Value.MessageId}");
        var content = RandomNumberGenerator.GetBytes(1000);
        await running.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").GetBlobClient($"{Guid.NewGuid()}.pdf").UploadAsync(BinaryData.FromBytes(content), Stop);
        await UntilAsync(async () => await letter.ExistsAsync(Stop) && await VerdictAsync(content) == "verified");
    }

    [Theory]
    [InlineData("blob-events", "blob-events")]
    [InlineData("blob-events-poison", "blob-events")]
    [InlineData("answers", "answers")]
    public async Task A_message_that_is_not_even_base64_is_kept_where_operators_look_and_the_next_is_handled(string queue, string source)
    {
        var ledger = running.Accounts;
        var sent = await ledger.RawQueues.GetQueueClient(queue).SendMessageAsync("{not base64}", Stop);
        var letter = ledger.Ledger.GetBlobContainerClient("dead-letters").GetBlobClient($"{source}/{sent.Value.MessageId}");
        await UntilAsync(async () => await letter.ExistsAsync(Stop));
        Assert.Equal("{not base64}", (await letter.DownloadContentAsync(Stop)).Value.Content.ToString());
        var content = RandomNumberGenerator.GetBytes(1000);
        await running.Accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").GetBlobClient($"{Guid.NewGuid()}.pdf").UploadAsync(BinaryData.FromBytes(content), Stop);
        await UntilAsync(async () => await VerdictAsync(content) == "verified");
    }

    private async Task<string?> VerdictAsync(byte[] content)
    {
        using var response = await _http.GetAsync(new Uri($"{running.Address}/v1/verify/sha-256/{Convert.ToHexStringLower(SHA256.HashData(content))}"), Stop);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop));
        return body.RootElement.TryGetProperty("verdict", out var verdict) ? verdict.GetString() : null;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Wait.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await condition())
            await timer.WaitForNextTickAsync(patience.Token);
    }
}

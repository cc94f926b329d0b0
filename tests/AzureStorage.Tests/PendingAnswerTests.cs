
namespace TrueCopy.AzureStorage.Tests;

/// <summary>The queue of answers on a storage of its own.</summary>
public sealed class PendingAnswerTests(Azurite azurite) : IAsyncLifetime
{
    private static readonly BlobVersion Source = new("issuer-bank", "目录/a b.pdf", "0x1");
    private AzuriteFixture _storage = null!;
    private PendingAnswers _pending = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _storage = await azurite.NewStorageAsync();
        _pending = new PendingAnswers(_storage.Connect().LedgerBlobs, _storage.Connect().LedgerQueues);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_is_owed_is_counted_delivered_when_it_is_due_and_removed_by_whoever_has_it()
    {
        var owed = new BatchAnswers("a batch", DateTimeOffset.UnixEpoch);
        var queued = await _pending.AddAsync(owed, TimeSpan.FromMinutes(1), Stop);
        Assert.Equal(1, await _pending.CountAsync(Stop));
        Assert.Null(await ReceiveAsync());

        await _pending.ReleaseAsync(queued, Stop);
        var body = await ReceiveAsync();
        Assert.Equal(owed, await _pending.ReadAsync(body!.Value, Stop));

        // It is another's now.
        await _pending.RemoveAsync(queued, Stop);
        await _pending.ReleaseAsync(queued, Stop);
        Assert.Equal(1, await _pending.CountAsync(Stop));
        var own = await _pending.AddAsync(owed, TimeSpan.FromMinutes(1), Stop);
        await _pending.RemoveAsync(own, Stop);
        await _pending.RemoveAsync(own, Stop);
        Assert.Equal(1, await _pending.CountAsync(Stop));
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_into_a_message_goes_by_a_blob_and_without_it_is_an_error()
    {
        var refused = Enumerable.Range(1, ActListIntake.MaxLines).Select(line => new RefusedLine(line, "you have not issued this document"));
        var owed = new ActListAnswer(Source, DateTimeOffset.UnixEpoch, ActListIntake.MaxLines, [], [.. refused], 0, 1, DateTimeOffset.UnixEpoch);
        var queued = await _pending.AddAsync(owed, TimeSpan.Zero, Stop);
        var body = (await ReceiveAsync())!.Value;
        Assert.Equal(owed.Refused, Assert.IsType<ActListAnswer>(await _pending.ReadAsync(body, Stop)).Refused);

        await _storage.Connect().Ledger.GetBlobContainerClient(StorageNames.StagingContainer).DeleteBlobAsync(queued.Blob, cancellationToken: Stop);
        await Assert.ThrowsAsync<LogFormatException>(() => _pending.ReadAsync(body, Stop));
        var other = await _pending.AddAsync(owed, TimeSpan.FromMinutes(1), Stop);
        await _pending.RemoveAsync(other, Stop);
        Assert.False((await _storage.Connect().Ledger.GetBlobContainerClient(StorageNames.StagingContainer).GetBlobClient(other.Blob).ExistsAsync(Stop)).Value);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"kind":"batch"}""")]
    [InlineData("""{"kind":"other","since":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"blob":""}""")]
    public async Task What_is_none_of_this_queues_is_refused(string message) =>
        await Assert.ThrowsAsync<LogFormatException>(() => _pending.ReadAsync(System.Text.Encoding.UTF8.GetBytes(message), Stop));

    private async Task<ReadOnlyMemory<byte>?> ReceiveAsync() =>
        (await _storage.Connect().Queues.GetQueueClient(StorageNames.AnswersQueue).ReceiveMessageAsync(cancellationToken: Stop)).Value?.Body.ToMemory();
}

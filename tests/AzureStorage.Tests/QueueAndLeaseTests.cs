using System.Threading.Channels;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>Has a storage of its own, for there is one queue and one lease.</summary>
public sealed class QueueAndLeaseTests(Azurite azurite) : IAsyncLifetime
{
    private AzuriteFixture _storage = null!;
    private StagedActs _staged = null!;

    public async ValueTask InitializeAsync()
    {
        _storage = await azurite.NewStorageAsync();
        _staged = new StagedActs(_storage.Connect().LedgerBlobs, _storage.Connect().LedgerQueues, TimeProvider.System, NullLogger<StagedActs>.Instance);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_staged_act_is_held_by_one_until_it_is_released_or_deleted()
    {
        Assert.Null(await _staged.OldestAsync(Stop));
        await AddAsync(SomeUpload());
        Assert.NotNull(await _staged.OldestAsync(Stop));

        var message = Assert.Single((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.Equal((1, SomeUpload().Source), (message.DeliveryCount, UploadOf(message).Source));
        Assert.Empty((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.Null(await _staged.OldestAsync(Stop));

        await _staged.ReleaseAsync(message, TimeSpan.Zero, Stop);
        var again = Assert.Single((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.Equal(2, again.DeliveryCount);

        // The first delivery is stale now: its holder can neither delete nor release what another holds.
        await _staged.DeleteAsync(message, Stop);
        await _staged.ReleaseAsync(message, TimeSpan.Zero, Stop);
        Assert.Empty((await _staged.ReceiveAsync(Stop)).Messages);
        await _staged.DeleteAsync(again, Stop);
        await _staged.DeleteAsync(again, Stop);
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_goes_to_the_poison_queue_and_does_not_stop_the_rest()
    {
        var queues = _storage.Connect().Queues;
        await queues.GetQueueClient("staged-acts").SendMessageAsync(BinaryData.FromString("nonsense"), cancellationToken: Stop);
        await AddAsync(SomeUpload());
        var received = new List<StagedMessage>();
        while (await _staged.OldestAsync(Stop) is not null)
            received.AddRange((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.Single(received);
        var poison = await queues.GetQueueClient("staged-acts-poison").ReceiveMessageAsync(cancellationToken: Stop);
        Assert.Equal("nonsense", poison.Value.Body.ToString());
    }

    [Fact]
    public async Task The_lease_is_one_sequencers_at_a_time_and_free_after_it_is_disposed()
    {
        SequencerLease NewLease() => new(_storage.Connect().LedgerBlobs, TimeProvider.System, NullLogger<SequencerLease>.Instance);
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => NewLease().TryAcquireAsync(Stop)));
        var held = Assert.Single(taken, lease => lease is not null);
        Assert.Null(await NewLease().TryAcquireAsync(Stop));
        await held!.DisposeAsync();
        await using var next = await NewLease().TryAcquireAsync(Stop);
        Assert.NotNull(next);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_is_kept_and_given_back_though_renewing_it_failed(bool isExplained)
    {
        var time = new FakeTimeProvider();
        var renewals = new FailingRenewals(isExplained ? new IOException("cut") : new InvalidOperationException("no token"));
        var accounts = _storage.Connect(options => options.AddPolicy(renewals, HttpPipelinePosition.PerCall));
        var held = await new SequencerLease(accounts.LedgerBlobs, time, NullLogger<SequencerLease>.Instance).TryAcquireAsync(Stop);
        for (var i = 0; i < 2; i++)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await renewals.TriedAsync();
        }

        await held!.DisposeAsync();
        await using var next = await new SequencerLease(_storage.Connect().LedgerBlobs, TimeProvider.System, NullLogger<SequencerLease>.Instance).TryAcquireAsync(Stop);
        Assert.NotNull(next);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task AddAsync(StagedUpload upload) =>
        await _staged.StageAsync([await _staged.PrepareAsync(upload, Stop)], Stop);

    private static StagedUpload UploadOf(StagedMessage message) => Assert.IsType<StagedUpload>(message.Work);

    private static StagedUpload SomeUpload(int acts = 1, int part = 0)
    {
        var source = new BlobVersion("issuer-bank", "目录/a b.pdf", "0x1");
        var issuer = new Issuer("bank", "示范银行", "CN-GD", null, Retention.Keep, [DigestAlgorithm.Sha256]);
        var requests = Enumerable.Range(0, acts).Select(i => new RequestedAct(ActKind.Issue, i) { Digests = [new Digest(DigestAlgorithm.Sha256, new byte[32])] });
        return new StagedUpload(source, issuer, DateTimeOffset.UnixEpoch, acts == 1 ? AnswerForm.OfDocument : new AnswerForm(UploadKind.Manifest, part), [.. requests]);
    }

    [Fact]
    public async Task A_long_upload_is_stored_apart_and_queues_behind_short_ones()
    {
        PreparedPart[] parts = [await _staged.PrepareAsync(SomeUpload(2000, 0), Stop), await _staged.PrepareAsync(SomeUpload(3, 1), Stop)];
        Assert.Null(await _staged.OldestAsync(Stop));
        await _staged.StageAsync(parts, Stop);
        await AddAsync(SomeUpload());

        var first = Assert.Single((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.False(first.IsBulk);
        var bulk = new List<StagedMessage> { Assert.Single((await _staged.ReceiveAsync(Stop)).Messages), Assert.Single((await _staged.ReceiveAsync(Stop)).Messages) };
        Assert.Equal([(0, 2, 2000), (1, 2, 3)], bulk.Select(UploadOf).Select(upload => (upload.Answer.Part, upload.Answer.Parts, upload.Acts.Count)).Order());
        Assert.Equal(2, await CountBodiesAsync());
        foreach (var message in bulk)
            await _staged.DeleteAsync(message, Stop);
        Assert.Equal(0, await CountBodiesAsync());
    }

    [Fact]
    public async Task Each_delivery_has_bodies_of_its_own_and_discards_no_others()
    {
        PreparedPart[] first = [await _staged.PrepareAsync(SomeUpload(2000, 0), Stop)];
        PreparedPart[] second = [await _staged.PrepareAsync(SomeUpload(2000, 0), Stop)];
        await _staged.StageAsync(first, Stop);
        await _staged.DiscardAsync(second, Stop);
        Assert.Equal(2000, UploadOf(Assert.Single((await _staged.ReceiveAsync(Stop)).Messages)).Acts.Count);
    }

    [Fact]
    public async Task A_missing_body_is_never_done_but_comes_back_and_ends_as_poison()
    {
        PreparedPart[] parts = [await _staged.PrepareAsync(SomeUpload(2000, 0), Stop)];
        await _staged.StageAsync(parts, Stop);
        await _staged.DiscardAsync(parts, Stop);
        var (queue, poison) = (_storage.Connect().Queues.GetQueueClient("staged-bulk"), _storage.Connect().Queues.GetQueueClient("staged-bulk-poison"));
        for (var delivery = 1; delivery < 5; delivery++)
        {
            // Whoever takes it first does not wait the two minutes that a sequencer would.
            var taken = (await queue.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop)).Value;
            await queue.UpdateMessageAsync(taken.MessageId, taken.PopReceipt, (BinaryData?)null, TimeSpan.Zero, Stop);
        }

        Assert.Empty((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.Equal((0, 1), ((await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount, (await poison.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount));

        // What is left says whom to tell.
        var lost = (await poison.PeekMessageAsync(Stop)).Value;
        Assert.Equal([SomeUpload(2000, 0).Source], StagedBody.SourcesOf(lost.Body.ToMemory().Span));

        // Before that it is not taken away.
        await _staged.StageAsync(parts, Stop);
        Assert.Empty((await _staged.ReceiveAsync(Stop)).Messages);
        Assert.Equal(1, (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount);
    }

    [Theory]
    [InlineData("staged-acts")]
    [InlineData("staged-bulk")]
    public async Task A_message_that_is_not_base64_ends_as_poison_and_stops_nobody_behind_it(string queue)
    {
        var raw = _storage.Connect().RawQueues;
        await raw.GetQueueClient(queue).SendMessageAsync("{not base64}", Stop);
        await _staged.StageAsync([await _staged.PrepareAsync(SomeUpload(queue == "staged-bulk" ? 2000 : 1, 0), Stop)], Stop);
        Assert.NotNull(await _staged.OldestAsync(Stop));
        var received = new List<StagedMessage>([.. (await _staged.ReceiveAsync(Stop)).Messages, .. (await _staged.ReceiveAsync(Stop)).Messages]);
        Assert.Single(received);
        var poison = (await raw.GetQueueClient(queue + "-poison").ReceiveMessageAsync(cancellationToken: Stop)).Value;
        Assert.Equal("{not base64}", poison.Body.ToString());
    }

    [Fact]
    public async Task Parts_that_are_discarded_leave_nothing_behind()
    {
        PreparedPart[] parts = [await _staged.PrepareAsync(SomeUpload(2000, 0), Stop), await _staged.PrepareAsync(SomeUpload(3, 1), Stop)];
        Assert.Equal(2, await CountBodiesAsync());
        await _staged.DiscardAsync(parts, Stop);
        Assert.Equal(0, await CountBodiesAsync());
        Assert.Null(await _staged.OldestAsync(Stop));
    }

    private async Task<int> CountBodiesAsync()
    {
        var count = 0;
        await foreach (var _ in _storage.Connect().Ledger.GetBlobContainerClient("staging").GetBlobsAsync(cancellationToken: Stop))
            count++;
        return count;
    }

    private sealed class FailingRenewals(Exception exception) : HttpPipelinePolicy
    {
        private readonly Channel<bool> _tried = Channel.CreateUnbounded<bool>();

        // A renewal that is never tried would be waited for without end.
        public Task<bool> TriedAsync() => _tried.Reader.ReadAsync(Stop).AsTask().WaitAsync(Wait.Limit, Stop);

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Headers.TryGetValue("x-ms-lease-action", out var action) && action == "renew")
            {
                _tried.Writer.TryWrite(true);
                throw exception;
            }

            await ProcessNextAsync(message, pipeline);
        }
    }
}

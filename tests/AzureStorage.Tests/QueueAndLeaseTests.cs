using Microsoft.Extensions.Logging.Abstractions;
using TrueCopy.AzureStorage.Ledger;
using TrueCopy.Testing;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>Has a storage of its own, for there is one queue and one lease.</summary>
public sealed class QueueAndLeaseTests : IAsyncLifetime
{
    private AzuriteFixture _azurite = null!;
    private QueueStagedActs _staged = null!;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(TestContext.Current.CancellationToken);
        _staged = new QueueStagedActs(_azurite.Connect(), NullLogger<QueueStagedActs>.Instance);
    }

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();

    [Fact]
    public async Task A_staged_act_is_held_by_one_until_it_is_released_or_deleted()
    {
        Assert.False(await _staged.AnyAsync(Stop));
        await _staged.AddAsync([SomeAct()], Stop);
        Assert.True(await _staged.AnyAsync(Stop));

        var message = Assert.Single(await _staged.ReceiveAsync(Stop));
        Assert.Equal((1, SomeAct().Id), (message.DeliveryCount, Assert.Single(message.Acts).Id));
        Assert.Empty(await _staged.ReceiveAsync(Stop));
        Assert.False(await _staged.AnyAsync(Stop));

        await _staged.ReleaseAsync(message, Stop);
        var again = Assert.Single(await _staged.ReceiveAsync(Stop));
        Assert.Equal(2, again.DeliveryCount);

        // The first delivery is stale now: its holder can neither delete nor release what another holds.
        await _staged.DeleteAsync(message, Stop);
        await _staged.ReleaseAsync(message, Stop);
        Assert.Empty(await _staged.ReceiveAsync(Stop));
        await _staged.DeleteAsync(again, Stop);
        await _staged.DeleteAsync(again, Stop);
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_goes_to_the_poison_queue_and_does_not_stop_the_rest()
    {
        var queues = _azurite.Connect().Queues;
        await queues.GetQueueClient("staged-acts").SendMessageAsync(BinaryData.FromString("nonsense"), cancellationToken: Stop);
        await _staged.AddAsync([SomeAct()], Stop);
        var received = new List<Verification.Intake.StagedMessage>();
        while (await _staged.AnyAsync(Stop))
            received.AddRange(await _staged.ReceiveAsync(Stop));
        Assert.Single(received);
        var poison = await queues.GetQueueClient("staged-acts-poison").ReceiveMessageAsync(cancellationToken: Stop);
        Assert.Equal("nonsense", poison.Value.Body.ToString());
    }

    [Fact]
    public async Task The_lease_is_one_sequencers_at_a_time_and_free_after_it_is_disposed()
    {
        BlobSequencerLease NewLease() => new(_azurite.Connect(), TimeProvider.System, NullLogger<BlobSequencerLease>.Instance);
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => NewLease().TryAcquireAsync(Stop)));
        var held = Assert.Single(taken, lease => lease is not null);
        Assert.Null(await NewLease().TryAcquireAsync(Stop));
        await held!.DisposeAsync();
        await using var next = await NewLease().TryAcquireAsync(Stop);
        Assert.NotNull(next);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Act SomeAct()
    {
        var source = new BlobVersion("issuer-bank", "目录/a b.pdf", "0x1");
        var issuer = new Issuer("bank", "示范银行", "CN-GD", null, Retention.Keep, [DigestAlgorithm.Sha256]);
        return new Act(ActId.Of(source, 0, DigestAlgorithm.Sha256), ActKind.Issue, issuer, DateTimeOffset.UnixEpoch, 0, new Digest(DigestAlgorithm.Sha256, new byte[32]), source);
    }
}

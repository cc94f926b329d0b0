using Azure.Core;
using Azure.Storage.Blobs;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>The commit of the whole design: one blob, replaced by compare-and-swap. Has a storage of its own, for there is one head.</summary>
public sealed class HeadTests(Azurite azurite) : IAsyncLifetime
{
    private AzuriteFixture _storage = null!;

    private StorageAccounts Accounts => _storage.Connect();

    public async ValueTask InitializeAsync() => _storage = await azurite.NewStorageAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Of_many_writers_from_the_same_state_exactly_one_wins()
    {
        var state = new LogState(Accounts.LedgerBlobs);
        string? version = null;
        for (var round = 0; round < 5; round++)
        {
            var from = version;
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => state.TryReplaceHeadAsync(HeadOf($"{round}-{i}"), from, Stop)));
            version = Assert.Single(won, winner => winner is not null)!.Version;
            var stored = await state.LoadHeadAsync(Stop);
            Assert.Equal(version, stored!.Version);
            Assert.Equal($"{round}-{Array.FindIndex(won, winner => winner?.Version == version)}", stored.Head.Journal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_whose_answer_was_lost_is_known_to_be_ours(bool first)
    {
        var plain = new LogState(Accounts.LedgerBlobs);
        var version = first ? null : (await plain.TryReplaceHeadAsync(HeadOf("before"), null, Stop))!.Version;
        var (losing, policy) = Losing(request => request.Method == RequestMethod.Put && request.Uri.Path.EndsWith("/head", StringComparison.Ordinal));

        var committed = await new LogState(losing.LedgerBlobs).TryReplaceHeadAsync(HeadOf("ours"), version, Stop);
        Assert.True(policy.Struck);
        Assert.Equal(committed!.Version, (await plain.LoadHeadAsync(Stop))!.Version);
        Assert.Null(await plain.TryReplaceHeadAsync(HeadOf("theirs"), version, Stop));
    }

    [Fact]
    public async Task Before_genesis_there_is_no_head_and_nothing_is_finished()
    {
        var state = new LogState(Accounts.LedgerBlobs);
        Assert.Null(await state.LoadHeadAsync(Stop));
        Assert.Equal(0, await state.LoadFinishedAsync(Stop));
        await state.SaveFinishedAsync(1234567890123, Stop);
        Assert.Equal(1234567890123, await state.LoadFinishedAsync(Stop));
    }

    [Fact]
    public async Task What_is_finished_is_never_taken_back_by_a_process_that_is_late()
    {
        var (slow, fast) = (new LogState(Accounts.LedgerBlobs), new LogState(Accounts.LedgerBlobs));
        await slow.SaveFinishedAsync(1, Stop);
        await fast.SaveFinishedAsync(3, Stop);
        await slow.SaveFinishedAsync(2, Stop);
        Assert.Equal(3, await slow.LoadFinishedAsync(Stop));
        await slow.SaveFinishedAsync(4, Stop);
        Assert.Equal(4, await fast.LoadFinishedAsync(Stop));
    }

    [Fact]
    public async Task A_head_keeps_the_bytes_of_its_note()
    {
        var state = new LogState(Accounts.LedgerBlobs);
        var note = "log.example\n1\nx\n\n— a b\n"u8.ToArray();
        await state.TryReplaceHeadAsync(new Head("name", note), null, Stop);
        Assert.Equal(note, (await state.LoadHeadAsync(Stop))!.Head.Note.ToArray());
    }

    [Fact]
    public async Task A_journal_batch_whose_answer_was_lost_is_there_once_and_whole()
    {
        var (losing, policy) = Losing(request => request.Method == RequestMethod.Put);
        await new Journal(losing.LedgerBlobs).TryWriteAsync("name", "batch"u8.ToArray(), Stop);
        Assert.True(policy.Struck);
        Assert.Equal("batch"u8.ToArray(), (await new Journal(Accounts.LedgerBlobs).ReadAsync("name", Stop)).ToArray());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Head HeadOf(string journal) => new(journal, "note\n"u8.ToArray());

    private (StorageAccounts Accounts, LostAnswerPolicy Policy) Losing(Func<Request, bool> which)
    {
        var policy = new LostAnswerPolicy(which);
        var options = new BlobClientOptions();
        options.Retry.Delay = TimeSpan.FromMilliseconds(10);
        options.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        return (Accounts with { Ledger = new BlobServiceClient(_storage.Ledger, options) }, policy);
    }
}

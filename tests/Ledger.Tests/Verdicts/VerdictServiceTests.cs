using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Verdicts;

public sealed class VerdictServiceTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task Before_the_log_begins_there_is_no_answer()
    {
        await using var service = _world.Start();
        await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_answer_stands_on_a_checkpoint_that_covers_its_acts_even_if_an_older_one_is_cached()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        await service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken);
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);

        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), TestContext.Current.CancellationToken);
        Assert.Equal(5, answer.Checkpoint.Size);
        Assert.Equal(Verdict.Verified, answer.Verdict);
    }

    [Fact]
    public async Task An_index_that_is_ahead_of_the_published_log_gives_no_answer()
    {
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        var ahead = _world.Ledger.IndexedActs.Single() with { LogIndex = 5, Digest = DigestOf(Bytes("b")) };
        await _world.Ledger.Index.AddAsync([ahead], TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(ahead.Digest, TestContext.Current.CancellationToken));
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), TestContext.Current.CancellationToken)).Verdict);
    }

    [Fact]
    public async Task A_checkpoint_is_read_again_after_a_second_but_verified_only_when_it_changed()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        var first = await service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken);
        await using (var other = _world.Start())
            await other.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);

        Assert.Same(first.Checkpoint, (await service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken)).Checkpoint);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken);
        Assert.Equal(5, second.Checkpoint.Size);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(second.Checkpoint, (await service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken)).Checkpoint);
    }

    [Fact]
    public async Task A_checkpoint_that_other_keys_signed_is_never_answered_with()
    {
        var stranger = new InMemoryWorld();
        await using (var theirs = stranger.Start())
            await theirs.Sequencer.DrainAsync(TestContext.Current.CancellationToken);
        await _world.Ledger.Log.PublishCheckpointAsync(stranger.Ledger.Published.Single(), 1, TestContext.Current.CancellationToken);
        await using var service = _world.Start();
        await Assert.ThrowsAsync<LogFormatException>(() => service.Verifier.VerifyAsync(DigestOf([]), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_warm_verification_is_one_storage_operation()
    {
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), TestContext.Current.CancellationToken);
        var before = _world.Operations.Log.Count;
        await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), TestContext.Current.CancellationToken);
        Assert.Equal(["index.query"], _world.Operations.Log.Skip(before));
    }

    [Fact]
    public async Task A_warm_verification_of_a_document_with_two_receipts_is_one_storage_operation_too()
    {
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await service.Intake.HandleAsync(_world.Upload("bank", "a.acts.jsonl", Bytes($$"""{"act":"revoke","algorithm":"sha-256","digest":"{{DigestOf(Bytes("a")).Hex}}"}""")), TestContext.Current.CancellationToken);
        await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), TestContext.Current.CancellationToken);
        var before = _world.Operations.Log.Count;
        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), TestContext.Current.CancellationToken);
        Assert.NotNull(Assert.Single(answer.Issuers).IssueReceipt);
        Assert.Equal(["index.query"], _world.Operations.Log.Skip(before));
    }

    [Fact]
    public async Task A_warm_verification_and_its_answer_stay_within_their_budget_of_memory()
    {
        // In a tile that is whole, as nearly all documents of a log are.
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), TestContext.Current.CancellationToken);
        var others = string.Concat(Enumerable.Range(0, TileId.FullWidth).Select(i => $"{DigestOf(Bytes($"{i}")).Hex}  {i}\n"));
        await service.Intake.HandleAsync(_world.Upload("bank", "others.sha256", Bytes(others)), TestContext.Current.CancellationToken);
        var tables = new InMemoryTables(new AtOnce());
        tables.CopyFrom(_world.Ledger.Tables);
        using var tiles = new CachedTiles(_world.Ledger.Log);
        using var packs = new PackStore(_world.Ledger);
        using var rows = new KnownRows();
        var keys = new FixedKeys(_world.Identity);
        var verifier = new VerdictService(
            new ActIndex(tables),
            rows,
            new CheckpointSource(keys, _world.Ledger.Log, _world.Time),
            tiles,
            new StatusSource(packs, _world.Ledger.Log, tiles, NullLogger<StatusSource>.Instance),
            _world.Ledger.State,
            new DomainStandings(new DomainHistory(tables), _world.Time),
            _world.Time,
            NullLogger<VerdictService>.Instance);
        var digest = DigestOf(Bytes("a"));
        var answer = await verifier.VerifyAsync(digest, TestContext.Current.CancellationToken);
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(body, VerdictJson.Options);
        var query = new RowQuery(digest.Hex[..2], KeyPrefix: $"{digest}:");
        Assert.InRange(answer.Checkpoint.Size, TileId.FullWidth, long.MaxValue);

        // Once for what is allocated only once: code, pools and statics.
        for (var i = 0; i < 3; i++)
        {
            VerdictRule.Decide(answer.Issuers[0].Result.Acts, answer.CheckedAt);
            Assert.True(verifier.VerifyAsync(digest, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
            Write();
            Ask();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask();
        var asked = GC.GetAllocatedBytesForCurrentThread() - before;
        before += asked;
        VerdictRule.Decide(answer.Issuers[0].Result.Acts, answer.CheckedAt);
        var decided = GC.GetAllocatedBytesForCurrentThread() - before;
        var again = verifier.VerifyAsync(digest, TestContext.Current.CancellationToken);
        var verified = GC.GetAllocatedBytesForCurrentThread() - before - decided;
        Write();
        var written = GC.GetAllocatedBytesForCurrentThread() - before - decided - verified;
        Assert.Equal(Verdict.Verified, (await again).Verdict);
        Assert.InRange(decided, 1, 150);
        Assert.InRange(verified - asked, 1, 750);
        Assert.InRange(written, 0, 50);

        // What the tables take is theirs.
        void Ask()
        {
            var rows = tables.QueryAsync(StorageNames.AnchorsTable, query, RowColumns.All, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
            while (rows.MoveNextAsync().AsTask().Result)
                Assert.NotNull(rows.Current);
        }

        void Write()
        {
            body.ResetWrittenCount();
            json.Reset();
            VerdictJson.Write(json, answer);
            json.Flush();
        }
    }

    [Fact]
    public async Task Many_answers_come_in_the_order_of_the_questions()
    {
        await using var service = _world.Start();
        for (var i = 0; i < 20; i += 2)
            await service.Intake.HandleAsync(_world.Upload("bank", $"{i}", Bytes($"{i}")), TestContext.Current.CancellationToken);

        Digest[] digests = [.. Enumerable.Range(0, 20).Select(i => DigestOf(Bytes($"{i}")))];
        var answers = await service.Verifier.VerifyAsync(digests, TestContext.Current.CancellationToken);
        Assert.Equal(digests, answers.Select(answer => answer.Digest));
        Assert.All(answers.Index(), answer => Assert.Equal(answer.Index % 2 == 0 ? Verdict.Verified : Verdict.Unknown, answer.Item.Verdict));
    }

    [Fact]
    public async Task Acts_take_effect_by_time_whatever_order_they_reached_the_log_in()
    {
        await using var service = _world.Start();
        var first = InMemoryWorld.EventOf(_world.Inbox.Put("issuer-bank", "first", Bytes("x"), new() { ["type"] = "draft" }));
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        var second = _world.Upload("bank", "second", Bytes("x"));
        await service.Intake.HandleAsync(second, TestContext.Current.CancellationToken);
        await service.Intake.HandleAsync(first, TestContext.Current.CancellationToken);

        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("x")), TestContext.Current.CancellationToken);
        Assert.Equal([5, 3], Assert.Single(answer.Issuers).Result.Acts.Select(act => act.LogIndex));
        Assert.Equal(3, answer.Issuers[0].Result.Deciding.LogIndex);
    }

    // So that a thread does all of a request.
    private sealed class AtOnce : IRequests
    {
        public Task<T> RunAsync<T>(StorageRequest request, Func<T> operation, CancellationToken cancellationToken) => Task.FromResult(operation());
    }
}

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>What an act may cost in operations and memory: counted, so the same on every machine.</summary>
public sealed class CostTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task A_batch_costs_at_most_three_operations_a_document_and_a_fixed_number_besides()
    {
        await using var service = _world.Start();
        await StageAsync(0, 30);
        await service.Sequencer.DrainAsync(Stop);
        var before = _world.Operations.Log.Count;
        await StageAsync(30, 30);
        var staged = _world.Operations.Log.Count - before;
        await service.Sequencer.DrainAsync(Stop);

        var names = _world.Operations.Log.Skip(before + staged).GroupBy(name => name).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal((30, 30), (names["receipt.write"], names["staged.delete"]));
        Assert.Equal((1, 1, 1, 1), (names["journal.write"], names["head.write"], names["checkpoint.write"], names["finished.write"]));

        // A transaction for each partition of the index that the batch meets.
        Assert.InRange(names["index.insert"], 2, 30);
        Assert.InRange(names["issued.insert"], 2, 16);
        Assert.Equal(1, names["status.write"]);
        Assert.Equal(2, names["sign"]);
        Assert.InRange(names["tile.write"], 2, 3);
        Assert.DoesNotContain(names.Keys, name => name.StartsWith("answers.", StringComparison.Ordinal));
        Assert.InRange(names.Values.Sum() - 60 - names["index.insert"] - names["issued.insert"], 0, 18);
    }

    // Which, at the rows that an account of tables takes in a second, is what bounds the digests of a second.
    [Fact]
    public async Task A_part_of_a_manifest_costs_two_rows_a_digest_and_a_look_whether_it_is_done()
    {
        await using var service = await StartAsync(TimeSpan.Zero);
        var rows = 0;
        _world.Operations.Model = (request, _) =>
        {
            Interlocked.Add(ref rows, request.Service == StorageService.Table ? request.Rows : 0);
            return ValueTask.CompletedTask;
        };
        var bank = _world.Inbox.IssuerOf("issuer-bank");
        var acts = Enumerable.Range(1, ManifestIntake.PartLength).Select(i => new RequestedAct(ActKind.Issue, i - 1) { Digests = [DigestOf(i)] });
        await _world.Staged.AddAsync(new StagedUpload(new BlobVersion(bank.Container, "a.manifest.jsonl", "0x1"), bank, _world.Time.GetUtcNow(), new AnswerForm(UploadKind.Manifest, 0), [.. acts]), Stop);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(((2 * ManifestIntake.PartLength) + 1, 1 + ManifestIntake.PartLength), (rows, _world.Ledger.IndexedActs.Count));
    }

    [Fact]
    public async Task A_batch_is_what_was_there_when_it_began_so_a_steady_load_cannot_hold_it_open()
    {
        await using var service = await StartAsync(TimeSpan.Zero);
        var begun = _world.Ledger.Published.Count;
        await StageAsync(1, 5);
        var next = 6;
        _world.Operations.Hook = async operation =>
        {
            if (operation is { Name: "staged.receive", Moment: Fault.Before } && next < 40)
                await StageAsync(next++, 1);
        };
        await service.Sequencer.DrainAsync(Stop);
        _world.Operations.Hook = null;
        Assert.InRange(_world.Ledger.Published.Count - begun, 10, 40);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Few_acts_are_committed_at_once_until_there_were_too_many_commits_and_many_keep_their_distance()
    {
        await using var service = await StartAsync(TimeSpan.FromSeconds(1));
        var options = new SequencerOptions();
        var (from, begun) = (_world.Time.GetUtcNow(), _world.Ledger.Published.Count);

        // One after another: the first commits are at once, as far as a second of them are few.
        for (var i = 1; i < options.FewActs - 1; i++)
        {
            await StageAsync(i, 1);
            await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        }

        Assert.Equal((from, begun + options.FewActs - 2), (_world.Time.GetUtcNow(), _world.Ledger.Published.Count));

        // The next waits until a second has passed.
        await StageAsync(100, 1);
        var draining = service.Sequencer.DrainAsync(Stop);
        while (!draining.IsCompleted)
        {
            await Task.Yield();
            _world.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await draining;
        Assert.True(_world.Time.GetUtcNow() - from >= _world.CommitInterval);
        Assert.Equal(begun + options.FewActs - 1, _world.Ledger.Published.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_deletion_that_storage_refuses_ends_no_drain_and_what_stays_is_done_once()
    {
        await using var service = await StartAsync(TimeSpan.Zero);
        var failures = 0;
        _world.Operations.Hook = operation =>
            operation.Name == "staged.delete" && operation.Moment == Fault.Before && failures++ % 3 != 2 ? Task.FromException(new StorageBusyException(TimeSpan.Zero)) : Task.CompletedTask;
        await StageAsync(1, 100);
        await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        _world.Operations.Hook = null;
        Assert.Equal(101, _world.Ledger.IndexedActs.Count);

        for (var i = 0; i < 3; i++)
        {
            _world.Time.Advance(StagedActs.Invisible);
            await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        }

        Assert.Equal((0, 101), (_world.Staged.Count, _world.Ledger.IndexedActs.Count));
        await Audit.RunAsync(_world);
    }

    [Theory]
    [InlineData("staged.receive")]
    [InlineData("issued.insert")]
    [InlineData("journal.write")]
    [InlineData("head.write")]
    [InlineData("tile.write")]
    [InlineData("checkpoint.write")]
    [InlineData("index.insert")]
    [InlineData("finished.write")]
    public async Task A_drain_waits_while_storage_is_busy_and_goes_on_with_what_it_has_without_asking_for_more(string busy)
    {
        await using var service = await StartAsync(TimeSpan.Zero);
        var before = _world.Operations.Log.Count;
        await StageAsync(1, 40);
        var failures = 0;
        _world.Operations.Hook = operation =>
            operation.Name == busy && operation.Moment == Fault.Before && failures++ < 2 ? Task.FromException(new StorageBusyException(TimeSpan.Zero)) : Task.CompletedTask;
        await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        _world.Operations.Hook = null;

        Assert.Equal((0, 41), (_world.Staged.Count, _world.Ledger.IndexedActs.Count));
        // What is committed and could not be finished is looked up, an act each time.
        Assert.InRange(_world.Operations.Log.Skip(before).Count(name => name == "index.query"), 0, busy is "tile.write" or "checkpoint.write" or "finished.write" ? 120 : 2);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_batch_that_fills_a_tile_does_not_wait_for_its_turn()
    {
        await using var service = await StartAsync(TimeSpan.FromSeconds(1));

        var (now, begun) = (_world.Time.GetUtcNow(), _world.Ledger.Published.Count);
        await StageAsync(1, TileId.FullWidth);
        await service.Sequencer.DrainAsync(Stop).WaitAsync(Wait.Limit, Stop);
        Assert.Equal(now, _world.Time.GetUtcNow());
        Assert.Equal(begun + 1, _world.Ledger.Published.Count);
    }

    [Fact]
    public async Task Collecting_a_batch_takes_no_longer_than_the_interval_between_two()
    {
        _world.CommitInterval = TimeSpan.FromSeconds(1);
        await using var service = _world.Start();
        await StageAsync(0, 4 * TileId.FullWidth);
        _world.Operations.Hook = operation =>
        {
            if (operation is { Name: "staged.receive", Moment: Fault.Before })
                _world.Time.Advance(TimeSpan.FromMilliseconds(100));
            return Task.CompletedTask;
        };
        await service.Sequencer.DrainAsync(Stop);
        _world.Operations.Hook = null;

        // One look, of sixteen pages where much waits, takes more than a second; the genesis is a commit of its own.
        Assert.Equal(1 + Math.Ceiling(4.0 * TileId.FullWidth / (16 * StagedActs.PageLength)), _world.Ledger.Published.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_entry_and_a_receipt_stay_within_their_budget_of_memory()
    {
        var bank = _world.Inbox.IssuerOf("issuer-bank");
        var source = new BlobVersion(bank.Container, "a", "0x1");
        var act = new StagedUpload(source, bank, bank.Since, AnswerForm.OfDocument, [new RequestedAct(ActKind.Issue, 0) { Digests = [DigestOf(0)] }]).FirstIssue();
        var opening = Opening.Create();
        var entry = act.ToEntry(opening).Encode();
        var row = new IndexedAct(act.Digest, act.Id, 4711, entry, opening, Unpublished.None);
        var (path, note) = (new MerkleHash[20], new byte[400]);
        Assert.InRange(Allocated(() => act.ToEntry(opening).Encode()), 1, 2500);
        Assert.InRange(Allocated(() => Prover.Of(row, path, note).Encode()), 1, 8 * entry.Length + (4 * (note.Length + (45 * path.Length))));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Digest DigestOf(int number) =>
        new(DigestAlgorithm.Sha256, System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    private static long Allocated(Action action)
    {
        // Once for what is allocated only once: code, pools and statics.
        action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // A service that has just committed.
    private async Task<InMemoryService> StartAsync(TimeSpan interval)
    {
        _world.CommitInterval = interval;
        var service = _world.Start();
        await StageAsync(0, 1);
        await service.Sequencer.DrainAsync(Stop);
        return service;
    }

    private async Task StageAsync(int first, int count)
    {
        var bank = _world.Inbox.IssuerOf("issuer-bank");
        for (var i = first; i < first + count; i++)
        {
            var source = new BlobVersion(bank.Container, $"{i}", "0x1");
            var act = new RequestedAct(ActKind.Issue, 0) { Digests = [DigestOf(i)] };
            await _world.Staged.AddAsync(new StagedUpload(source, bank, _world.Time.GetUtcNow(), AnswerForm.OfDocument, [act]), Stop);
        }
    }
}

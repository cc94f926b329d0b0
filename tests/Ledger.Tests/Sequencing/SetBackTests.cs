using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>
/// Storage is set back, by who restores it to an earlier point or by who means ill: the service begins no second log under the
/// first one's name, and no published byte changes.
/// </summary>
public sealed class SetBackTests : IAsyncLifetime
{
    private const int Batches = 6;
    private readonly InMemoryWorld _world = new();
    private readonly List<InMemoryWorld> _history = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // The history has the world as it was with no log, after genesis, and after each batch.
    public async ValueTask InitializeAsync()
    {
        _history.Add(_world.Copy());
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(Stop);
        _history.Add(_world.Copy());
        for (var i = 0; i < Batches; i++)
        {
            await service.Intake.HandleAsync(_world.Upload("bank", $"{i}", Bytes($"document {i}")), Stop);
            _history.Add(_world.Copy());
        }

        // What is staged and of which nobody has tried to make a batch yet.
        using var held = _world.Lease.HoldElsewhere();
        await service.Intake.HandleAsync(_world.Upload("bank", "waits", Bytes("waits")), Stop);
    }

    public ValueTask DisposeAsync() => default;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Batches)]
    public async Task A_head_that_was_set_back_by_any_number_of_batches_is_not_gone_on_from(int batches)
    {
        SetBack(batches, blob => blob.Name == "head");
        await AssertRefusedAsync($"the published checkpoint has {SizeBefore(0)} entries, and the head only {SizeBefore(batches)}: the head was set back");
    }

    [Fact]
    public async Task A_log_whose_head_is_lost_is_not_begun_a_second_time()
    {
        SetBack(Batches + 1, blob => blob.Name == "head");
        await AssertRefusedAsync("there is no head, though a log has begun here");
    }

    [Theory]
    [InlineData("checkpoint", 1)]
    [InlineData("checkpoint", 3)]
    [InlineData("checkpoint", Batches + 1)]
    [InlineData("finished", 1)]
    [InlineData("finished", 3)]
    [InlineData("finished", Batches + 1)]
    public async Task Where_all_is_set_back_but_one_witness_of_what_was_published_nothing_is_committed(string witness, int batches)
    {
        SetBack(batches, blob => blob.Name != witness);
        await AssertRefusedAsync(
            batches > Batches ? "there is no head, though a log has begun here"
            : witness == "checkpoint" ? $"the published checkpoint has {SizeBefore(0)} entries, and the head only {SizeBefore(batches)}: the head was set back"
            : $"{SizeBefore(0)} entries are finished, and the head has only {SizeBefore(batches)}: the head was set back");
    }

    [Fact]
    public async Task A_head_of_another_root_than_the_published_checkpoint_of_its_size_is_not_gone_on_from()
    {
        var other = await SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, SizeBefore(0), default), _world.Identity.Signers, Stop);
        _world.Ledger.SetCheckpoint(other.Note);
        await AssertRefusedAsync("the published checkpoint has another root than the head of the same size");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Batches + 1)]
    public async Task A_process_that_runs_while_its_head_is_set_back_notices_at_the_next_batch(int batches)
    {
        await using var running = _world.Start();
        await running.Sequencer.DrainAsync(Stop);
        SetBack(batches, blob => blob.Name == "head");
        await running.Intake.HandleAsync(_world.Upload("bank", "next", Bytes("next")), Stop);
        await AssertRefusedAsync(
            batches > Batches ? "there is no head, though a log has begun here"
            : $"the published checkpoint has {SizeBefore(0) + 2} entries, and the head only {SizeBefore(batches)}: the head was set back",
            running);
    }

    // The two marks that a head is held against are gone as well, and what is left to see is what was published under the old head.
    [Fact]
    public async Task Where_head_and_both_marks_are_set_back_no_published_tile_is_replaced_and_no_second_checkpoint_is_published()
    {
        SetBack(2, blob => blob.Name is "head" or "checkpoint" or "finished");
        var tiles = Tiles();
        var published = _world.Ledger.Published.Count;
        await using var service = _world.Start();
        var refused = await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => service.Sequencer.DrainAsync(Stop));
        Assert.Contains("is published with other bytes", refused.Message, StringComparison.Ordinal);
        Assert.Equal(tiles, Tiles().Where(tile => tiles.ContainsKey(tile.Key)).ToDictionary());
        Assert.Equal(published, _world.Ledger.Published.Count);
        Assert.Empty(_world.Ledger.Violations);
    }

    [Fact]
    public async Task The_doctor_says_so_and_repairs_nothing_by_a_head_that_was_set_back()
    {
        foreach (var keep in (string[])["checkpoint", "finished"])
        {
            SetBack(2, blob => blob.Name is "head" or "checkpoint" or "finished" && blob.Name != keep);
            var before = _world.Operations.Log.Count;
            var rows = _world.Ledger.IndexedActs.Count;
            var report = await _world.Doctor().RunAsync(new DoctorOptions(Apply: true, Receipts: true), null, Stop);
            Assert.Contains(report.Findings, finding => finding.What.EndsWith("the head was set back", StringComparison.Ordinal) && finding.Repair.StartsWith("Stop the service", StringComparison.Ordinal));
            Assert.DoesNotContain(report.Findings, finding => finding.Repaired);
            Assert.DoesNotContain(_world.Operations.Log.Skip(before), name => name.EndsWith(".write", StringComparison.Ordinal) || name.EndsWith(".delete", StringComparison.Ordinal) || name.EndsWith(".save", StringComparison.Ordinal) || name == "checkpoint.publish");
            Assert.Equal(rows, _world.Ledger.IndexedActs.Count);
            Restore();
        }
    }

    [Fact]
    public async Task Once_the_head_is_brought_back_the_log_goes_on_where_it_was()
    {
        SetBack(3, blob => blob.Name == "head");
        await using var service = _world.Start();
        await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => service.Sequencer.DrainAsync(Stop));
        Restore();
        _world.Alarms.Clear();
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(0, _world.Staged.Count);
        await Audit.RunAsync(_world);
    }

    // A fact of this moment: published and committed are one.
    private void Restore() => SetBack(0, blob => blob.Name is "head" or "checkpoint" or "finished");

    private long SizeBefore(int batches) => InMemoryLedger.SizeOf(_history[^(1 + batches)].Ledger.Published.Last());

    // As a restore does: what was there then is there again under new versions, and what was not is gone.
    private void SetBack(int batches, Func<BlobAddress, bool> which)
    {
        var (ledger, earlier) = (_world.Ledger, _history[^(1 + batches)].Ledger);
        foreach (var blob in ledger.All.Keys.Where(blob => blob.Container != StorageNames.StagingContainer && which(blob)).ToArray())
        {
            if (earlier.All.TryGetValue(blob, out var was))
                ledger.Put(blob, was.Content);
            else
                ledger.Remove(blob);
        }

        foreach (var (blob, was) in earlier.All.Where(blob => which(blob.Key) && !ledger.All.ContainsKey(blob.Key)))
            ledger.Put(blob, was.Content);
    }

    private Dictionary<string, string> Tiles() => _world.Ledger.All
        .Where(blob => blob.Key.Container == StorageNames.LogContainer && blob.Key.Name != "checkpoint")
        .ToDictionary(blob => blob.Key.Name, blob => Convert.ToHexString(blob.Value.Content.Span));

    private async Task AssertRefusedAsync(string why, InMemoryService? running = null)
    {
        var before = Contents();
        await using var service = running ?? _world.Start();
        var signed = _world.Operations.Log.Count(name => name == "sign");
        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => service.Sequencer.DrainAsync(Stop));
            Assert.StartsWith($"head: {why}. Nothing is signed", refused.Message, StringComparison.Ordinal);
            Assert.StartsWith($"The log stands still: {why}. Nothing is signed", _world.Alarms.Last(), StringComparison.Ordinal);
        }

        // Nothing was signed, written or published, and what waits goes on waiting.
        Assert.Equal(signed, _world.Operations.Log.Count(name => name == "sign"));
        Assert.Equal(before, Contents());
        Assert.True(_world.Staged.Count > 0);
    }

    private Dictionary<BlobAddress, string> Contents() => _world.Ledger.All
        .Where(blob => blob.Key is not { Container: StorageNames.StateContainer, Name: "sequencer" })
        .ToDictionary(blob => blob.Key, blob => Convert.ToHexString(blob.Value.Content.Span));
}

using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Witnessing;

/// <summary>What is published is cosigned again while nothing is added to the log.</summary>
public sealed class RefreshTests
{
    private readonly InMemoryWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private PolicyResult Published => Weigh(_world.Ledger.Published.Last());

    [Fact]
    public async Task An_idle_log_is_cosigned_again_every_quarter_of_an_hour_and_not_before()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var (from, published, asked) = (_world.Time.GetUtcNow(), _world.Ledger.Published.Count, witnesses.AskedOf(0) + witnesses.AskedOf(1));
        for (var minute = 1; minute <= 46; minute++)
        {
            _world.Time.Advance(TimeSpan.FromMinutes(1));
            await service.Housekeeping.RunAsync(Stop);
            Assert.Equal(published + (minute / 15), _world.Ledger.Published.Count);
            Assert.True(_world.Time.GetUtcNow() - Published.SeenAt!.Value < TimeSpan.FromMinutes(15));
        }

        // A look at storage when it is due, and not each minute.
        Assert.Equal(from.AddMinutes(45), Published.SeenAt);
        Assert.Equal(asked + (3 * 2), witnesses.AskedOf(0) + witnesses.AskedOf(1));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_log_that_was_there_before_its_witnesses_is_cosigned_at_the_next_run_of_the_timer()
    {
        await using (var before = _world.Start())
            await IssueAsync(before, "a");
        _ = new InMemoryWitnesses(_world, 2);
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(2, Published.Sightings.Count);
        Assert.Equal(InMemoryLedger.SizeOf(_world.Ledger.Head!.Note), Published.Checkpoint.Size);
    }

    [Fact]
    public async Task A_witness_that_is_down_loses_none_of_what_it_signed_before()
    {
        var witnesses = new InMemoryWitnesses(_world, 2, quorum: "any");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var from = _world.Time.GetUtcNow();
        witnesses[1] = Conduct.Unreachable;
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal([("w1", from), ("w0", from.AddMinutes(15))], Published.Sightings.Select(sighting => (sighting.Witness.Name, sighting.At)));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Without_the_quorum_nothing_that_is_published_is_replaced()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var published = _world.Ledger.Published.Count;
        witnesses[1] = Conduct.Fails;
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(published, _world.Ledger.Published.Count);
    }

    // At each of its operations, another process publishes a batch, or the same refresh.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refresh_that_is_overtaken_anywhere_never_takes_the_log_back(bool byRefresh)
    {
        var overtaken = 0;
        for (var operation = 0; ; operation++)
        {
            var world = new InMemoryWorld();
            _ = new InMemoryWitnesses(world, 2);
            var (one, other) = (world.Start(), world.Start());
            await one.Housekeeping.RunAsync(Stop);
            world.Time.Advance(TimeSpan.FromMinutes(15));
            var (count, hasRun) = (0, false);
            world.Operations.Hook = async _ =>
            {
                if (hasRun || count++ != operation)
                    return;
                hasRun = true;
                world.Operations.Hook = null;
                if (byRefresh)
                    await other.Housekeeping.RunAsync(Stop);
                else
                    await IssueAsync(world, other, "a");
            };
            await one.Housekeeping.RunAsync(Stop);
            if (!hasRun)
                break;
            world.Operations.Hook = null;
            overtaken++;
            await IssueAsync(world, one, "b");
            await Audit.RunAsync(world);
        }

        Assert.True(overtaken > 10, $"{overtaken} operations");
    }

    [Fact]
    public async Task Cosignatures_that_are_wrong_where_they_are_published_are_replaced()
    {
        _ = new InMemoryWitnesses(_world, 2);
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        var note = SignedNote.Parse(_world.Ledger.Published.Last().Span);
        var damaged = note with { Signatures = [.. note.Signatures.Select(line => line.Name == InMemoryWorld.Origin ? line : line with { Value = new byte[line.Value.Length] })] };
        _world.Ledger.SetCheckpoint(damaged.Encode());
        await using var another = _world.Start();
        await another.Housekeeping.RunAsync(Stop);
        Assert.Equal(2, Published.Sightings.Count);
    }

    [Fact]
    public async Task A_head_that_is_made_again_from_what_was_published_is_the_logs_own_word()
    {
        _ = new InMemoryWitnesses(_world, 2);
        await using (var before = _world.Start())
            await IssueAsync(before, "a");
        var head = _world.Ledger.Head!;
        _world.Ledger.SetHead(null);
        var report = await _world.Doctor().RunAsync(new DoctorOptions(Apply: true), null, Stop);
        Assert.True(report.IsHealthy, string.Join("; ", report.Findings));
        Assert.Equal(head.Note.ToArray(), _world.Ledger.Head!.Note.ToArray());
        Assert.Empty((await _world.Doctor().RunAsync(new DoctorOptions(), null, Stop)).Findings);

        // A receipt of an earlier batch was set back to; the newest that anybody kept is cosigned too.
        _world.Ledger.SetHead(null);
        report = await _world.Doctor().RunAsync(new DoctorOptions(Apply: true, Kept: _world.Ledger.Published.Last()), null, Stop);
        Assert.Equal(head.Note.ToArray(), _world.Ledger.Head!.Note.ToArray());
        await using var service = _world.Start();
        await IssueAsync(service, "b");
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Receipts_that_the_doctor_writes_again_carry_the_cosignatures_of_what_is_published()
    {
        _ = new InMemoryWitnesses(_world, 2);
        await using var service = _world.Start();
        await IssueAsync(service, "a");
        _world.Inbox.LoseReceipts();
        await _world.Doctor().RunAsync(new DoctorOptions(Apply: true, Receipts: true), null, Stop);
        Assert.Equal(2, Weigh(Receipt.Parse(Assert.Single(_world.Inbox.Receipts).Value).Proof.Checkpoint).Sightings.Count);
        await Audit.RunAsync(_world);
    }

    // What an operator tries when the log stands still.
    [Fact]
    public async Task Neither_the_doctor_nor_a_rebuild_shows_anything_that_waits_for_witnesses()
    {
        var witnesses = new InMemoryWitnesses(_world, 2);
        await using var service = _world.Start();
        await IssueAsync(service, "a");
        var published = _world.Ledger.Published.Count;
        witnesses[1] = Conduct.Unreachable;
        await IssueAsync(service, "b");
        var report = await _world.Doctor().RunAsync(new DoctorOptions(Apply: true, Receipts: true), null, Stop);
        Assert.Contains(report.Findings, finding => finding is { Kind: FindingKind.Finished, Repaired: false });
        await _world.IndexRebuild().RunAsync(null, Stop);
        Assert.Equal((published, 1, 1), (_world.Ledger.Published.Count, _world.Inbox.Receipts.Count, _world.Ledger.IndexedActs.Count));
        witnesses[1] = Conduct.Signs;
        _world.Time.Advance(StagedActs.Invisible);
        await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(2, _world.Inbox.Receipts.Count);
        await Audit.RunAsync(_world);
    }

    private Task IssueAsync(InMemoryService service, string name) => IssueAsync(_world, service, name);

    private static async Task IssueAsync(InMemoryWorld world, InMemoryService service, string name)
    {
        await service.Intake.HandleAsync(world.Upload("bank", name, Bytes(name)), Stop);
        await service.Sequencer.DrainAsync(Stop);
    }

    private PolicyResult Weigh(ReadOnlyMemory<byte> note) =>
        _world.Witnesses!.Policy.Trust.Weigh(SignedCheckpoint.Open(note, InMemoryWorld.Origin, _world.EveryVerifier), _world.Time.GetUtcNow());
}

namespace TrueCopy.Ledger.Tests.Handovers;

/// <summary>What is kept of receivers and handovers follows from the journal, and is brought back from there.</summary>
public sealed class HandoverRecoveryTests
{
    private readonly InMemoryWorld _world = new();
    private readonly Parcel _waiting = new("waiting");
    private readonly Parcel _used = new("used");
    private readonly Parcel _declined = new("declined");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rebuild_of_the_index_brings_back_every_handover_and_receiver()
    {
        await FillAsync();
        var before = Snapshot();
        var traces = await TracesAsync();
        _world.Ledger.LoseIndex();
        await _world.IndexRebuild().RunAsync(null, Stop);
        Assert.Equal(before, Snapshot());
        Assert.Equal(traces, await TracesAsync());
        Assert.Empty((await DoctorAsync(apply: false)).Findings);
        await using var service = _world.Start();
        Assert.Equal(ActKind.Received, (await service.Handovers.ActAsync("lender", _waiting.Id, _waiting.Act(ActKind.Received), Stop))!.Act);
        Assert.Single((await service.Directory.ListAsync(Stop)).Receivers);
        _world.Ledger.Violations.Clear();
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Each_row_of_receivers_and_handovers_that_is_missing_different_or_one_too_many_is_found_and_mended()
    {
        await FillAsync();
        Assert.Empty((await DoctorAsync(apply: false)).Findings);
        var before = Snapshot();
        var tables = _world.Ledger.Tables;
        var sent = tables.Rows(StorageNames.HandoversTable).First(row => row.Key == $"{_used.Id}:sent");
        var listed = tables.Rows(StorageNames.HandoversTable).First(row => row.Partition == "@lender");
        var described = tables.Rows(StorageNames.ReceiversTable);
        (FindingKind Kind, Action Damage)[] damages =
        [
            (FindingKind.Handover, () => tables.Remove(StorageNames.HandoversTable, sent)),
            (FindingKind.Handover, () => tables.Remove(StorageNames.HandoversTable, listed)),
            (FindingKind.Handover, () => tables.Set(StorageNames.HandoversTable, sent with { LogIndex = sent.LogIndex + 1 })),
            (FindingKind.Handover, () => tables.Set(StorageNames.HandoversTable, sent with { Confidential = listed.Confidential })),
            (FindingKind.Handover, () => tables.Set(StorageNames.HandoversTable, sent with { Confidential = "{" })),
            (FindingKind.Handover, () => tables.Set(StorageNames.HandoversTable, listed with { Key = $"0{listed.Key}" })),
            (FindingKind.Handover, () => tables.Set(StorageNames.HandoversTable, listed with { Partition = "@other" })),
            (FindingKind.Receiver, () => tables.Clear(StorageNames.ReceiversTable)),
            (FindingKind.Receiver, () => tables.Set(StorageNames.ReceiversTable, described[0] with { Entry = described[1].Entry })),
        ];
        foreach (var (kind, damage) in damages)
        {
            damage();
            Assert.Equal(kind, Assert.Single((await DoctorAsync(apply: false)).Findings.Select(finding => finding.Kind).Distinct()));
            Assert.All((await DoctorAsync(apply: true)).Findings, finding => Assert.True(finding.Repaired));
            Assert.Empty((await DoctorAsync(apply: false)).Findings);
            Assert.Equal(before, Snapshot());
        }
    }

    [Fact]
    public async Task A_package_that_should_be_gone_is_found_and_deleted()
    {
        await using (var service = _world.Start())
        {
            _world.AddReceiver("lender");
            await _used.SendAsync(_world, service, Stop);
            using (_world.Inbox.HoldLease(_used.Blob))
                await service.Handovers.ActAsync("lender", _used.Id, _used.Act(ActKind.Received), Stop);
        }

        Assert.True(_world.Inbox.All.ContainsKey(_used.Blob));
        var finding = Assert.Single((await DoctorAsync(apply: true, receipts: true)).Findings);
        Assert.Equal((FindingKind.Receipt, "1 packages are there that wait for nobody", true), (finding.Kind, finding.What, finding.Repaired));
        Assert.False(_world.Inbox.All.ContainsKey(_used.Blob));
        Assert.Empty((await DoctorAsync(apply: false, receipts: true)).Findings);
    }

    // Otherwise it would be sent once more, or what its receiver did be dropped.
    [Fact]
    public async Task While_the_index_lacks_the_acts_of_a_handover_nothing_of_it_is_recorded_or_lost()
    {
        await FillAsync();
        var row = _world.Ledger.IndexedActs.Single(act => act.Digest.Equals(_waiting.Digest));
        _world.Ledger.Lose(row.Digest, row.ActId);
        await using var service = _world.Start();
        await _world.Staged.AddAsync(_waiting.Staged(_world, ActKind.Received), Stop);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(1, _world.Staged.Count);
        Assert.DoesNotContain(_world.Ledger.IndexedActs, act => act.Digest.Equals(_waiting.Digest));

        await DoctorAsync(apply: true);
        _world.Time.Advance(StagedActs.Invisible);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(0, _world.Staged.Count);
        Assert.Equal(HandoverState.Received, (await service.Traces.TraceAsync(_waiting.Id, Stop))!.State);
        await Audit.RunAsync(_world);
    }

    private async Task FillAsync()
    {
        _world.AddReceiver("lender");
        await using var service = _world.Start();
        await service.Housekeeping.RunAsync(Stop);
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        _world.AddReceiver("lender", new byte[32]);
        await service.Housekeeping.RunAsync(Stop);
        foreach (var parcel in (Parcel[])[_waiting, _used, _declined])
        {
            await parcel.SendAsync(_world, service, Stop);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await service.Handovers.ActAsync("lender", _declined.Id, _declined.Act(ActKind.Declined), Stop);
        await service.Handovers.ActAsync("lender", _used.Id, _used.Act(ActKind.Received), Stop);
        await service.Handovers.ActAsync("lender", _used.Id, _used.Act(ActKind.Used), Stop);
        await service.Handovers.WithdrawAsync(_used.Id, _used.WithdrawKey, Stop);
    }

    private Task<RecoveryReport> DoctorAsync(bool apply, bool receipts = false) => _world.Doctor().RunAsync(new DoctorOptions(apply, receipts), null, Stop);

    private async Task<string[]> TracesAsync()
    {
        await using var service = _world.Start();
        var traces = new List<string>();
        foreach (var parcel in (Parcel[])[_waiting, _used, _declined])
        {
            var trace = (await service.Traces.TraceAsync(parcel.Id, Stop))!;
            traces.Add($"{trace.Receiver} {trace.State} {string.Join(' ', trace.Events.Select(item => $"{item.Act} {item.LogIndex}"))}");
        }

        return [.. traces];
    }

    // But for what was announced, which is in no journal.
    private string[] Snapshot() =>
    [
        .. _world.Ledger.Tables.Rows(StorageNames.ReceiversTable).Select(row => row.ToString()),
        .. _world.Ledger.Tables.Rows(StorageNames.HandoversTable).Where(row => row.LogIndex is not null).Select(row => row.ToString()),
        .. _world.Ledger.IndexedActs.Select(row => $"{row.Digest} {row.ActId} {row.LogIndex} {row.Opening.Hex} {System.Text.Encoding.UTF8.GetString(UnpublishedJson.Encode(row.Unpublished))}").Order(StringComparer.Ordinal),
    ];
}

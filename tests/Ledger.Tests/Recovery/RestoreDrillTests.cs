using System.Text;

namespace TrueCopy.Ledger.Tests.Recovery;

/// <summary>
/// What an operator does when storage is lost or comes back as it was earlier, played: a restore that would fork the log is refused
/// until it is put right, and everything else goes on without a loss of what has a receipt.
/// </summary>
public sealed class RestoreDrillTests
{
    private static readonly string[] LogAndState = [StorageNames.LogContainer, StorageNames.StateContainer];
    private static readonly string[] Tables = [StorageNames.AnchorsTable, StorageNames.IssuedTable, StorageNames.ReferencesTable, StorageNames.RevocationsTable, StorageNames.IssuersTable];

    private static readonly BlobAddress Finished = new(StorageNames.StateContainer, "finished");
    private static readonly BlobAddress Lease = new(StorageNames.StateContainer, "sequencer");

    private readonly InMemoryWorld _world = new();
    private int _issued;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_state_that_is_older_than_the_published_checkpoint_is_refused_and_nothing_is_signed_until_it_is_put_right(int lost)
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(lost);
        var now = BackUp();

        Restore(backup, StorageNames.StateContainer);
        await AssertRefusedAsync("the head was set back");
        var finding = Assert.Single(await DoctorAsync(), finding => finding.Kind == FindingKind.Checkpoint);
        Assert.Contains("the head was set back", finding.What, StringComparison.Ordinal);
        Assert.False(finding.Repaired);

        Restore(now, StorageNames.StateContainer);
        await AssertGoesOnAsync();
        Assert.Equal(Verdict.Verified, await VerifyAsync("waits"));
    }

    [Fact]
    public async Task A_head_that_is_older_than_what_was_finished_is_refused_though_the_public_log_is_as_old()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(2);
        var now = BackUp();

        Restore(backup, LogAndState);
        _world.Ledger.Put(Finished, now.Blobs[Finished]);
        await AssertRefusedAsync("the head was set back");

        Restore(now, LogAndState);
        await AssertGoesOnAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_state_that_is_lost_begins_no_second_log(bool withThePublicLog)
    {
        await IssueAsync(3);
        var now = BackUp();

        Lose(withThePublicLog ? LogAndState : [StorageNames.StateContainer]);
        await AssertRefusedAsync("there is no head");

        if (withThePublicLog)
            Restore(now, StorageNames.LogContainer);
        Assert.All(await DoctorAsync(apply: true), finding => Assert.True(finding.Repaired || finding.Kind is FindingKind.Finished or FindingKind.Pending, finding.What));
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task Log_and_state_that_are_both_older_than_the_journal_are_found_by_the_doctor_which_changes_nothing()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(3);

        // The journal is write-once and stays; the index is where it was.
        Restore(backup, LogAndState);
        var before = BackUp();
        var finding = Assert.Single(await DoctorAsync(apply: true));
        Assert.Equal((FindingKind.Head, false), (finding.Kind, finding.Repaired));
        Assert.Contains("3 batches", finding.What, StringComparison.Ordinal);
        Assert.Equal(before.Describe(), BackUp().Describe());
    }

    [Fact]
    public async Task Log_and_state_that_are_both_older_come_back_with_a_checkpoint_that_somebody_kept()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(3);
        var kept = _world.Ledger.Published.Last();

        Restore(backup, LogAndState);
        Assert.All(await DoctorAsync(apply: true, kept), finding => Assert.True(finding.Repaired || finding.Kind == FindingKind.Finished, finding.What));
        Assert.Equal(kept.ToArray(), _world.Ledger.Head!.Note.ToArray());
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task A_checkpoint_that_somebody_kept_and_no_key_of_the_log_signed_brings_nothing_back()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(1);
        var signed = Checkpoint.Parse(TransparencyLog.Notes.SignedNote.Parse(_world.Ledger.Published.Last().Span).Text);
        var forged = await SignedCheckpoint.SignAsync(signed, [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()], Stop);

        Restore(backup, LogAndState);
        var before = BackUp();
        Assert.Contains(await DoctorAsync(apply: true, forged.Note), finding => !finding.Repaired && finding.Kind is FindingKind.Head or FindingKind.Journal);
        Assert.Equal(before.Describe(), BackUp().Describe());
    }

    [Fact]
    public async Task A_whole_account_that_is_older_is_found_by_the_checkpoint_that_somebody_kept()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(2);
        var kept = _world.Ledger.Published.Last();

        RestoreAll(backup);
        Assert.Empty(await DoctorAsync());
        var finding = Assert.Single(await DoctorAsync(apply: true, kept));
        Assert.Equal((FindingKind.Journal, false), (finding.Kind, finding.Repaired));
        Assert.Contains("the journal was set back", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_from_a_backup_are_brought_up_to_date_from_the_journal_beside_the_running_service()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(2);
        RestoreTables(backup);
        Assert.True((await _world.IndexRebuild().RunAsync(null, Stop)).IsHealthy);
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task A_public_log_from_a_backup_is_brought_up_to_date_without_a_loss()
    {
        await IssueAsync(2);
        var backup = BackUp();
        await IssueAsync(1);

        // The checkpoint goes on with the next batch; tiles between are the doctor's.
        Restore(backup, StorageNames.LogContainer);
        Assert.All(await DoctorAsync(apply: true), finding => Assert.True(finding.Repaired, finding.What));
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task Queues_that_are_lost_lose_no_act_that_is_in_the_log_and_whoever_waits_uploads_again()
    {
        await IssueAsync(2);
        await using (var service = _world.Start())
        {
            // Taken in, and then the process that was to sequence it and its queue are gone.
            using (_world.Ledger.HoldLease(Lease))
                await service.Intake.HandleAsync(_world.Upload("bank", "waits", "waits"u8.ToArray()), Stop);
        }

        Assert.Equal(1, _world.Staged.Count);
        _world.Time.Advance(TimeSpan.FromMinutes(10));
        foreach (var queue in (string[])[StorageNames.StagedActsQueue, StorageNames.StagedBulkQueue, StorageNames.AnswersQueue])
            foreach (var message in _world.Queues.Take(queue, 100, TimeSpan.Zero))
                Assert.True(_world.Queues.Remove(queue, message.Handle));
        await AssertGoesOnAsync();
        Assert.Equal(Verdict.Unknown, await VerifyAsync("waits"));

        await using (var service = _world.Start())
            await service.Intake.HandleAsync(_world.Upload("bank", "waits", "waits"u8.ToArray()), Stop);
        Assert.Equal(Verdict.Verified, await VerifyAsync("waits"));
    }

    [Fact]
    public async Task A_vault_that_is_away_and_recovered_costs_waiting_and_nothing_else()
    {
        await IssueAsync(2);
        _world.Operations.Hook = operation => operation.Name == "sign" ? Task.FromException(new InjectedFaultException(operation.Name)) : Task.CompletedTask;
        await using (var service = _world.Start())
            await service.Intake.HandleAsync(_world.Upload("bank", "waits", "waits"u8.ToArray()), Stop);
        Assert.Equal(Verdict.Verified, await VerifyAsync("document 0"));
        Assert.Equal((1, Verdict.Unknown), (_world.Staged.Count, await VerifyAsync("waits")));

        _world.Operations.Hook = null;
        await AssertGoesOnAsync();
        Assert.Equal(Verdict.Verified, await VerifyAsync("waits"));
    }

    [Fact]
    public async Task What_a_restore_takes_grows_with_the_entries_and_is_counted()
    {
        // Of what docs/operations/recovery.md says of time: requests for each batch, and for each entry in it.
        var small = await CountAsync(20);
        var large = await CountAsync(40);
        TestContext.Current.TestOutputHelper?.WriteLine($"requests to bring back log and index of n batches of one entry: 20: {small}, 40: {large}, each more: {(large - small) / 20.0}");
        Assert.Equal(14, (large - small) / 20.0);

        static async Task<int> CountAsync(int documents)
        {
            var drill = new RestoreDrillTests();
            await drill.IssueAsync(documents);
            drill._world.Ledger.LoseIndex();
            drill._world.Ledger.Tiles.Clear();
            drill._world.Ledger.SetCheckpoint(null);
            var before = drill._world.Operations.Log.Count;
            Assert.All(await drill.DoctorAsync(apply: true), finding => Assert.True(finding.Repaired, finding.What));
            return drill._world.Operations.Log.Count - before;
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<Finding>> DoctorAsync(bool apply = false, ReadOnlyMemory<byte>? kept = null) =>
        (await _world.Doctor().RunAsync(new DoctorOptions(apply, Kept: kept), null, Stop)).Findings;

    private async Task IssueAsync(int documents)
    {
        await using var service = _world.Start();
        for (var end = _issued + documents; _issued < end; _issued++)
            await service.Intake.HandleAsync(_world.Upload("bank", $"document {_issued}", Encoding.UTF8.GetBytes($"document {_issued}")), Stop);
    }

    private async Task<Verdict> VerifyAsync(string content)
    {
        await using var service = _world.Start();
        return (await service.Verifier.VerifyAsync(Samples.DigestOf(Encoding.UTF8.GetBytes(content)), Stop)).Verdict;
    }

    // What is uploaded meanwhile is taken in and waits.
    private async Task AssertRefusedAsync(string why)
    {
        var (head, journal, published) = (_world.Ledger.Head?.Journal, _world.Ledger.Journal.Count, _world.Ledger.Published.Count);
        var signed = Signed();
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", "waits", "waits"u8.ToArray()), Stop);
        for (var i = 0; i < 2; i++)
        {
            var refusal = await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => service.Sequencer.DrainAsync(Stop));
            Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("docs/operations/recovery.md", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal((head, journal, published, signed), (_world.Ledger.Head?.Journal, _world.Ledger.Journal.Count, _world.Ledger.Published.Count, Signed()));
    }

    private int Signed() => _world.Operations.Log.Count(operation => operation == "sign");

    // Everything that was issued is verified, what waited is issued, and nobody who saw any checkpoint sees a fork.
    private async Task AssertGoesOnAsync()
    {
        // What a crash held is visible again, and its lease has run out.
        _world.Time.Advance(TimeSpan.FromMinutes(10));
        await using (var service = _world.Start())
            await service.Housekeeping.RunAsync(Stop);
        Assert.Equal(0, _world.Staged.Count);
        await IssueAsync(1);
        for (var i = 0; i < _issued; i++)
            Assert.Equal(Verdict.Verified, await VerifyAsync($"document {i}"));
        _world.Ledger.Violations.Clear();
        _world.Alarms.Clear();

        // What is published again after a restore was seen before.
        var published = _world.Ledger.Published.ToArray();
        _world.Ledger.Published.Clear();
        foreach (var note in published.DistinctBy(note => Convert.ToHexString(note.Span)))
            _world.Ledger.Published.Enqueue(note);
        await Audit.RunAsync(_world);
    }

    private Backup BackUp() => new(
        _world.Ledger.All.ToDictionary(blob => blob.Key, blob => blob.Value.Content),
        Tables.ToDictionary(table => table, table => _world.Ledger.Tables.Rows(table)));

    private void Lose(params string[] containers)
    {
        foreach (var blob in _world.Ledger.All.Keys.Where(blob => containers.Contains(blob.Container)))
            _world.Ledger.Remove(blob);
    }

    private void Restore(Backup backup, params string[] containers)
    {
        Lose(containers);
        foreach (var (blob, content) in backup.Blobs.Where(blob => containers.Contains(blob.Key.Container)))
            _world.Ledger.Put(blob, content);
    }

    private void RestoreTables(Backup backup)
    {
        foreach (var (table, rows) in backup.Rows)
        {
            _world.Ledger.Tables.Clear(table);
            _world.Ledger.Tables.Set(table, [.. rows]);
        }
    }

    private void RestoreAll(Backup backup)
    {
        Restore(backup, [.. LogAndState, StorageNames.JournalContainer]);
        RestoreTables(backup);
    }

    /// <summary>The ledger account as it was.</summary>
    private sealed record Backup(IReadOnlyDictionary<BlobAddress, ReadOnlyMemory<byte>> Blobs, IReadOnlyDictionary<string, IReadOnlyList<TableRow>> Rows)
    {
        public string[] Describe() =>
        [
            .. Blobs.Select(blob => $"{blob.Key} {Convert.ToHexString(blob.Value.Span)}").Order(StringComparer.Ordinal),
            .. Rows.SelectMany(table => table.Value.Select(row => $"{table.Key} {row}")).Order(StringComparer.Ordinal),
        ];
    }
}

using System.Text;

namespace TrueCopy.Ledger.Tests.Recovery;

/// <summary>Whatever is lost but the journal comes back from it, and nothing is repaired that would contradict a signature.</summary>
public sealed class RecoveryTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task A_whole_ledger_has_no_findings_and_nothing_is_written()
    {
        await FillAsync();
        var before = _world.Operations.Log.Count;
        Assert.Empty((await DoctorAsync(apply: true)).Findings);
        string[] reads = ["checkpoint.read", "finished.read", "head.read", "journal.read", "journal.list", "tile.read", "status.read", "index.query", "issued.query", "references.query", "revocations.query", "issuers.query", "keys.query", "staged.peek", "bulk.peek", "index.list", "references.list", "revocations.list", "handovers.list", "poison.count", "letters.list"];
        Assert.Empty(_world.Operations.Log.Skip(before).Except(reads));
    }

    [Fact]
    public async Task A_lost_index_is_written_again_from_the_journal_as_it_was()
    {
        await FillAsync();
        var before = Snapshot();
        _world.Ledger.LoseIndex();
        Assert.True((await _world.IndexRebuild().RunAsync(null, Stop)).IsHealthy);
        Assert.Equal(before, Snapshot());
        await AssertAllIsWellAsync();
    }

    [Fact]
    public async Task A_lost_public_log_comes_back_byte_for_byte()
    {
        await FillAsync();
        var before = Snapshot();
        _world.Ledger.Tiles.Clear();
        _world.Ledger.SetCheckpoint(null);

        var report = await DoctorAsync(apply: false);
        Assert.Equal([FindingKind.Tile, FindingKind.Checkpoint], report.Findings.Select(finding => finding.Kind));
        Assert.Equal(0, _world.Ledger.Tiles.Count);

        Assert.True((await DoctorAsync(apply: true)).IsHealthy);
        Assert.Equal(before, Snapshot());
        await AssertAllIsWellAsync();
    }

    [Fact]
    public async Task Everything_at_once_but_the_journal_comes_back_and_the_log_goes_on()
    {
        await FillAsync();
        _world.Ledger.Tiles.Clear();
        _world.Ledger.LoseIndex();
        _world.Inbox.LoseReceipts();
        Assert.True((await DoctorAsync(apply: true, receipts: true)).IsHealthy);
        await AssertAllIsWellAsync();

        await IssueAsync("after", "after");
        await AssertAllIsWellAsync();
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task Each_tile_that_is_missing_or_different_is_found_by_name_and_mended()
    {
        await FillAsync(more: 300);
        var size = InMemoryLedger.SizeOf(_world.Ledger.Published.Last());
        foreach (var tile in InMemoryLedger.TilesOf(size))
        {
            var bytes = _world.Ledger.Tiles[tile].ToArray();
            _world.Ledger.Tiles.Remove(tile);
            await AssertMendedAsync(FindingKind.Tile, $"1 tiles or bundles are missing: {tile}");
            var damaged = bytes.ToArray();
            damaged[^1] ^= 1;
            _world.Ledger.Tiles[tile] = damaged;
            await AssertMendedAsync(FindingKind.Tile, $"1 tiles or bundles have other bytes than the journal: {tile}");
            Assert.Equal(bytes, _world.Ledger.Tiles[tile].ToArray());
        }
    }

    [Fact]
    public async Task Each_status_pack_that_is_missing_or_different_is_found_by_name_and_mended()
    {
        await FillAsync();
        var before = Snapshot();
        foreach (var (size, pack) in _world.Ledger.Packs)
        {
            _world.Ledger.SetPack(size, null);
            await AssertMendedAsync(FindingKind.Pack, $"1 status packs are missing: {PackStore.NameOf(size)}");
            var damaged = pack.ToArray();
            damaged[^1] ^= 1;
            _world.Ledger.SetPack(size, damaged);
            await AssertMendedAsync(FindingKind.Pack, $"1 status packs have other bytes than the journal: {PackStore.NameOf(size)}");
            Assert.Equal(before, Snapshot());
        }
    }

    [Fact]
    public async Task While_the_newest_status_pack_is_lost_nothing_is_answered_or_committed_and_the_doctor_brings_it_back()
    {
        await FillAsync();
        var (size, pack) = _world.Ledger.Packs.MaxBy(pack => pack.Key);
        foreach (var damage in new ReadOnlyMemory<byte>?[] { null, _world.Ledger.Packs.MinBy(other => other.Key).Value, "garbage"u8.ToArray(), pack[..^1] })
        {
            _world.Ledger.SetPack(size, damage);
            await using (var service = _world.Start())
            {
                await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(Samples.DigestOf("content 0"u8.ToArray()), Stop));
                await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => service.Sequencer.DrainAsync(Stop));
            }

            _world.Lease.Expire();
            await AssertMendedAsync(FindingKind.Pack, null);
            await AssertAllIsWellAsync();
        }
    }

    // By an operator who signs what the log's own entries contradict.
    [Fact]
    public async Task A_status_entry_that_is_not_that_of_the_entries_before_it_is_found_and_left_as_evidence()
    {
        await FillAsync();
        var batch = JournalFormat.Decode(_world.Ledger.Journal[_world.Ledger.Head!.Journal]);
        var edge = await RightEdge.LoadAsync(_world.Ledger.Log, batch.Start, Stop);
        var lie = batch.Status()! with { Root = Convert.ToHexStringLower(StatusHasher.Zero(0).Bytes) };
        JournalRecord[] records = [.. batch.Records.SkipLast(1), new JournalRecord(lie.Encode(), null, null)];
        foreach (var record in records)
            edge.Append(record.Entry.Span);
        var signed = new JournalBatch(batch.Previous, batch.Start, edge.Root(), records, edge.TakeTiles(), Pack: batch.Pack);
        var note = (await SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, signed.Size, signed.Root), _world.Identity.Signers, Stop)).Note;
        _world.Ledger.SetJournal(signed.Name, JournalFormat.Encode(signed).ToArray());
        _world.Ledger.SetHead(new Head(signed.Name, note));
        foreach (var tile in signed.Tiles)
            await _world.Ledger.Log.ReplaceAsync(tile, Stop);
        _world.Ledger.SetCheckpoint(note);

        var findings = (await DoctorAsync(apply: true)).Findings.Where(finding => finding.Kind == FindingKind.Status).ToArray();
        Assert.Contains($"entry {signed.Size - 1} breaks a rule of the status: the status that it commits to is not that of the entries before it", Assert.Single(findings).What, StringComparison.Ordinal);
        Assert.False(findings[0].Repaired);
        Assert.Single((await DoctorAsync(apply: true)).Findings, finding => finding.Kind == FindingKind.Status);
        await using var service = _world.Start();
        await Assert.ThrowsAsync<LogUnavailableException>(() => service.Verifier.VerifyAsync(Samples.DigestOf("content 0"u8.ToArray()), Stop));
    }

    [Fact]
    public async Task Each_row_that_is_missing_different_or_one_too_many_is_found_and_mended()
    {
        await FillAsync();
        var before = Snapshot();
        var ledger = _world.Ledger;
        var act = ledger.IndexedActs.First(row => row.Unpublished.Reference is not null);
        var stranger = Samples.DigestOf("nobody's"u8.ToArray());
        var tables = ledger.Tables;
        var reference = tables.Rows(StorageNames.ReferencesTable)[0];
        var keys = tables.Rows(StorageNames.IssuersTable).Single(row => row.Partition == KeyHistory.Partition);
        var described = tables.Rows(StorageNames.IssuersTable).Single(row => row.Partition == "bank");
        (FindingKind Kind, Action Damage)[] damages =
        [
            (FindingKind.Act, () => ledger.Lose(act.Digest, act.ActId)),
            (FindingKind.Act, () => ledger.Put(act with { LogIndex = act.LogIndex + 1 })),
            (FindingKind.Act, () => ledger.Put(act with { LogIndex = 0 })),
            (FindingKind.Act, () => ledger.Put(act with { Opening = Opening.Create() })),
            (FindingKind.Act, () => ledger.Put(act with { EntryBytes = new byte[] { 1 } })),
            (FindingKind.Act, () => ledger.Put(act with { Unpublished = Unpublished.None })),
            (FindingKind.Act, () => ledger.Put(act with { Digest = stranger })),
            (FindingKind.Act, () => ledger.Put(act with { ActId = new ActId("00") })),
            (FindingKind.Issued, () => tables.Clear(StorageNames.IssuedTable)),
            (FindingKind.Reference, () => tables.Remove(StorageNames.ReferencesTable, reference)),
            (FindingKind.Reference, () => tables.Set(StorageNames.ReferencesTable, reference with { Key = $"{ReferenceIndex.HashOf("bank", "other")}:{act.Digest}" })),
            (FindingKind.Reference, () => tables.Set(StorageNames.ReferencesTable, reference with { Key = $"{reference.Key[..64]}:{stranger}" })),
            (FindingKind.Revocation, () => tables.Clear(StorageNames.RevocationsTable)),
            (FindingKind.Revocation, () => tables.Set(StorageNames.RevocationsTable, new TableRow("bank", stranger.ToString()))),
            (FindingKind.Keys, () => tables.Clear(StorageNames.IssuersTable, KeyHistory.Partition)),
            (FindingKind.Keys, () => tables.Set(StorageNames.IssuersTable, keys with { Note = null })),
            (FindingKind.Keys, () => tables.Set(StorageNames.IssuersTable, keys with { Entry = "\u0001" })),
            (FindingKind.Issuer, () => tables.Clear(StorageNames.IssuersTable, "bank")),
            (FindingKind.Issuer, () => tables.Set(StorageNames.IssuersTable, described with { Entry = described.Entry!.Replace("The bank Ltd", "Another", StringComparison.Ordinal) })),
        ];
        foreach (var (kind, damage) in damages)
        {
            damage();
            await AssertMendedAsync(kind, null);
            Assert.Equal(before, Snapshot());
        }
    }

    [Fact]
    public async Task The_first_entry_of_an_act_takes_back_the_row_that_a_later_one_got()
    {
        var upload = _world.Upload("bank", "twice", "twice"u8.ToArray());
        await using (var service = _world.Start())
            await service.Intake.HandleAsync(upload, Stop);
        var first = _world.Ledger.IndexedActs.Single();
        _world.Ledger.LoseIndex();
        await using (var service = _world.Start())
            await service.Intake.HandleAsync(upload, Stop);
        Assert.NotEqual(first.LogIndex, _world.Ledger.IndexedActs.Single().LogIndex);

        var finding = Assert.Single((await _world.IndexRebuild().RunAsync(null, Stop)).Findings);
        Assert.Equal("1 acts were indexed by a later entry than their first", finding.What);
        Assert.Equal(first.LogIndex, _world.Ledger.IndexedActs.Single().LogIndex);
        Assert.Empty((await DoctorAsync(apply: false)).Findings);
    }

    [Fact]
    public async Task A_journal_that_is_not_whole_is_said_to_be_so_batch_by_batch_and_never_touched()
    {
        await FillAsync();
        foreach (var (name, batch) in _world.Ledger.Journal.ToArray())
        {
            _world.Ledger.SetJournal(name, null);
            await AssertBrokenAsync(name);
            var damaged = batch.ToArray();
            damaged[damaged.Length / 2] ^= 1;
            _world.Ledger.SetJournal(name, damaged);
            await AssertBrokenAsync(name);
            _world.Ledger.SetJournal(name, batch.ToArray());
        }

        Assert.Empty((await DoctorAsync(apply: false)).Findings);

        async Task AssertBrokenAsync(string name)
        {
            var finding = Assert.Single((await DoctorAsync(apply: true)).Findings, finding => finding.Kind == FindingKind.Journal);
            Assert.Contains(name, finding.What, StringComparison.Ordinal);
            Assert.False(finding.Repaired);
            await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => _world.IndexRebuild().RunAsync(null, Stop));
        }
    }

    [Fact]
    public async Task Batches_that_lost_the_race_are_passed_by()
    {
        await FillAsync();
        var batch = JournalFormat.Decode(_world.Ledger.Journal[_world.Ledger.Head!.Journal]);
        var loser = batch with { Root = default };
        _world.Ledger.SetJournal(loser.Name, JournalFormat.Encode(loser).ToArray());
        Assert.Empty((await DoctorAsync(apply: false)).Findings);
    }

    [Fact]
    public async Task A_lost_head_is_made_again_from_the_published_checkpoint_and_the_log_goes_on()
    {
        await FillAsync();
        _world.Ledger.SetHead(null);
        Assert.Equal(FindingKind.Head, Assert.Single((await DoctorAsync(apply: false)).Findings).Kind);
        Assert.Null(_world.Ledger.Head);
        Assert.True((await DoctorAsync(apply: true)).IsHealthy);
        await IssueAsync("after", "after");
        await AssertAllIsWellAsync();
    }

    [Fact]
    public async Task A_head_that_could_fork_the_log_is_not_made()
    {
        await FillAsync();
        var older = _world.Ledger.Published.First();
        _world.Ledger.SetHead(null);
        _world.Ledger.SetCheckpoint(older);
        Assert.False((await DoctorAsync(apply: true)).IsHealthy);
        _world.Ledger.SetCheckpoint(null);
        Assert.False((await DoctorAsync(apply: true)).IsHealthy);
        Assert.Null(_world.Ledger.Head);
    }

    [Fact]
    public async Task A_published_checkpoint_that_contradicts_the_head_is_left_as_evidence()
    {
        await FillAsync();
        var (head, published) = (_world.Ledger.Head!, _world.Ledger.Published.ToArray());
        var earlier = JournalFormat.Decode(_world.Ledger.Journal[head.Journal]).Previous;
        _world.Ledger.SetHead(new Head(earlier, published[^2]));
        await AssertLeftAsync(published[^1], "the head was set back");

        var other = await SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, InMemoryLedger.SizeOf(published[^1]), default), _world.Identity.Signers, Stop);
        _world.Ledger.SetHead(head);
        _world.Ledger.SetCheckpoint(other.Note);
        await AssertLeftAsync(other.Note, "that is a fork");

        async Task AssertLeftAsync(ReadOnlyMemory<byte> note, string what)
        {
            var finding = Assert.Single((await DoctorAsync(apply: true)).Findings, finding => finding.Kind == FindingKind.Checkpoint);
            Assert.Contains(what, finding.What, StringComparison.Ordinal);
            Assert.False(finding.Repaired);
            Assert.Equal(note.ToArray(), (await _world.Ledger.Log.ReadCheckpointAsync(Stop))!.Value.ToArray());
        }
    }

    [Fact]
    public async Task A_published_checkpoint_that_is_older_garbled_or_lost_is_published_again()
    {
        await FillAsync();
        var newest = _world.Ledger.Published.Last().ToArray();
        var unsigned = Encoding.UTF8.GetString(newest);
        foreach (var note in new ReadOnlyMemory<byte>?[] { null, "garbage"u8.ToArray(), _world.Ledger.Published.First(), Encoding.UTF8.GetBytes(unsigned[..(unsigned.TrimEnd('\n').LastIndexOf('\n') + 1)]) })
        {
            _world.Ledger.SetCheckpoint(note);
            await AssertMendedAsync(FindingKind.Checkpoint, null);
            Assert.Equal(newest, (await _world.Ledger.Log.ReadCheckpointAsync(Stop))!.Value.ToArray());
        }
    }

    [Fact]
    public async Task A_head_that_the_announced_keys_did_not_sign_is_not_published()
    {
        await FillAsync();
        var head = _world.Ledger.Head!;
        var (checkpoint, stranger) = (Checkpoint.Parse(TransparencyLog.Notes.SignedNote.Parse(head.Note.Span).Text), InMemoryWorld.NewEcdsa());
        _world.Ledger.SetHead(head with { Note = (await SignedCheckpoint.SignAsync(checkpoint, [stranger], Stop)).Note });
        _world.Ledger.SetCheckpoint(null);
        Assert.Contains((await DoctorAsync(apply: true)).Findings, finding => finding.Kind == FindingKind.Head);
        Assert.Null(await _world.Ledger.Log.ReadCheckpointAsync(Stop));
    }

    [Fact]
    public async Task What_waits_for_somebody_is_told()
    {
        await FillAsync();
        await _world.DeadLetters.KeepAsync("blob-events", "1", "?"u8.ToArray(), Stop);
        await _world.Staged.AddAsync(Samples.Upload("waits"), Stop);
        _world.Time.Advance(Doctor.Patience + TimeSpan.FromSeconds(1));
        Assert.Equal([FindingKind.Pending, FindingKind.Pending], (await DoctorAsync(apply: true)).Findings.Select(finding => finding.Kind));
    }

    [Fact]
    public async Task Receipts_that_are_missing_are_written_and_hold()
    {
        await FillAsync();
        var (source, algorithm) = _world.Inbox.Receipts.Keys.First();
        _world.Inbox.LoseReceipts();
        Assert.Empty((await DoctorAsync(apply: true)).Findings);
        Assert.Equal(FindingKind.Receipt, Assert.Single((await DoctorAsync(apply: true, receipts: true)).Findings).Kind);
        await AssertAllIsWellAsync();
        Assert.NotNull(Receipt.Parse(_world.Inbox.Receipts[(source, algorithm)]));
    }

    [Fact]
    public async Task A_batch_that_is_committed_and_not_finished_is_left_to_the_sequencer()
    {
        await FillAsync();
        _world.Operations.Hook = operation => operation.Name == "finished.write" ? Task.FromException(new InjectedFaultException(operation.Name)) : Task.CompletedTask;
        await IssueAsync("cut short", "cut short");
        _world.Operations.Hook = null;
        Assert.Equal(FindingKind.Finished, Assert.Single((await DoctorAsync(apply: true)).Findings).Kind);
        await IssueAsync("goes on", "goes on");
        Assert.Empty((await DoctorAsync(apply: false)).Findings);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<RecoveryReport> DoctorAsync(bool apply, bool receipts = false) =>
        _world.Doctor().RunAsync(new DoctorOptions(apply, receipts), null, Stop);

    private async Task IssueAsync(string path, string content)
    {
        await using var service = _world.Start();
        await service.Intake.HandleAsync(_world.Upload("bank", path, Encoding.UTF8.GetBytes(content)), Stop);
    }

    // Documents, a manifest with references, acts on them, and an event that came twice; a batch each.
    private async Task FillAsync(int more = 0)
    {
        for (var i = 0; i < 4; i++)
            await IssueAsync($"document {i}", $"content {i}");
        var manifest = new StringBuilder();
        for (var i = 0; i < 5 + more; i++)
            manifest.Append($$"""{"algorithm":"sha-256","digest":"{{Samples.DigestOf(Samples.Bytes($"line {i}")).Hex}}","reference":"loan-{{i / 2}}"}""").Append('\n');
        await IssueAsync("list.manifest.jsonl", manifest.ToString());
        await IssueAsync("list.acts.jsonl", """
            {"act":"revoke","reference":"loan-1","reason":"issuedInError","note":"wrong balance"}
            {"act":"suspend","reference":"loan-0"}
            """);
    }

    private async Task AssertMendedAsync(FindingKind kind, string? what)
    {
        var found = Assert.Single((await DoctorAsync(apply: false)).Findings.Select(finding => finding.Kind).Distinct());
        Assert.Equal(kind, found);
        var report = await DoctorAsync(apply: true);
        Assert.All(report.Findings, finding => Assert.True(finding.Repaired));
        if (what is not null)
            Assert.Equal(what, Assert.Single(report.Findings).What);

        // A row that is wrong can hide that another is: the second look sees what the first uncovered.
        await DoctorAsync(apply: true);
        Assert.Empty((await DoctorAsync(apply: true)).Findings);
    }

    private async Task AssertAllIsWellAsync()
    {
        Assert.Empty((await DoctorAsync(apply: false, receipts: true)).Findings);
        await using var service = _world.Start();
        Assert.Equal(Verdict.Verified, (await service.Verifier.VerifyAsync(Samples.DigestOf("content 0"u8.ToArray()), Stop)).Verdict);
        Assert.Equal(Verdict.Revoked, (await service.Verifier.VerifyAsync(Samples.DigestOf("line 2"u8.ToArray()), Stop)).Verdict);
        _world.Ledger.Violations.Clear();
        await Audit.RunAsync(_world);
    }

    private string[] Snapshot()
    {
        var ledger = _world.Ledger;
        var size = InMemoryLedger.SizeOf(ledger.Published.Last());
        return
        [
            .. ledger.IndexedActs.Select(row => $"{row.Digest} {row.ActId} {row.LogIndex} {row.Opening.Hex} {Convert.ToHexString(row.EntryBytes.Span)} {Encoding.UTF8.GetString(UnpublishedJson.Encode(row.Unpublished))}").Order(StringComparer.Ordinal),
            .. ledger.Tables.Rows(StorageNames.IssuedTable).Select(row => row.ToString()),
            .. ledger.Packs.OrderBy(pack => pack.Key).Select(pack => $"{pack.Key} {Convert.ToHexString(pack.Value.Span)}"),
            .. ledger.Tables.Rows(StorageNames.ReferencesTable).Select(row => row.ToString()),
            .. ledger.Tables.Rows(StorageNames.RevocationsTable).Select(row => row.ToString()),
            .. ledger.Tables.Rows(StorageNames.IssuersTable).Select(row => row.ToString()),
            .. InMemoryLedger.TilesOf(size).Select(tile => ledger.Tiles.TryGetValue(tile, out var bytes) ? $"{tile} {Convert.ToHexString(bytes.Span)}" : $"{tile} missing"),
        ];
    }
}

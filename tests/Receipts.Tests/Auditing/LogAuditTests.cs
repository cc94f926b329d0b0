using System.Text;

namespace TrueCopy.Receipts.Tests.Auditing;

/// <summary>A log that lies is found out, in every way that one can lie to somebody who remembers.</summary>
public sealed class LogAuditTests
{
    private readonly Notebook _notebook = new();

    [Fact]
    public async Task A_true_log_holds_time_after_time_and_only_what_is_new_is_read()
    {
        var log = NewLog();
        log.Grow(300);
        Assert.Equal(AuditOutcome.Holds, (await _notebook.AuditAsync(log)).Outcome);
        log.Read.Clear();
        Assert.Equal((AuditOutcome.Holds, 0L), Result(await _notebook.AuditAsync(log)));
        Assert.Empty(log.Read);

        log.Grow(300);
        Assert.Equal((AuditOutcome.Holds, 601L - 256), Result(await _notebook.AuditAsync(log)));
        Assert.DoesNotContain(log.Read, tile => tile is { IsEntries: true, Index: 0 });
    }

    [Fact]
    public async Task An_altered_entry_tile_or_bundle_is_damage_and_what_is_remembered_stays_as_it_was()
    {
        var log = NewLog();
        log.Grow(100);
        await _notebook.AuditAsync(log);
        log.Grow(500);
        foreach (var id in log.Tiles.Keys.Where(id => id == TileId.At(id.Level, id.Index, 601)).ToArray())
        {
            var bytes = log.Tiles[id];
            var altered = bytes.ToArray();
            altered[^1] ^= 1;
            log.Tiles[id] = altered;
            var report = await _notebook.AuditAsync(log);
            Assert.Equal(AuditOutcome.Damaged, report.Outcome);
            Assert.NotEmpty(report.Faults);
            Assert.Equal(101, _notebook.Memory!.AuditedSize);
            log.Tiles[id] = bytes;
        }

        Assert.Equal(AuditOutcome.Holds, (await _notebook.AuditAsync(log)).Outcome);
    }

    [Fact]
    public async Task A_missing_tile_is_damage_also_where_the_proof_of_growth_needs_it()
    {
        var log = NewLog();
        log.Grow(300);
        await _notebook.AuditAsync(log);
        log.Grow(300);
        log.Tiles.Remove(TileId.At(0, 1, 601));
        Assert.Contains((await _notebook.AuditAsync(log)).Faults, fault => fault.ToString().Contains("nothing proves that the log has only grown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fork_after_what_was_seen_before_is_a_split_view_however_far_it_has_grown()
    {
        var log = NewLog();
        log.Grow(300);
        var other = log.Copy();
        log.Grow(50, "shown to one");
        other.Grow(300, "shown to another");
        await _notebook.AuditAsync(log);
        var seen = log.Note;
        for (var again = 0; again < 2; again++)
        {
            var report = await _notebook.AuditAsync(other);
            Assert.Equal(AuditOutcome.SplitView, report.Outcome);
            Assert.True(report.Note.Span.SequenceEqual(other.Note.Span) && report.SeenNote!.Value.Span.SequenceEqual(seen.Span), "both signed checkpoints are the evidence");
        }

        Assert.Equal(AuditOutcome.Holds, (await _notebook.AuditAsync(log)).Outcome);
    }

    [Fact]
    public async Task Another_root_for_the_same_size_is_a_split_view_and_a_smaller_size_a_rollback()
    {
        var log = NewLog();
        log.Grow(300);
        var before = log.Note;
        log.Grow(10);
        await _notebook.AuditAsync(log);

        var other = log.Copy();
        other.Sign(311, TreeRootOf(300, log));
        Assert.Equal(AuditOutcome.SplitView, (await _notebook.AuditAsync(other)).Outcome);
        other.Note = before;
        Assert.Equal(AuditOutcome.Rollback, (await _notebook.AuditAsync(other)).Outcome);
        Assert.Equal(AuditOutcome.Holds, (await _notebook.AuditAsync(log)).Outcome);
    }

    [Fact]
    public async Task A_checkpoint_that_was_only_begun_to_be_audited_is_remembered_against_the_log()
    {
        var log = NewLog();
        log.Grow(600);
        log.FailAt = 3;
        await Assert.ThrowsAsync<TimeoutException>(() => _notebook.AuditAsync(log));
        var other = NewLog(log.Signers);
        other.Grow(700, "another");
        Assert.Equal(AuditOutcome.SplitView, (await _notebook.AuditAsync(other)).Outcome);
    }

    [Fact]
    public async Task Whoever_is_not_trusted_signs_in_vain_and_so_does_nobody()
    {
        var log = NewLog();
        log.Grow(10);
        Assert.Equal(AuditOutcome.Untrusted, (await _notebook.AuditAsync(log, NewLog().Pin)).Outcome);
        foreach (var note in new[] { "", "not a note", Encoding.UTF8.GetString(log.Note.Span).Replace("\n11\n", "\n12\n", StringComparison.Ordinal) })
        {
            log.Note = Encoding.UTF8.GetBytes(note);
            Assert.Equal(AuditOutcome.Untrusted, (await _notebook.AuditAsync(log)).Outcome);
        }

        Assert.Null(_notebook.Memory);
    }

    [Fact]
    public async Task A_signed_root_that_is_not_that_of_the_entries_is_damage()
    {
        var log = NewLog();
        log.Grow(300);
        log.Sign(301, TreeRootOf(300, log));
        Assert.Equal("the entries that are served do not hash to the root that is signed", Assert.Single((await _notebook.AuditAsync(log)).Faults).ToString());
    }

    [Fact]
    public async Task Keys_that_take_over_are_followed_from_one_to_the_next()
    {
        var log = NewLog();
        await _notebook.AuditAsync(log);
        for (var rotation = 0; rotation < 3; rotation++)
        {
            var (old, next) = (log.Signers, InMemoryWorld.NewEcdsa());
            log.Rotate([next, .. old]);
            log.Grow(200);
            Assert.Equal(next.Verifier.ToString(), Assert.Single((await _notebook.AuditAsync(log)).NewKeys));
            log.Rotate(next, old[^1]);
            log.Grow(200);
            Assert.Equal(AuditOutcome.Holds, (await _notebook.AuditAsync(log)).Outcome);
            Assert.Equal([next.Verifier.ToString(), old[^1].Verifier.ToString()], _notebook.Memory!.Trusted);
        }
    }

    [Fact]
    public async Task A_key_that_took_over_unseen_is_not_trusted_because_the_log_says_so_itself()
    {
        var log = NewLog();
        await _notebook.AuditAsync(log);
        log.Rotate(InMemoryWorld.NewEcdsa(), log.Signers[^1]);
        var report = await _notebook.AuditAsync(log);
        Assert.Equal(AuditOutcome.Untrusted, report.Outcome);
        Assert.Contains(report.Faults, fault => fault.Rule.Contains("is not proven by the keys before it", StringComparison.Ordinal));
        Assert.Equal(AuditOutcome.Untrusted, (await _notebook.AuditAsync(log, askForKeys: false)).Outcome);
    }

    [Fact]
    public async Task An_auditor_who_was_away_for_longer_than_the_overlaps_walks_from_entry_to_entry()
    {
        var log = NewLog();
        log.Grow(300);
        await _notebook.AuditAsync(log);
        var witness = log.Signers[^1];
        for (var rotation = 0; rotation < 2; rotation++)
        {
            var (old, next) = (log.Signers, InMemoryWorld.NewEcdsa());
            log.Rotate([next, .. old]);
            log.Grow(200);
            log.Rotate(next, witness);
            log.Grow(200);
        }

        var report = await _notebook.AuditAsync(log);
        Assert.Equal((AuditOutcome.Holds, log.Signers[0].Verifier.ToString()), (report.Outcome, Assert.Single(report.NewKeys)));
        Assert.Equal(log.Signers.Select(signer => signer.Verifier.ToString()), _notebook.Memory!.Trusted);
        Assert.Equal((AuditOutcome.Holds, 0L), Result(await _notebook.AuditAsync(log)));
    }

    [Fact]
    public async Task Keys_that_are_proven_by_another_history_than_the_one_that_is_shown_are_a_split_view()
    {
        var log = NewLog();
        log.Grow(300);
        await _notebook.AuditAsync(log);
        var (old, next) = (log.Signers, InMemoryWorld.NewEcdsa());
        var other = log.Copy();
        log.Rotate([next, .. old]);
        log.Rotate(next, old[^1]);
        other.Grow(10, "shown to this one");
        other.Announced.AddRange(log.Announced[1..]);
        other.Signers = [next, old[^1]];
        other.Grow(10, "shown to this one");
        Assert.Equal(AuditOutcome.SplitView, (await _notebook.AuditAsync(other)).Outcome);
    }

    [Fact]
    public async Task The_key_for_witnesses_alone_does_not_stand_in_for_the_one_that_receipts_are_judged_by()
    {
        var log = NewLog();
        await _notebook.AuditAsync(log);
        log.Signers = [log.Signers[^1]];
        log.Grow(3);
        Assert.Equal(AuditOutcome.Untrusted, (await _notebook.AuditAsync(log)).Outcome);
    }

    [Fact]
    public async Task A_checkpoint_that_lacks_a_key_that_the_log_announced_is_damage()
    {
        var log = NewLog();
        var old = log.Signers;
        log.Rotate([InMemoryWorld.NewEcdsa(), .. old]);
        log.Signers = old;
        log.Grow(3);
        Assert.Contains("is not signed by all of the keys", Assert.Single((await _notebook.AuditAsync(log)).Faults).Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_breaks_the_rules_of_the_log_is_damage()
    {
        byte[][] bad =
        [
            [.. "not an entry"u8],
            Entry.Genesis(InMemoryWorld.Origin, ["k"], default).Encode(),
            Entry.OfKeys(["not a key"], default).Encode(),
            Entry.OfKeys([], default).Encode(),
            (Samples.Act("a").ToEntry(Opening.Create()) with { Target = 1 }).Encode(),
        ];
        foreach (var entry in bad)
        {
            var log = NewLog();
            log.Append(entry);
            log.Publish();
            var fault = Assert.Single((await new Notebook().AuditAsync(log)).Faults);
            Assert.StartsWith("tile/entries/000.p/2: entry 1: ", fault.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task An_interrupted_audit_goes_on_where_it_stopped()
    {
        var log = NewLog();
        log.Grow(30_000);
        log.FailAt = 200;
        await Assert.ThrowsAsync<TimeoutException>(() => _notebook.AuditAsync(log));
        var reached = _notebook.Memory!.Progress!.Prefix.Size;
        Assert.InRange(reached, 20_000, 30_000);
        Assert.InRange(_notebook.Saves, 2, 4);
        log.FailAt = null;
        Assert.Equal((AuditOutcome.Holds, 30_001 - reached), Result(await _notebook.AuditAsync(log)));
    }

    [Fact]
    public async Task Progress_under_a_lie_is_thrown_away_and_a_log_that_mends_itself_holds()
    {
        var log = NewLog();
        log.Grow(1000);
        var lie = NewLog(log.Signers);
        lie.Grow(1000, "lie");
        lie.Note = log.Note;
        lie.FailAt = 7;
        await Assert.ThrowsAsync<TimeoutException>(() => _notebook.AuditAsync(lie));
        Assert.NotNull(_notebook.Memory!.Progress);
        Assert.Equal((AuditOutcome.Holds, 1001L), Result(await _notebook.AuditAsync(log)));
    }

    [Fact]
    public void A_damaged_memory_is_refused()
    {
        var whole = AuditMemory.New([InMemoryWorld.NewEcdsa().Verifier.ToString()]).Encode();
        Assert.Equal(whole, AuditMemory.Decode(whole).Encode());
        foreach (var text in new[] { "", "{}", "null", "[]", Encoding.UTF8.GetString(whole).Replace("\"size\": 0", "\"size\": 5", StringComparison.Ordinal), Encoding.UTF8.GetString(whole).Replace("\"v\": 1", "\"v\": 2", StringComparison.Ordinal), Encoding.UTF8.GetString(whole).Replace("\"auditedSize\": 0", "\"auditedSize\": 9", StringComparison.Ordinal) })
            Assert.Throws<LogFormatException>(() => AuditMemory.Decode(Encoding.UTF8.GetBytes(text)));
    }

    private static PublishedLog NewLog(params TransparencyLog.Notes.INoteSigner[] signers) =>
        new(signers.Length > 0 ? signers : [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()]);

    private static (AuditOutcome, long) Result(AuditReport report) => (report.Outcome, report.Entries);

    private static TransparencyLog.Merkle.MerkleHash TreeRootOf(int size, PublishedLog log) =>
        new TreeReader(new UncachedTiles(log), log.Edge.Size).PrefixRootAsync(size, default).AsTask().GetAwaiter().GetResult();
}

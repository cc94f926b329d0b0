using System.Text;
using TrueCopy.Receipts.Tests.Auditing;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>An auditor computes the status again: whatever a log says of a document that its own entries do not, is found.</summary>
public sealed class StatusAuditTests
{
    private const string Bundle = "tile/entries/000.p/";
    private readonly Notebook _notebook = new();

    [Fact]
    public async Task A_log_whose_batches_end_with_their_status_holds_time_after_time()
    {
        var log = new StatusLog();
        log.End();
        await HoldsAsync(log);
        var issued = new List<long>();
        for (var batch = 0; batch < 40; batch++)
        {
            for (var i = 0; i < 1 + (batch * 7 % 31); i++)
                issued.Add(log.Issue($"document {log.Size}"));
            var before = issued[batch];
            var held = issued[batch + (issued.Count / 2)];
            log.Act(ActKind.Suspend, held, batch);
            if (log.Fold[before] == EntryStatus.Stands)
                issued.Add(log.Issue("again", batch, replaces: before));
            if (batch % 3 == 0)
                log.Act(ActKind.Reinstate, held, batch + 1);
            if (batch % 5 == 0)
                log.Act(ActKind.Revoke, held, batch);
            log.End();

            // Another auditor comes for the first time, this one goes on from what was kept in a file.
            await HoldsAsync(log);
            Assert.Equal(AuditOutcome.Holds, (await new Notebook().AuditAsync(log.Log)).Outcome);
        }

        Assert.InRange(log.Size, 600, 2000);
        Assert.NotEmpty(_notebook.Memory!.Confirmed.Status!.Holds);
    }

    [Fact]
    public async Task A_withheld_revocation_is_damage_that_names_the_entry()
    {
        var log = new StatusLog();
        var index = log.Issue("document");
        log.End();
        await HoldsAsync(log);
        log.Act(ActKind.Revoke, index, 1);

        // The root of before: the revocation is in the log, and its status is kept back.
        var before = new StatusFold(0);
        before.Skip(log.Size);
        log.End(status => status with { Root = Convert.ToHexStringLower(before.Root().Bytes) });
        await DamagedAsync(log, $"{Bundle}5: entry 4: the status that it commits to is not that of the entries before it");
    }

    [Fact]
    public async Task A_checkpoint_that_ends_without_a_status_is_damage_once_the_log_has_kept_one()
    {
        var log = new StatusLog();
        var index = log.Issue("document");
        log.End();
        log.Act(ActKind.Revoke, index, 1);
        log.Log.Publish();
        await DamagedAsync(log, "the last of the 4 entries is not the status of those before it, which the log has kept since entry 0");
        log.End();
        await HoldsAsync(log);
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "covers less", "a status covers the entries before it, all of them and no others" },
        { "another beginning", "it says that status is kept from entry 1, and that is entry 0" },
        { "replaces a replaced issue", "it replaces entry 1, which is reissued" },
        { "acts on a replaced issue", "it acts on entry 1, which is reissued" },
        { "acts on a revoked issue", "it acts on entry 3, which is revoked" },
        { "replaces another issuer's", "it names entry 5, which is another issuer's" },
        { "acts on another issuer's", "it names entry 5, which is another issuer's" },
        { "replaces one of another algorithm", "it names entry 6, whose digest is of another algorithm" },
        { "yields to what is none", "it names entry 0, which issues nothing" },
        { "acts on a status", "it names entry 7, which issues nothing" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Whatever_rule_of_the_status_an_entry_breaks_it_is_damage_also_if_what_it_names_is_of_an_earlier_audit(string lie, string rule)
    {
        foreach (var isLater in new[] { false, true })
        {
            var log = new StatusLog();
            var (notebook, next) = (new Notebook(), Opening.Create());
            var first = log.Issue("document");
            log.Issue("document", 1, replaces: first);
            var revoked = log.Issue("revoked");
            log.Act(ActKind.Revoke, revoked, 1);
            var foreign = log.Add(StatusLog.IssueOf("foreign", 0, next) with { Issuer = "bureau" }, next);
            var sm3 = log.Add(StatusLog.IssueOf("other", 0, next) with { Algorithm = "sm3" }, next);
            log.End();
            for (var i = 0; i < 300 && isLater; i++)
                log.Issue($"filler {i}");
            log.End();
            if (isLater)
                Assert.Equal(AuditOutcome.Holds, (await notebook.AuditAsync(log.Log)).Outcome);

            var issue = StatusLog.IssueOf("next", 2, next);
            if (lie is not ("covers less" or "another beginning"))
            {
                log.Add(
                    lie switch
                    {
                        "replaces a replaced issue" => issue with { Replaces = first },
                        "acts on a replaced issue" => StatusLog.ActOn(ActKind.Suspend, first, 2),
                        "acts on a revoked issue" => StatusLog.ActOn(ActKind.Supersede, revoked, 2),
                        "replaces another issuer's" => issue with { Replaces = foreign },
                        "acts on another issuer's" => StatusLog.ActOn(ActKind.Revoke, foreign, 2),
                        "replaces one of another algorithm" => issue with { Replaces = sm3 },
                        "yields to what is none" => issue with { Yields = 0 },
                        _ => StatusLog.ActOn(ActKind.Revoke, 7, 2),
                    },
                    next);
            }

            log.End(status => lie switch
            {
                "covers less" => status with { Covers = status.Covers - 1 },
                "another beginning" => status with { From = 1 },
                _ => status,
            });
            var report = await notebook.AuditAsync(log.Log);
            Assert.Equal(AuditOutcome.Damaged, report.Outcome);
            Assert.EndsWith($": {rule}", report.Faults[0].ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_entry_that_is_named_is_the_one_that_is_signed_whatever_the_log_serves_by_then()
    {
        var log = new StatusLog();
        var index = log.Issue("document");
        for (var i = 0; i < 300; i++)
            log.Issue($"filler {i}");
        log.End();
        await HoldsAsync(log);
        var bundle = new TileId(TileId.EntriesLevel, 0, TileId.FullWidth);
        log.Log.Tiles[bundle] = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(log.Log.Tiles[bundle].Span).Replace("\"bank\"", "\"bonk\"", StringComparison.Ordinal));
        log.Act(ActKind.Revoke, index, 1);
        log.End();
        await DamagedAsync(log, $"tile/entries/000: entry {index} is not the one that is signed");
    }

    // Entries of before, where the first batch with a status begins, where it ends: also across bundles, which are audited once.
    [Theory]
    [InlineData(2, 2, 5)]
    [InlineData(1, 300, 310)]
    [InlineData(250, 250, 310)]
    [InlineData(250, 256, 600)]
    [InlineData(600, 601, 601)]
    public async Task A_log_of_before_holds_and_is_held_to_its_status_from_the_first_one_on(int audited, int from, int end)
    {
        var log = new StatusLog(from);
        while (log.Size < from)
        {
            log.Issue($"old {log.Size}");
            if (log.Size == audited || log.Size == from)
            {
                log.Log.Publish();
                await HoldsAsync(log);
            }
        }

        // Of before, and not held to what came later: an act on an act.
        var young = log.Issue("young");
        log.Act(ActKind.Suspend, 1, 1);
        while (log.Size < end)
            log.Act(log.Size % 2 == 0 ? ActKind.Suspend : ActKind.Reinstate, young, (int)log.Size);
        log.End();
        await HoldsAsync(log);
        Assert.Equal(AuditOutcome.Holds, (await new Notebook().AuditAsync(log.Log)).Outcome);
        for (var batch = 0; batch < 3; batch++)
        {
            for (var i = 0; i < 200; i++)
                log.Act(i % 2 == 0 ? ActKind.Suspend : ActKind.Reinstate, young, (int)log.Size);
            log.End();
            await HoldsAsync(log);
        }

        log.Act(ActKind.Revoke, young, 9999);
        log.End(status => status with { Root = new string('0', 64) });
        await DamagedAsync(log, "the status that it commits to is not that of the entries before it");
    }

    [Fact]
    public async Task A_status_is_kept_from_no_earlier_place_than_the_first_batch_that_has_one()
    {
        var log = new StatusLog(from: 300);
        while (log.Size < 300)
            log.Issue($"old {log.Size}");
        log.Log.Publish();
        await HoldsAsync(log);
        log.Issue("young");
        var claimed = new StatusFold(2);
        claimed.Skip(log.Size);
        log.End(status => status with { From = 2, Root = Convert.ToHexStringLower(claimed.Root().Bytes) });
        await DamagedAsync(log, "it says that status is kept from entry 2, of which an earlier checkpoint said nothing");
    }

    [Fact]
    public async Task An_interrupted_audit_goes_on_with_the_status_that_it_had_computed()
    {
        var log = new StatusLog();
        var index = log.Issue("document");
        log.Act(ActKind.Suspend, index, 5);
        log.End();
        while (log.Size < 20_000)
            log.Issue($"filler {log.Size}");
        log.Act(ActKind.Reinstate, index, 3);
        log.End();
        log.Log.FailAt = 140;
        await Assert.ThrowsAsync<TimeoutException>(() => _notebook.AuditAsync(log.Log));
        Assert.Equal(EntryStatus.Suspended, new StatusFold(_notebook.Memory!.Progress!.Status!)[index]);
        log.Log.FailAt = null;
        await HoldsAsync(log);
    }

    [Fact]
    public async Task What_is_remembered_of_the_status_is_little_and_refused_where_it_was_altered()
    {
        var log = new StatusLog();
        var issued = Enumerable.Range(0, 2560).Select(i => log.Issue($"document {i}")).ToArray();
        log.End();
        await HoldsAsync(log);
        var plain = _notebook.Memory!.Encode().Length;

        // One in a hundred is revoked, and one in a hundred on hold: a page each for 128 documents, 200 bytes for each hold.
        foreach (var index in issued.Where((_, i) => i % 100 == 0))
        {
            log.Act(ActKind.Revoke, index, 1);
            log.Act(ActKind.Suspend, index + 1, 1);
        }

        for (var i = 0; i < 300; i++)
            log.Issue($"filler {i}");
        log.End();
        await HoldsAsync(log);
        var whole = _notebook.Memory!.Encode();
        Assert.InRange(whole.Length - plain, 20 * 87, (20 * 90) + (26 * 200) + 200);

        var text = Encoding.UTF8.GetString(whole);
        foreach (var (part, instead) in new[] { ("\"last\": ", "\"last\": 9"), ("\"from\": 0", "\"from\": 99999"), ("\"pages\": \"", "\"pages\": \"/"), ("\"holds\": [", "\"holds\": [null,"), ("\"holds\": [", "\"holds\": [{\"index\":99999},") })
        {
            var altered = text.Replace(part, instead, StringComparison.Ordinal);
            Assert.NotEqual(text, altered);
            Assert.Throws<LogFormatException>(() => AuditMemory.Decode(Encoding.UTF8.GetBytes(altered)));
        }
    }

    private async Task HoldsAsync(StatusLog log)
    {
        var report = await _notebook.AuditAsync(log.Log);
        Assert.Empty(report.Faults);
        Assert.Equal((AuditOutcome.Holds, log.Size), (report.Outcome, report.Size));
    }

    private async Task DamagedAsync(StatusLog log, string fault)
    {
        var report = await _notebook.AuditAsync(log.Log);
        Assert.Equal(AuditOutcome.Damaged, report.Outcome);
        Assert.Contains(fault, Assert.Single(report.Faults).ToString(), StringComparison.Ordinal);
    }
}

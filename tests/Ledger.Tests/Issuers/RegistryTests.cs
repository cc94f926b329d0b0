using System.Runtime.CompilerServices;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Issuers;

/// <summary>Who was called what, and since when, as the log records it; and what becomes of documents.</summary>
public sealed class RegistryTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public async Task The_first_sight_of_an_issuer_and_every_change_are_acts_in_the_log_before_what_it_does()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "a");
        await IssueAsync(service, "b");
        Change("Second Name Ltd");
        await IssueAsync(service, "c");
        Change("The bank Ltd");
        await IssueAsync(service, "d");

        Assert.Equal([("The bank Ltd", 2), ("Second Name Ltd", 7), ("The bank Ltd", 10)], await HistoryAsync());
        Assert.Equal("Second Name Ltd", _world.Ledger.IndexedActs.Single(act => act.LogIndex == 8).Entry.LegalName);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_change_reaches_the_log_even_if_the_issuer_uploads_nothing()
    {
        await using var service = _world.Start();
        await WatchAsync(service);
        Change("Second Name Ltd");
        await WatchAsync(service);
        await WatchAsync(service);
        Assert.Equal([("The bank Ltd", 2), ("Second Name Ltd", 4)], await HistoryAsync());

        // Another process sees the same registry, and that the log has it.
        await using var other = _world.Start();
        await WatchAsync(other);
        Assert.Equal(2, (await HistoryAsync()).Count);
    }

    [Fact]
    public async Task Two_changes_within_the_resolution_of_storages_clock_are_both_recorded()
    {
        await using var service = _world.Start();
        await WatchAsync(service);
        Change("Second Name Ltd");
        await WatchAsync(service);
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "Third Name Ltd", ["jurisdiction"] = "HK" });
        await WatchAsync(service);
        Assert.Equal(["The bank Ltd", "Second Name Ltd", "Third Name Ltd"], (await HistoryAsync()).Select(item => item.Name));
    }

    [Fact]
    public async Task A_container_that_there_is_not_is_forgotten_once_it_was_asked_for()
    {
        var registry = new IssuerRegistry(_world.Inbox, _world.Time);
        var names = new WeakReference[100];
        for (var i = 0; i < names.Length; i++)
            names[i] = await AskAsync(registry, i);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // The last one may still be in a register or on a stack.
        Assert.InRange(names.Count(name => name.IsAlive), 0, 2);
        GC.KeepAlive(registry);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> AskAsync(IssuerRegistry registry, int number)
    {
        var name = $"issuer-{number}";
        await Assert.ThrowsAsync<NotAnIssuerException>(() => registry.GetAsync(name, TestContext.Current.CancellationToken));
        return new WeakReference(name);
    }

    [Fact]
    public async Task What_does_not_change_the_description_is_no_act()
    {
        await using var service = _world.Start();
        await WatchAsync(service);
        Change("The bank Ltd");
        await WatchAsync(service);
        Assert.Single(await HistoryAsync());
    }

    [Fact]
    public async Task A_change_that_cannot_be_recorded_is_kept_for_people_and_no_upload_is_said_to_have_failed()
    {
        await using var first = _world.Start();
        await WatchAsync(first);
        var unreadable = new TableRow("bank", "9999999999999999999");
        _world.Ledger.Tables.Set(StorageNames.IssuersTable, unreadable);
        Change("Second Name Ltd");
        await using var service = _world.Start();
        for (var i = 0; i < 40 && (i == 0 || _world.Staged.Count > 0); i++)
        {
            await Record.ExceptionAsync(() => service.Housekeeping.RunAsync(Stop));
            _world.Time.Advance(StagedActs.Invisible);
        }

        var (letter, body) = Assert.Single(_world.DeadLetters.Kept);
        Assert.Equal(SuspectMessages.DeadLetters, letter.Queue);
        Assert.Equal("Second Name Ltd", Assert.IsType<RegistryChange>(StagedBody.Decode(body)).Issuer.LegalName);
        Assert.DoesNotContain(_world.Inbox.All.Keys, blob => blob.Container == "answers-bank");

        // The next process sees it anew.
        _world.Ledger.Tables.Remove(StorageNames.IssuersTable, unreadable);
        await using var next = _world.Start();
        await WatchAsync(next);
        Assert.Equal(["The bank Ltd", "Second Name Ltd"], (await HistoryAsync()).Select(item => item.Name));
    }

    [Fact]
    public async Task An_act_that_was_staged_under_an_older_description_does_not_bring_it_back()
    {
        await using var service = _world.Start();
        using (_world.Lease.HoldElsewhere())
            await IssueAsync(service, "late");
        _world.Staged.Hold();
        Change("Second Name Ltd");
        await WatchAsync(service);
        _world.Staged.LetGo();
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(["Second Name Ltd"], (await HistoryAsync()).Select(item => item.Name));
        Assert.Equal("The bank Ltd", Assert.Single(_world.Ledger.IndexedActs).Entry.LegalName);
    }

    [Fact]
    public async Task An_issuer_entry_says_everything_that_the_registry_says()
    {
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD", ["domain"] = "bank.example", ["retention"] = "delete", ["algorithms"] = "sm3" });
        await using var service = _world.Start();
        await WatchAsync(service);
        var issuer = Assert.Single(await new IssuerHistory(_world.Ledger.Tables).FindAsync("bank", Stop)).Issuer;
        Assert.Equal(("示范银行", "CN-GD", "bank.example", Retention.Delete), (issuer.LegalName, issuer.Jurisdiction, issuer.Domain, issuer.Retention));
        Assert.Equal([DigestAlgorithm.Sha256, DigestAlgorithm.Sm3], issuer.Algorithms);
    }

    [Fact]
    public async Task A_legal_name_in_another_language_is_a_change_and_every_issue_from_then_on_proves_it()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "a");
        var names = new LegalNames { En = "The bank Ltd", ZhHans = "示范银行", ZhHant = "示範銀行" };
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK", ["legalname_en"] = names.En, ["legalname_zh_hans"] = names.ZhHans, ["legalname_zh_hant"] = names.ZhHant });
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await IssueAsync(service, "b");
        var history = await new IssuerHistory(_world.Ledger.Tables).FindAsync("bank", Stop);
        Assert.Equal([null, names], history.Select(record => record.Issuer.LegalNames));
        Assert.Equal([null, names], _world.Ledger.IndexedActs.OrderBy(act => act.LogIndex).Select(act => act.Entry.LegalNames));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task Delete_removes_a_document_only_after_its_receipts_are_written_and_keep_never_does()
    {
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "Bank", ["jurisdiction"] = "HK", ["retention"] = "delete", ["algorithms"] = "sm3" });
        _world.AddIssuer("registry");
        await using var service = _world.Start();
        var deleted = _world.Inbox.Put("issuer-bank", "a", Bytes("a"));
        var kept = _world.Inbox.Put("issuer-registry", "a", Bytes("a"));
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(deleted), Stop);
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(kept), Stop);
        Assert.Equal((false, true), (_world.Inbox.Exists(deleted), _world.Inbox.Exists(kept)));
        Assert.True(Assert.Single(_world.Inbox.Deleted).Value, "deleted before its receipts were written");
    }

    // Every operation of issuing under "delete" fails in turn: the document is there until it is published and answered.
    [Fact(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task Whichever_operation_fails_a_document_is_never_deleted_before_it_is_published_and_answered()
    {
        var operations = 1;
        for (var k = -1; k < operations; k++)
        {
            foreach (var fault in new[] { Fault.Before, Fault.After })
            {
                var world = new InMemoryWorld();
                world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = "Bank", ["jurisdiction"] = "HK", ["retention"] = "delete" });
                await using var service = world.Start();
                var document = world.Inbox.Put("issuer-bank", "a", Bytes("a"));
                if (k >= 0)
                    world.Operations.FailAt(k, fault);
                for (var attempt = 0; attempt < 4; attempt++)
                {
                    try
                    {
                        await service.Intake.HandleAsync(InMemoryWorld.EventOf(document), Stop);
                        await service.Sequencer.DrainAsync(Stop);
                        await world.Answers.DeliverAsync(service.Answers, Stop);
                    }
                    catch (InjectedFaultException)
                    {
                        // Delivered again.
                    }

                    Assert.True(world.Inbox.Exists(document) || world.Inbox.Receipts.ContainsKey((document, "sha-256")), $"{fault} at {k}");
                    world.Time.Advance(StagedActs.Invisible);
                    world.Lease.Expire();
                }

                if (k < 0)
                    operations = world.Operations.Log.Count;
                Assert.False(world.Inbox.Exists(document), $"{fault} at {k}: not deleted");
                Assert.True(world.Inbox.Deleted[document], $"{fault} at {k}");
                await Audit.RunAsync(world);
            }
        }

        Assert.True(operations > 25, $"{operations} operations");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void Change(string name)
    {
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        _world.Inbox.CreateContainer("issuer-bank", new() { ["legalname"] = name, ["jurisdiction"] = "HK" });
    }

    private async Task IssueAsync(InMemoryService service, string content) => await service.Intake.HandleAsync(_world.Upload("bank", content, Bytes(content)), Stop);

    private static async Task WatchAsync(InMemoryService service)
    {
        await service.Registry.CheckAsync(Stop);
        await service.Sequencer.DrainAsync(Stop);
    }

    private async Task<List<(string Name, int LogIndex)>> HistoryAsync() =>
        [.. (await new IssuerHistory(_world.Ledger.Tables).FindAsync("bank", Stop)).Select(record => (record.Issuer.LegalName, (int)record.LogIndex))];
}

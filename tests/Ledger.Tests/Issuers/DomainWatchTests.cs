using System.Text;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Issuers;

/// <summary>What issuers' own domains say, as the service asks them and the log records it: each change once, and silence for what it is.</summary>
public sealed class DomainWatchTests
{
    private static readonly BlobAddress RoundBlob = new(StorageNames.StateContainer, "domains");
    private readonly InMemoryWorld _world = new();

    public DomainWatchTests() => State("bank.hk");

    [Fact]
    public async Task What_a_domain_says_is_recorded_when_it_changes_and_not_when_it_is_said_again()
    {
        await using var service = _world.Start();
        DomainWord[] said = [DomainWord.Confirmed, DomainWord.Confirmed, DomainWord.Contradicted, DomainWord.Contradicted, DomainWord.NotStated, DomainWord.Confirmed];
        foreach (var word in said)
        {
            _world.Domains["bank.hk"] = word;
            await AskAsync(service);
        }

        Assert.Equal([DomainWord.Confirmed, DomainWord.Contradicted, DomainWord.NotStated, DomainWord.Confirmed], (await HistoryAsync()).Select(record => record.Outcome.Word));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task The_entry_names_issuer_domain_outcome_and_time_and_comes_after_the_issuer_s_description()
    {
        await using var service = _world.Start();
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        var before = _world.Time.GetUtcNow();
        await AskAsync(service);
        var record = Assert.Single(await HistoryAsync());
        var bundle = _world.Ledger.Tiles[TileId.At(TileId.EntriesLevel, 0, 5)];
        Entry[] entries = [.. EntryBundle.Parse(bundle, 5).Select(bytes => Entry.Parse(bytes.Span))];
        Assert.Equal([ActKind.Genesis, ActKind.Status, ActKind.Issuer, ActKind.Domain, ActKind.Status], entries.Select(entry => entry.Kind));
        Assert.Equal((3, "bank", "bank.hk", DomainWord.Confirmed), ((int)record.LogIndex, entries[3].Issuer, entries[3].Domain, entries[3].Outcome));
        Assert.InRange(entries[3].At, before, _world.Time.GetUtcNow());
    }

    [Fact]
    public async Task A_domain_that_does_not_answer_keeps_what_it_said_for_a_week_and_is_then_said_to_be_silent()
    {
        await using var service = _world.Start();
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await AskAsync(service);
        _world.Domains["bank.hk"] = DomainWord.NoAnswer;
        for (var hours = 0; hours < 7 * 24; hours += 12)
        {
            await AskAsync(service, TimeSpan.FromHours(12));
            Assert.Equal(DomainWord.Confirmed, (await HistoryAsync())[^1].Outcome.Word);
        }

        await AskAsync(service, TimeSpan.FromHours(12));
        Assert.Equal([DomainWord.Confirmed, DomainWord.NoAnswer], (await HistoryAsync()).Select(record => record.Outcome.Word));
        await AskAsync(service, TimeSpan.FromDays(30));
        Assert.Equal(2, (await HistoryAsync()).Count);
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await AskAsync(service);
        Assert.Equal([DomainWord.Confirmed, DomainWord.NoAnswer, DomainWord.Confirmed], (await HistoryAsync()).Select(record => record.Outcome.Word));
    }

    [Fact]
    public async Task An_answer_ends_the_silence_and_another_domain_begins_its_own()
    {
        await using var service = _world.Start();
        _world.Domains["bank.hk"] = _world.Domains["other.hk"] = DomainWord.NoAnswer;
        await AskAsync(service);
        await AskAsync(service, TimeSpan.FromDays(6));
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await AskAsync(service);
        _world.Domains["bank.hk"] = DomainWord.NoAnswer;
        await AskAsync(service);
        await AskAsync(service, TimeSpan.FromDays(6));
        State("other.hk");
        await AskAsync(service);
        await AskAsync(service, TimeSpan.FromDays(6));
        Assert.Equal([DomainWord.Confirmed], (await HistoryAsync()).Select(record => record.Outcome.Word));
        await AskAsync(service, TimeSpan.FromDays(2));
        Assert.Equal([("bank.hk", DomainWord.Confirmed), ("other.hk", DomainWord.NoAnswer)], (await HistoryAsync()).Select(record => (record.Outcome.Domain!, record.Outcome.Word)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("bank.example")]
    [InlineData("localhost")]
    [InlineData("10.0.0.1")]
    [InlineData("bank.hk:8443")]
    public async Task What_is_no_public_domain_is_never_asked_and_only_takes_back_what_was_recorded(string? domain)
    {
        await using var service = _world.Start();
        State(domain);
        await AskAsync(service);
        Assert.Empty(await HistoryAsync());
        Assert.DoesNotContain("domain.ask", _world.Operations.Log);
        State("bank.hk");
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await AskAsync(service);
        State(domain);
        await AskAsync(service);
        await AskAsync(service);
        Assert.Equal([("bank.hk", DomainWord.Confirmed), (domain, DomainWord.NotStated)], (await HistoryAsync()).Select(record => (record.Outcome.Domain, record.Outcome.Word)));
    }

    [Fact]
    public async Task Of_two_processes_that_ask_at_once_one_makes_the_round()
    {
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await using var one = _world.Start();
        await using var other = _world.Start();

        // The other has read when the next round is due, and writes after this one.
        var (reached, turn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        _world.Operations.Hook = operation => operation is { Name: "domains.write", Moment: Fault.Before } && reached.TrySetResult() ? turn.Task : Task.CompletedTask;
        var late = other.Domains.RunAsync(Stop);
        await reached.Task.WaitAsync(Wait.Limit, Stop);
        var first = await one.Domains.RunAsync(Stop);
        turn.SetResult();
        Assert.Equal((true, false), (first, await late));
        Assert.Single(_world.Operations.Log, "domain.ask");
        await one.Housekeeping.RunAsync(Stop);
        Assert.Single(await HistoryAsync());
    }

    [Fact]
    public async Task The_same_outcome_staged_by_two_processes_is_one_entry_and_a_late_one_none()
    {
        await using var service = _world.Start();
        var issuer = _world.Inbox.IssuerOf("issuer-bank");
        var at = _world.Time.GetUtcNow();
        await StageAsync(new DomainOutcome("bank.hk", DomainWord.Contradicted, at), new DomainOutcome("bank.hk", DomainWord.Contradicted, at.AddSeconds(3)));
        await service.Sequencer.DrainAsync(Stop);
        await StageAsync(new DomainOutcome("bank.hk", DomainWord.Contradicted, at.AddSeconds(9)), new DomainOutcome("bank.hk", DomainWord.Confirmed, at.AddSeconds(-5)));
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal([DomainWord.Contradicted], (await HistoryAsync()).Select(record => record.Outcome.Word));

        async Task StageAsync(params DomainOutcome[] outcomes)
        {
            foreach (var outcome in outcomes)
                await _world.Staged.AddAsync(new RegistryChange(issuer, outcome), Stop);
        }
    }

    [Fact]
    public async Task Rounds_are_an_hour_apart_give_or_take_a_tenth_whoever_looks()
    {
        await using var service = _world.Start();
        Assert.True(await service.Domains.RunAsync(Stop));
        Assert.False(await service.Domains.RunAsync(Stop));
        _world.Time.Advance(TimeSpan.FromMinutes(53));
        await using var other = _world.Start();
        Assert.False(await other.Domains.RunAsync(Stop));
        _world.Time.Advance(TimeSpan.FromMinutes(14));
        Assert.True(await other.Domains.RunAsync(Stop));
    }

    [Fact]
    public async Task What_is_kept_between_rounds_may_be_lost_and_is_told_when_it_cannot_be_read()
    {
        await using var service = _world.Start();
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await AskAsync(service);
        await _world.Ledger.TryWriteAsync(RoundBlob, Encoding.UTF8.GetBytes("{"), BlobCondition.None, BlobHeaders.None, Stop);
        Assert.Contains("state/domains", (await Assert.ThrowsAsync<TransparencyLog.LogFormatException>(() => service.Domains.RunAsync(Stop))).Message, StringComparison.Ordinal);
        await _world.Ledger.DeleteAsync(RoundBlob, Stop);
        await AskAsync(service);
        Assert.Single(await HistoryAsync());
    }

    [Fact]
    public async Task An_answer_tells_what_the_issuer_s_domain_said_last_and_since_when()
    {
        await using var service = _world.Start();
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await service.Intake.HandleAsync(_world.Upload("bank", "a", Bytes("a")), Stop);
        var before = (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).ToDocument();
        Assert.Null(before.Results[0].Unproven!.Domain);
        await AskAsync(service);
        _world.Time.Advance(DomainStandings.Lifetime);
        var after = (await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop)).ToDocument();
        Assert.Equal(Assert.Single(await HistoryAsync()).ToDocument(), after.Results[0].Unproven!.Domain);
        Assert.Equal(("bank.hk", DomainWord.Confirmed), (after.Results[0].Unproven!.Domain!.Domain, after.Results[0].Unproven!.Domain!.Outcome));
    }

    [Fact]
    public async Task The_doctor_misses_what_a_domain_said_and_writes_it_again_from_the_journal()
    {
        await using var service = _world.Start();
        _world.Domains["bank.hk"] = DomainWord.Confirmed;
        await AskAsync(service);
        var rows = _world.Ledger.Tables.Rows(StorageNames.IssuersTable).Where(row => row.Partition == DomainHistory.Partition).ToArray();
        _world.Ledger.Tables.Remove(StorageNames.IssuersTable, Assert.Single(rows));
        Assert.Contains((await _world.Doctor().RunAsync(new DoctorOptions(), progress: null, Stop)).Findings, finding => finding.Kind == FindingKind.Domain);
        await _world.Doctor().RunAsync(new DoctorOptions { Apply = true }, progress: null, Stop);
        Assert.Single(await HistoryAsync());
        _world.Ledger.LoseIndex();
        await _world.IndexRebuild().RunAsync(progress: null, Stop);
        Assert.Equal("bank.hk", Assert.Single(await HistoryAsync()).Outcome.Domain);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void State(string? domain)
    {
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        var metadata = new Dictionary<string, string> { ["legalname"] = "The bank Ltd", ["jurisdiction"] = "HK" };
        if (domain is not null)
            metadata["domain"] = domain;
        _world.Inbox.CreateContainer("issuer-bank", metadata);
    }

    // A round that is due, and the timer that comes after it.
    private async Task AskAsync(InMemoryService service, TimeSpan? after = null)
    {
        _world.Time.Advance(after ?? (2 * new DomainOptions().Interval));
        Assert.True(await service.Domains.RunAsync(Stop));
        await service.Housekeeping.RunAsync(Stop);
    }

    private async Task<IReadOnlyList<DomainRecord>> HistoryAsync() => await new DomainHistory(_world.Ledger.Tables).FindAsync("bank", Stop);
}

using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.Witness.Tests;

public sealed class MirrorTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly Operations _requests = new();
    private readonly WitnessMetrics _metrics = new();
    private readonly OperatedLog _log = new();
    private readonly InMemoryBlobs _blobs;
    private readonly WitnessOptions _options;
    private WitnessService _witness = null!;
    private Mirror _mirror = null!;

    public MirrorTests()
    {
        _blobs = new InMemoryBlobs(_requests, _time);
        _options = new WitnessOptions(
            [.. _log.Keys.Select(key => new PolicyLog(key, new Uri("https://log.example/log")))],
            [new Ed25519Cosigner("witness.example", TestWitness.SeedOf(1), _time)],
            [new Ed25519Cosigner("mirror.example", TestWitness.SeedOf(2), _time), new MlDsa44Cosigner("mirror.example", TestWitness.SeedOf(3), _time)]);
        Restart();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Hash => CosignedHead.HashOf(OperatedLog.Origin);

    public void Dispose()
    {
        _mirror.Dispose();
        _metrics.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(70_000)]
    public async Task A_mirror_cosigns_what_it_has_whole_and_serves_every_tile_of_it(int entries)
    {
        _log.Issue("acme", entries);
        _log.Say("acme", DomainWord.Confirmed);
        await WitnessAsync();
        Assert.True(await _mirror.PullAsync(Stop));
        var note = (await _mirror.ReadCheckpointAsync(Hash, Stop))!.Value;
        var opened = SignedCheckpoint.Open(note, OperatedLog.Origin, _log.Keys);
        Assert.Equal(_log.Size, opened.Size);
        Assert.All(_options.MirrorCosigners, cosigner => Assert.Equal(Start, cosigner.Verifier.FindIn(SignedNote.Parse(note.Span).Text, opened.Signatures)!.Value.Time));
        Assert.DoesNotContain(opened.Signatures, line => line.Name == "witness.example");

        // An auditor finds at the mirror what it would find at the log.
        var audit = await new LogAudit(new MirrorAsLog(_mirror, Hash), new Forgetful()).RunAsync(AuditMemory.New([.. _log.Keys.Select(key => key.ToString())]), null, Stop);
        Assert.Equal((AuditOutcome.Holds, _log.Size), (audit.Outcome, audit.Entries));
        foreach (var (tile, bytes) in _log.TilesOf(_log.Size))
            Assert.Equal(bytes, (await _mirror.ReadTileAsync(Hash, tile, Stop))!.Value.ToArray());
    }

    [Fact]
    public async Task A_mirror_reads_only_what_is_new_and_answers_from_its_copy_when_the_log_is_gone()
    {
        _log.Issue("acme", 600);
        await WitnessAsync();
        await _mirror.PullAsync(Stop);
        _log.Issue("acme", 10);
        _log.Read.Clear();
        await WitnessAsync();
        Restart();
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.DoesNotContain(_log.Read, tile => tile.Level <= 0 && tile.Index < 2);
        _log.IsGone = true;
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.NotNull(await _mirror.ReadTileAsync(Hash, new TileId(0, 0, 256), Stop));
    }

    [Fact]
    public async Task A_cosignature_is_made_anew_after_a_quarter_of_an_hour_and_not_before()
    {
        _log.Issue("acme", 3);
        await WitnessAsync();
        await _mirror.PullAsync(Stop);
        _time.Advance(TimeSpan.FromMinutes(14));
        await _mirror.PullAsync(Stop);
        Assert.Equal(Start, await CosignedAtAsync());
        _time.Advance(TimeSpan.FromMinutes(1));
        await _mirror.PullAsync(Stop);
        Assert.Equal(Start + TimeSpan.FromMinutes(15), await CosignedAtAsync());
    }

    [Fact]
    public async Task A_cosignature_is_followed_by_a_pull_once_the_log_has_had_time_to_publish()
    {
        using var follower = new MirrorFollower(_mirror, _time);
        await follower.StartAsync(Stop);
        _log.Issue("acme", 3);
        await WitnessAsync();
        _mirror.Wake();
        while (await _mirror.ReadCheckpointAsync(Hash, Stop) is null)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await follower.StopAsync(Stop);
        Assert.True(_time.GetUtcNow() - Start >= MirrorFollower.Patience);
    }

    [Fact]
    public async Task What_the_log_has_signed_and_not_published_is_waited_for()
    {
        _log.Issue("acme", 3);
        await WitnessAsync();
        _log.IsGone = true;
        Assert.False(await _mirror.PullAsync(Stop));
        Assert.Null(await _mirror.ReadCheckpointAsync(Hash, Stop));
        Assert.Null(_mirror.Broken);
        _log.IsGone = false;
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.NotNull(await _mirror.ReadCheckpointAsync(Hash, Stop));
    }

    [Fact]
    public async Task What_is_not_the_tree_that_was_signed_is_not_cosigned_and_is_no_proof_against_the_log()
    {
        _log.Issue("acme", 300);
        await WitnessAsync();
        var bundle = new TileId(TileId.EntriesLevel, 0, 256);
        _log.Damage = (bundle, bytes => bytes[5] ^= 1);
        Assert.False(await _mirror.PullAsync(Stop));
        Assert.Null(await _mirror.ReadCheckpointAsync(Hash, Stop));
        Assert.Null(_mirror.Broken);

        // What was copied wrongly is replaced once the log serves what it signed.
        _log.Damage = null;
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.Equal(_log.TilesOf(_log.Size)[bundle], (await _mirror.ReadTileAsync(Hash, bundle, Stop))!.Value.ToArray());
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "an issuer that was never announced", "its issuer was not announced before" },
        { "an act on nothing", "it acts on a document without naming the entry that issued it" },
        { "an act on the registry", "which issues nothing" },
        { "an act on another issuer's document", "which is another issuer's" },
        { "an act on what comes after it", "an act comes after what it acts on" },
        { "an act on a document of an earlier pull that is another issuer's", "which is another issuer's" },
        { "a description older than the last", "as of a time before the last description of it" },
        { "a description without a name", "without legal name and jurisdiction" },
        { "a domain of an issuer that was never announced", "its issuer was not announced before" },
        { "a domain that says nothing", "what a domain says is said of an issuer" },
        { "an issue without a commitment", "without committing to it" },
        { "a second genesis", "entry 0 is the genesis, and no other" },
        { "keys of another log", "it announces keys that are not keys of this log" },
        { "keys that do not sign", "the checkpoint is not signed by" },
        { "an issue in place of one that is gone", "which is revoked" },
        { "an act on what was issued again", "which is reissued" },
        { "an issue in place of another issuer's", "which is another issuer's" },
        { "a revocation that the status keeps back", "the status that it commits to is not that of the entries before it" },
        { "a status that leaves out the last entries", "a status covers the entries before it, all of them and no others" },
        { "no status", "is not the status of those before it, which the log has kept since entry 0" },
        { "an entry that is none", "entry: not the JSON of an entry" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_mirror_fed_by_a_lying_operator_signs_no_more_and_keeps_both_notes(string lie, string rule)
    {
        _log.Issue("acme", 300);
        _log.Issue("bank", 2);
        await WitnessAsync();
        Assert.True(await _mirror.PullAsync(Stop));
        var before = (await _mirror.ReadCheckpointAsync(Hash, Stop))!.Value.ToArray();

        var good = _log.Size;
        _log.Issue("acme", 5);
        _log.Lie(lie);
        _log.Issue("acme", 3);
        await WitnessAsync();
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.Contains(rule, _mirror.Broken, StringComparison.Ordinal);
        var evidence = Encoding.UTF8.GetString(_blobs.All.Single(blob => blob.Key.Container == WitnessContainers.Evidence).Value.Content.Span);
        Assert.Contains($"\n{good}\n", evidence, StringComparison.Ordinal);
        Assert.Contains($"\n{_log.Size}\n", evidence, StringComparison.Ordinal);

        // Not now, not later, and not after a restart: also not for the truth that follows.
        _log.Issue("acme", 1);
        await WitnessAsync();
        Restart();
        _time.Advance(TimeSpan.FromHours(1));
        await _mirror.PullAsync(Stop);
        Assert.NotNull(_mirror.Broken);
        Assert.Equal(before, (await _mirror.ReadCheckpointAsync(Hash, Stop))!.Value.ToArray());
    }

    [Fact]
    public async Task Truthful_acts_registry_changes_and_new_keys_are_cosigned()
    {
        _log.Issue("acme", 300);
        _log.Issue("bank", 2);
        _log.Act("acme", ActKind.Revoke, target: 5);
        _log.Act("acme", ActKind.Suspend, target: 299);
        _log.Describe("acme", "Acme (Hong Kong) Limited", at: Start.AddDays(1));
        _log.RotateKeys();
        _log.Issue("acme", 1);
        await WitnessAsync();
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.Null(_mirror.Broken);
        _log.Act("acme", ActKind.Reinstate, target: 299);
        _log.Act("bank", ActKind.Supersede, target: _log.IndexOf("bank", 1));
        await WitnessAsync();
        Assert.True(await _mirror.PullAsync(Stop));
        Assert.Null(_mirror.Broken);
        Assert.Equal(_log.Size, SignedCheckpoint.Open((await _mirror.ReadCheckpointAsync(Hash, Stop))!.Value, OperatedLog.Origin, _log.Keys).Size);
    }

    [Fact]
    public async Task Whatever_operation_fails_the_mirror_becomes_whole_and_never_cosigns_more_than_it_has()
    {
        for (var index = 0; ; index++)
        {
            using var world = new MirrorTests();
            world._log.Issue("acme", 258);
            await world.WitnessAsync();
            world._requests.FailAt(index, (Fault)(index % 3));
            await world._mirror.PullAsync(Stop);
            var struck = world._requests.HasStruck;
            world._requests.StopFailing();
            if (await world._mirror.ReadCheckpointAsync(Hash, Stop) is not null)
                Assert.Equal(AuditOutcome.Holds, (await world.AuditAsync()).Outcome);
            Assert.True(await world._mirror.PullAsync(Stop));
            Assert.Equal((AuditOutcome.Holds, world._log.Size), ((await world.AuditAsync()).Outcome, (await world.AuditAsync()).Size));
            if (!struck)
                break;
            Assert.InRange(index, 0, 100);
        }
    }

    [Fact]
    public async Task A_log_of_before_the_status_is_mirrored_and_one_that_begins_with_it_is_held_to_it()
    {
        using var old = new OperatedLog(hasStatus: false);
        using var mirror = new Mirror(_blobs, _witness, _options, _ => old, _metrics, _time, NullLogger<Mirror>.Instance);
        old.Issue("acme", 300);
        old.Act("acme", ActKind.Revoke, target: 5);
        await PullAsync();

        // It begins now; the first status says since when, and what the batch did before it counts.
        var from = old.Size;
        old.Issue("acme", 10);
        old.Act("acme", ActKind.Revoke, target: from + 1);
        old.End(from, revoked: from + 1);
        await PullAsync();
        old.End(from, revoked: from + 1);
        await PullAsync();
        old.End(from, revoked: from + 2);
        await old.WitnessAsync(_witness);
        Assert.True(await mirror.PullAsync(Stop));
        Assert.Contains($"entry {old.Size - 1}: the status that it commits to is not that of the entries before it", mirror.Broken, StringComparison.Ordinal);

        async Task PullAsync()
        {
            await old.WitnessAsync(_witness);
            Assert.True(await mirror.PullAsync(Stop));
            Assert.Null(mirror.Broken);
        }
    }

    [Fact]
    public async Task A_log_of_other_entries_is_mirrored_without_a_word_about_what_they_mean()
    {
        using var other = new OperatedLog(isOurs: false);
        using var mirror = new Mirror(_blobs, _witness, _options, _ => other, _metrics, _time, NullLogger<Mirror>.Instance);
        other.AddRaw("not ours"u8.ToArray());
        await _witness.AddCheckpointAsync(await other.RequestAsync(0), Stop);
        Assert.True(await mirror.PullAsync(Stop));
        Assert.NotNull(await mirror.ReadCheckpointAsync(Hash, Stop));
    }

    private Task<AuditReport> AuditAsync() =>
        new LogAudit(new MirrorAsLog(_mirror, Hash), new Forgetful()).RunAsync(AuditMemory.New([.. _log.Keys.Select(key => key.ToString())]), null, Stop);

    private async Task<DateTimeOffset?> CosignedAtAsync()
    {
        var note = SignedNote.Parse((await _mirror.ReadCheckpointAsync(Hash, Stop))!.Value.Span);
        return _options.MirrorCosigners[0].Verifier.FindIn(note.Text, note.Signatures)?.Time;
    }

    private Task WitnessAsync() => _log.WitnessAsync(_witness);

    private void Restart()
    {
        _mirror?.Dispose();
        _witness = new WitnessService(_blobs, _options, _metrics, NullLogger<WitnessService>.Instance);
        _mirror = new Mirror(_blobs, _witness, _options, _ => _log, _metrics, _time, NullLogger<Mirror>.Instance);
    }

    private sealed class MirrorAsLog(Mirror mirror, string hash) : IPublicLog
    {
        public async Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellationToken) =>
            await mirror.ReadCheckpointAsync(hash, cancellationToken) ?? throw new LogFormatException("there is none");

        public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
            await mirror.ReadTileAsync(hash, tile, cancellationToken) ?? throw new TileNotFoundException(tile);
    }

    private sealed class Forgetful : IAuditMemory
    {
        public Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

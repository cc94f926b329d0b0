using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Client;
using TrueCopy.Witness.Http;

namespace TrueCopy.Witness.Tests;

/// <summary>What clients make of a witness and a mirror as they are, over HTTP.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly OperatedLog _log = new();
    private readonly WitnessOptions _options;
    private WebApplication _app = null!;

    public ClientTests() => _options = new WitnessOptions(
        [.. _log.Keys.Select(key => new PolicyLog(key, new Uri("https://log.example/log")))],
        [new Ed25519Cosigner("witness.example", TestWitness.SeedOf(1), _time), new MlDsa44Cosigner("witness.example", TestWitness.SeedOf(2), _time)],
        [new Ed25519Cosigner("mirror.example", TestWitness.SeedOf(3), _time)]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IBlobStore>(new InMemoryBlobs(new Operations(), _time)).AddSingleton(_options).AddSingleton(new OpenLog(_ => _log)).AddWitness();
        builder.Services.AddSingleton<TimeProvider>(_time);
        _app = builder.Build();
        _app.UseWitness();
        await _app.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var cosigner in _options.Cosigners.Concat(_options.MirrorCosigners))
            cosigner.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_clients_policy_is_met_by_what_the_witness_answers_with_either_kind_of_key()
    {
        _log.Issue("acme", 3);
        var checkpoint = await CosignAsync();
        foreach (var cosigner in _options.Cosigners)
        {
            var result = Witnessing.Require(PolicyOf(cosigner), checkpoint, _time.GetUtcNow());
            Assert.Equal(_time.GetUtcNow(), Assert.Single(result.Sightings).At);
        }

        Assert.Equal(ReceiptFault.Witnesses, Assert.Throws<ReceiptException>(() => Witnessing.Require(PolicyOf(_options.MirrorCosigners[0]), checkpoint, _time.GetUtcNow())).Fault);
    }

    [Fact]
    public async Task A_client_finds_the_mirrors_copy_and_compares_and_audits_by_it_when_the_log_is_gone()
    {
        _log.Issue("acme", 300);
        var checkpoint = await CosignAsync();
        Assert.True(await _app.Services.GetRequiredService<Mirror>().PullAsync(Stop));
        using var network = _app.GetTestServer().CreateHandler();
        using var copy = new RemoteLog(RemoteLog.AddressAt(new Uri("http://localhost/"), OperatedLog.Origin), network, TimeProvider.System);
        var note = (await copy.FindCheckpointAsync(Stop))!.Value;
        Assert.Equal(MirrorState.Same, (await MirrorComparison.RunAsync(checkpoint, _log, copy, note, [new KeySet(_log.Keys)], Stop)).State);

        var issued = _log.Size;
        _log.Issue("acme", 40);
        checkpoint = await CosignAsync();
        var behind = await MirrorComparison.RunAsync(checkpoint, _log, copy, note, [new KeySet(_log.Keys)], Stop);
        Assert.Equal((MirrorState.Behind, issued), (behind.State, behind.Size));

        _log.IsGone = true;
        var audit = new LogAudit(copy, new Forgetful()) { Policy = PolicyOf(_options.MirrorCosigners[0]), Clock = _time };
        var report = await audit.RunAsync(AuditMemory.New([.. _log.Keys.Select(key => key.ToString())]), null, Stop);
        Assert.Equal((AuditOutcome.Holds, issued), (report.Outcome, report.Size));
        Assert.Equal("w", Assert.Single(report.Witnesses!.Sightings).Witness.Name);
    }

    private static TrustPolicy PolicyOf(Cosigner cosigner) => TrustPolicy.Parse(Encoding.UTF8.GetBytes($"witness w {cosigner.Verifier}\nquorum w\n"));

    private async Task<SignedCheckpoint> CosignAsync()
    {
        var request = await _log.RequestAsync(_log.Witnessed);
        using var client = _app.GetTestClient();
        using var answer = await client.PostAsync(new Uri("add-checkpoint", UriKind.Relative), new ByteArrayContent(request), Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        _log.Witnessed = _log.Size;
        var lines = SignedNote.ParseSignatures(await answer.Content.ReadAsByteArrayAsync(Stop));
        var signed = SignedCheckpoint.Open(AddCheckpointRequest.Parse(request).Note, OperatedLog.Origin, _log.Keys);
        return signed.With(lines);
    }

    private sealed class Forgetful : IAuditMemory
    {
        public Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

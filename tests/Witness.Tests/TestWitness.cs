using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.Witness.Tests;

/// <summary>A witness over storage in memory.</summary>
internal sealed class TestWitness : IDisposable
{
    private readonly WitnessMetrics _metrics = new();

    public TestWitness(NoteVerifier log, InMemoryBlobs? blobs = null, FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
        Requests = new Operations();
        Blobs = blobs ?? new InMemoryBlobs(Requests, Time);
        Options = new WitnessOptions(
            [new PolicyLog(log, null)],
            [new Ed25519Cosigner("witness.example/w1", SeedOf(1), Time), new MlDsa44Cosigner("witness.example/w1", SeedOf(2), Time)],
            []);
        Service = new WitnessService(Blobs, Options, _metrics, NullLogger<WitnessService>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public Operations Requests { get; }

    public InMemoryBlobs Blobs { get; }

    public WitnessOptions Options { get; }

    public WitnessService Service { get; private set; }

    public IReadOnlyList<CosignatureVerifier> Keys => [.. Options.Cosigners.Select(cosigner => cosigner.Verifier)];

    /// <summary>Another process over the same storage.</summary>
    public WitnessService Another() => new(Blobs, Options, _metrics, NullLogger<WitnessService>.Instance);

    /// <summary>The process ends and another begins.</summary>
    public void Restart() => Service = Another();

    public Task<WitnessAnswer> AskAsync(byte[] body) => Service.AddCheckpointAsync(body, TestContext.Current.CancellationToken);

    public async Task<(WitnessStatus Status, string Body)> AskAsync(string body)
    {
        var answer = await AskAsync(Encoding.UTF8.GetBytes(body));
        return (answer.Status, Encoding.UTF8.GetString(answer.Body.Span));
    }

    /// <summary>Checks that an answer cosigns a checkpoint with each of the witness's keys, now.</summary>
    public void AssertCosigns(WitnessAnswer answer, Checkpoint checkpoint)
    {
        Assert.Equal(WitnessStatus.Cosigned, answer.Status);
        var lines = SignedNote.ParseSignatures(answer.Body.Span);
        Assert.Equal(Keys.Count, lines.Count);
        foreach (var key in Keys)
            Assert.Equal(Time.GetUtcNow(), key.FindIn(checkpoint.ToNoteText(), lines)!.Value.Time);
    }

    public void Dispose()
    {
        foreach (var cosigner in Options.Cosigners)
            cosigner.Dispose();
        _metrics.Dispose();
    }

    public static byte[] SeedOf(byte first) => [first, .. new byte[31]];
}

using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>The real sequencer and verifier over lean ports.</summary>
internal sealed class LeanService : IAsyncDisposable
{
    public const string Origin = "log.example";

    private readonly ServiceProvider _services;
    private readonly EcdsaP256Signer _key;

    public LeanService(OperationCounts operations, LeanLedger ledger, LeanContainers answers, TimeSpan signing, SequencerOptions? options = null, EcdsaP256Signer? key = null, DistantWitnesses? witnesses = null, string? folder = null)
    {
        Operations = operations;
        Ledger = ledger;
        Answers = answers;
        Queues = new LeanQueues(operations);
        _key = witnesses?.LogKey ?? key ?? NewKey();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton(new LogIdentity(Origin, [new SlowSigner(_key, signing, operations, TimeProvider.System)]));
        services.AddSingleton(folder is null ? (IBlobStore)ledger : new WrittenBlobs(ledger, folder)).AddSingleton<IQueueStore>(Queues).AddSingleton<ITableStore>(ledger.Tables).AddSingleton<IIssuerContainers>(answers);
        if (options is not null)
            services.AddSingleton(options);
        if (witnesses is not null)
            services.AddSingleton(witnesses.Policy).AddSingleton(new WitnessClient(witnesses));
        services.AddLedger();
        _services = services.BuildServiceProvider();
    }

    public OperationCounts Operations { get; }

    public LeanLedger Ledger { get; }

    public LeanContainers Answers { get; }

    public LeanQueues Queues { get; }

    /// <summary>Messages between intake and sequencer.</summary>
    public int Undone => Queues.Count(StorageNames.StagedActsQueue, StorageNames.StagedBulkQueue);

    public StagedActs Staged => _services.GetRequiredService<StagedActs>();

    public Sequencer Sequencer => _services.GetRequiredService<Sequencer>();

    public VerdictService Verifier => _services.GetRequiredService<VerdictService>();

    public static EcdsaP256Signer NewKey() => new(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Drains until nothing is left.</summary>
    public async Task DrainAllAsync(CancellationToken cancellationToken)
    {
        do
            await Sequencer.DrainAsync(cancellationToken);
        while (Undone > 0);
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    /// <summary>Stages an upload of one part.</summary>
    public async Task StageAsync(StagedUpload upload, CancellationToken cancellationToken) =>
        await StageAsync(await Staged.PrepareAsync(upload, cancellationToken), cancellationToken);

    /// <summary>Stages a part, a document by itself and at once: as one process of many, none of which waits because the queue is ahead.</summary>
    public Task StageAsync(PreparedPart part, CancellationToken cancellationToken) => Staged.StageAsync([part with { MayShare = false }], cancellationToken);
}

/// <summary>Uploads to measure with.</summary>
internal static class Uploads
{
    public static Issuer Bank { get; } = new("bank", "示范银行 (Demo Bank, Shenzhen)", "CN-GD", null, Retention.Keep, [DigestAlgorithm.Sha256])
    {
        Since = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero),
    };

    public static Digest DigestOf(int number) => new(DigestAlgorithm.Sha256, SHA256.HashData(BitConverter.GetBytes(number)));

    /// <summary>One document; its path is its number, so that its answer is recognised.</summary>
    public static StagedUpload Document(int number) => Document(number, DigestOf(number));

    /// <summary>The same of any digest.</summary>
    public static StagedUpload Document(int number, Digest digest) => new(
        new BlobVersion(Bank.Container, number.ToString(System.Globalization.CultureInfo.InvariantCulture), "0x8DC0000000000001"),
        Bank,
        Bank.Since,
        AnswerForm.OfDocument,
        [new RequestedAct(ActKind.Issue, 0) { Digests = [digest] }]);

    /// <summary>A part of a manifest.</summary>
    public static StagedUpload Manifest(int number, int lines) => new(
        new BlobVersion(Bank.Container, number.ToString(System.Globalization.CultureInfo.InvariantCulture), "0x8DC0000000000002"),
        Bank,
        Bank.Since,
        new AnswerForm(UploadKind.Manifest, 0),
        [.. Enumerable.Range(0, lines).Select(line => new RequestedAct(ActKind.Issue, line) { Digests = [DigestOf((number * lines) + line)] })]);
}

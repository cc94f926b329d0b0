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

    public LeanService(OperationCounts operations, LeanLedger ledger, LeanOutbox outbox, TimeSpan signing, SequencerOptions? options = null, EcdsaP256Signer? key = null)
    {
        Operations = operations;
        Ledger = ledger;
        Outbox = outbox;
        Staged = new LeanStagedActs(operations, TimeProvider.System);
        _key = key ?? NewKey();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton(new LogIdentity(Origin, [new SlowSigner(_key, signing, operations, TimeProvider.System)]));
        services.AddSingleton<ILogState>(ledger).AddSingleton<IJournal>(ledger).AddSingleton<ILogStore>(ledger);
        services.AddSingleton<IAnchorIndex>(ledger).AddSingleton<IReferenceIndex>(ledger).AddSingleton<IRevocationIndex>(ledger).AddSingleton<IIssuerHistory>(ledger);
        services.AddSingleton<IOutbox>(outbox).AddSingleton<IStagedActs>(Staged).AddSingleton<IPendingAnswers>(new LeanPendingAnswers(operations)).AddSingleton<IDeadLetters, NoDeadLetters>().AddSingleton<ISequencerLease>(new LeanLease(operations));
        if (options is not null)
            services.AddSingleton(options);
        services.AddVerification();
        _services = services.BuildServiceProvider();
    }

    public OperationCounts Operations { get; }

    public LeanLedger Ledger { get; }

    public LeanOutbox Outbox { get; }

    public LeanStagedActs Staged { get; }

    public Sequencer Sequencer => _services.GetRequiredService<Sequencer>();

    public Verifier Verifier => _services.GetRequiredService<Verifier>();

    public static EcdsaP256Signer NewKey() => new(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Drains until nothing is left.</summary>
    public async Task DrainAllAsync(CancellationToken cancellationToken)
    {
        do
            await Sequencer.DrainAsync(cancellationToken);
        while (Staged.Undone > 0);
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    private sealed class NoDeadLetters : IDeadLetters
    {
        public Task KeepAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing fails for good.");
    }

    private sealed class LeanLease(OperationCounts operations) : ISequencerLease, IAsyncDisposable
    {
        public async Task<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken)
        {
            await operations.RunAsync(new StorageRequest("lease.acquire", StorageService.LedgerBlob, "sequencer"), cancellationToken);
            return this;
        }

        public ValueTask DisposeAsync() => operations.RunAsync(new StorageRequest("lease.release", StorageService.LedgerBlob, "sequencer"), CancellationToken.None);
    }
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
    public static StagedUpload Document(int number) => new(
        new BlobVersion(Bank.Container, number.ToString(System.Globalization.CultureInfo.InvariantCulture), "0x8DC0000000000001"),
        Bank,
        Bank.Since,
        AnswerForm.OfDocument,
        [new RequestedAct(ActKind.Issue, 0) { Digests = [DigestOf(number)] }]);

    /// <summary>A part of a manifest.</summary>
    public static StagedUpload Manifest(int number, int lines) => new(
        new BlobVersion(Bank.Container, number.ToString(System.Globalization.CultureInfo.InvariantCulture), "0x8DC0000000000002"),
        Bank,
        Bank.Since,
        new AnswerForm(UploadKind.Manifest, 0),
        [.. Enumerable.Range(0, lines).Select(line => new RequestedAct(ActKind.Issue, line) { Digests = [DigestOf((number * lines) + line)] })]);
}

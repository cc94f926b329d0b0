using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>A long manifest through the whole service on a real Azurite. TRUECOPY_MANIFEST_LINES makes it longer.</summary>
public sealed class ManifestTests(Azurite azurite) : IAsyncLifetime
{
    private static readonly int Lines = Extent.Of("TRUECOPY_MANIFEST_LINES", 10_000, 20_000);
    private static readonly int Sample = Math.Min(Lines, Extent.IsExhaustive ? 1000 : 200);

    private readonly OperationCounter _counter = new();
    private readonly CountingSigner _signer = new(new Ed25519Signer("log.example", RandomNumberGenerator.GetBytes(Ed25519Signer.SeedSize)));
    private AzuriteFixture _storage = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _storage = await azurite.NewStorageAsync();
        var accounts = _storage.Connect(options => options.AddPolicy(_counter, HttpPipelinePosition.PerRetry));
        await accounts.CreateIssuerAsync("bank", new Dictionary<string, string> { ["legalname"] = "示范银行", ["jurisdiction"] = "CN-GD" }, Stop);
        _services = new ServiceCollection()
            .AddLogging()
            .AddAzureStorage(accounts)
            .AddSingleton(new LogIdentity("log.example", [_signer]))
            .AddLedger()
            .BuildServiceProvider();
        await _services.GetRequiredService<Sequencer>().DrainAsync(Stop);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task A_long_manifest_is_issued_in_constant_memory_with_few_operations_and_a_receipt_a_line()
    {
        var container = _storage.Connect().Inbox.GetBlobContainerClient("issuer-bank");
        var blob = await UploadAsync(container);
        var (operations, signatures) = (_counter.Total, _signer.Count);
        var clock = Stopwatch.StartNew();
        await _services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(blob), Stop);
        while (await _services.GetRequiredService<StagedActs>().OldestAsync(Stop) is not null)
            await _services.GetRequiredService<Sequencer>().DrainAsync(Stop);
        var elapsed = clock.Elapsed;
        var perThousand = (_counter.Total - operations) * 1000.0 / Lines;
        var peak = PeakMemory();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Lines} digests in {elapsed.TotalSeconds:0.0} s, {perThousand:0.0} storage operations per 1,000 digests, {_signer.Count - signatures} checkpoints signed, peak memory {peak} MiB\n{_counter}"));
        Assert.True(Lines < 10_000 || perThousand < 60, $"{perThousand} operations per 1,000 digests");
        Assert.True(peak < 400, $"{peak} MiB");

        await AssertReceiptsAsync(_storage.Connect().Inbox.GetBlobContainerClient("answers-bank"));
        clock.Restart();
        await AssertVerifiedAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Sample} random ones verified with receipts in {clock.Elapsed.TotalSeconds:0.0} s"));
        Assert.Equal(IntakeOutcome.Ignored, await _services.GetRequiredService<IntakeHandler>().HandleAsync(InMemoryWorld.EventOf(blob), Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Digest DigestOf(int line) => new(DigestAlgorithm.Sha256, SHA256.HashData(BitConverter.GetBytes(line)));

    private static long PeakMemory()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private static async Task<BlobVersion> UploadAsync(BlobContainerClient container)
    {
        var client = container.GetBlobClient("long.manifest.jsonl");
        await using (var stream = await client.OpenWriteAsync(overwrite: true, cancellationToken: Stop))
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n" };
            for (var line = 0; line < Lines; line++)
                await writer.WriteLineAsync($$"""{"algorithm":"sha-256","digest":"{{DigestOf(line).Hex}}"}""");
        }

        var properties = await client.GetPropertiesAsync(cancellationToken: Stop);
        return new BlobVersion("issuer-bank", "long.manifest.jsonl", properties.Value.ETag.ToString().Trim('"'));
    }

    // Every line has its receipt, in order; every thousandth is checked.
    private async Task AssertReceiptsAsync(BlobContainerClient container)
    {
        var identity = _services.GetRequiredService<LogIdentity>();
        using var lines = new StreamReader(await container.GetBlobClient(AnswerPath.Lines("long.manifest.jsonl")).OpenReadAsync(cancellationToken: Stop));
        var number = 0;
        while (await lines.ReadLineAsync(Stop) is { } text)
        {
            number++;
            if (number % 1000 != 1)
                continue;
            var line = JsonDocument.Parse(text).RootElement;
            Assert.Equal(number, line.GetProperty("line").GetInt32());
            ReceiptCheck.Run(Receipt.Parse(Encoding.UTF8.GetBytes(line.GetProperty("receipt").GetString()!)), DigestOf(number - 1), identity.Verifiers);
        }

        Assert.Equal(Lines, number);
    }

    private async Task AssertVerifiedAsync()
    {
        var random = new Random(20261123);
        var digests = Enumerable.Range(0, Sample).Select(_ => DigestOf(random.Next(Lines))).ToArray();
        var identity = _services.GetRequiredService<LogIdentity>();
        foreach (var answer in await _services.GetRequiredService<VerdictService>().VerifyAsync(digests, Stop))
        {
            Assert.Equal(Verdict.Verified, answer.Verdict);
            ReceiptCheck.Run(answer.Issuers[0].Receipt, answer.Digest, identity.Verifiers);
        }
    }

    private sealed class CountingSigner(INoteSigner signer) : INoteSigner
    {
        private int _count;

        public int Count => _count;

        public NoteVerifier Verifier => signer.Verifier;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return signer.SignAsync(text, cancellationToken);
        }
    }
}

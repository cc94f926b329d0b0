using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;
using TrueCopy.Verification;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Sequencing;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Testing.InMemory;

/// <summary>Storage and keys that outlive the processes of a test.</summary>
public sealed class InMemoryWorld
{
    /// <summary>The log's name.</summary>
    public const string Origin = "log.example";

    /// <summary>Creates a world with one issuer, <c>bank</c>.</summary>
    public InMemoryWorld()
    {
        Ledger = new InMemoryLedger(Operations);
        Staged = new InMemoryStagedActs(Operations, Time);
        Inbox = new InMemoryInbox(Operations, Time);
        Lease = new InMemoryLease(Operations);
        INoteSigner[] signers =
        [
            new EcdsaP256Signer(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256)),
            new Ed25519Signer(Origin, RandomNumberGenerator.GetBytes(Ed25519Signer.SeedSize)),
        ];
        Identity = new LogIdentity(Origin, [.. signers.Select(signer => new CountingSigner(signer, Operations))]);
        AddIssuer("bank");
    }

    /// <summary>The clock.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    /// <summary>Every operation on storage and keys.</summary>
    public Operations Operations { get; } = new();

    /// <summary>The ledger account.</summary>
    public InMemoryLedger Ledger { get; }

    /// <summary>The queue between intake and sequencer.</summary>
    public InMemoryStagedActs Staged { get; }

    /// <summary>The inbox account.</summary>
    public InMemoryInbox Inbox { get; }

    /// <summary>The sequencer's lease.</summary>
    public InMemoryLease Lease { get; }

    /// <summary>The log and its keys.</summary>
    public LogIdentity Identity { get; }

    /// <summary>Adds an issuer.</summary>
    public void AddIssuer(string id, string? algorithms = null)
    {
        var metadata = new Dictionary<string, string> { ["legalname"] = $"The {id} Ltd", ["jurisdiction"] = "HK" };
        if (algorithms is not null)
            metadata["algorithms"] = algorithms;
        Inbox.CreateContainer(Issuer.ContainerPrefix + id, metadata);
    }

    /// <summary>Puts a blob and returns the event that Event Grid would send.</summary>
    public byte[] Upload(string issuer, string path, byte[] content) => EventOf(Inbox.Put(Issuer.ContainerPrefix + issuer, path, content));

    /// <summary>The BlobCreated event of a blob version, CloudEvents 1.0.</summary>
    public static byte[] EventOf(BlobVersion blob) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["specversion"] = "1.0",
        ["id"] = $"{blob.Container}/{blob.Path}/{blob.ETag}",
        ["source"] = "/subscriptions/0/resourceGroups/truecopy/providers/Microsoft.Storage/storageAccounts/inbox",
        ["type"] = BlobEvent.BlobCreated,
        ["subject"] = $"/blobServices/default/containers/{blob.Container}/blobs/{blob.Path}",
        ["data"] = new Dictionary<string, object> { ["api"] = "PutBlob", ["eTag"] = $"\"{blob.ETag}\"" },
    });

    /// <summary>Starts a process over this storage: the real handlers, sequencer and verifier.</summary>
    public InMemoryService Start() => new(this);

    private sealed class CountingSigner(INoteSigner signer, Operations operations) : INoteSigner
    {
        public NoteVerifier Verifier => signer.Verifier;

        public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
            await await operations.RunAsync("sign", () => signer.SignAsync(text, cancellationToken).AsTask());
    }
}

/// <summary>One process of the service. Dropping it without disposing is a crash.</summary>
public sealed class InMemoryService : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    internal InMemoryService(InMemoryWorld world)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton<TimeProvider>(world.Time);
        services.AddSingleton(world.Identity);
        services.AddSingleton<ILogState>(world.Ledger).AddSingleton<IJournal>(world.Ledger);
        services.AddSingleton<ILogStore>(world.Ledger).AddSingleton<IAnchorIndex>(world.Ledger);
        services.AddSingleton<IReferenceIndex>(world.Ledger).AddSingleton<IRevocationIndex>(world.Ledger).AddSingleton<IIssuerHistory>(world.Ledger);
        services.AddSingleton<IInbox>(world.Inbox).AddSingleton<IIssuerRegistry>(world.Inbox).AddSingleton<IOutbox>(world.Inbox);
        services.AddSingleton<IStagedActs>(world.Staged).AddSingleton<ISequencerLease>(world.Lease);
        services.AddVerification();
        _services = services.BuildServiceProvider();
    }

    /// <summary>Intake.</summary>
    public IntakeHandler Intake => _services.GetRequiredService<IntakeHandler>();

    /// <summary>The sequencer.</summary>
    public Sequencer Sequencer => _services.GetRequiredService<Sequencer>();

    /// <summary>The watch on the registry.</summary>
    public RegistryWatch Registry => _services.GetRequiredService<RegistryWatch>();

    /// <summary>The verifier.</summary>
    public Verifier Verifier => _services.GetRequiredService<Verifier>();

    /// <summary>Tiles as the verifier reads them.</summary>
    public IHashTileSource Tiles => _services.GetRequiredService<IHashTileSource>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

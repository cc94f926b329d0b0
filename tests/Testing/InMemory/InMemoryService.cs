using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.Testing.InMemory;

/// <summary>Storage and keys that outlive the processes of a test.</summary>
public sealed class InMemoryWorld
{
    /// <summary>The log's name.</summary>
    public const string Origin = "log.example";

    /// <summary>Creates a world with one issuer, <c>bank</c>.</summary>
    /// <param name="time">The clock; null for one that stands still.</param>
    public InMemoryWorld(FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider(Beginning);
        Ledger = new InMemoryLedger(Operations, Time);
        Queues = new InMemoryQueues(Operations, Time);
        Inbox = new InMemoryInbox(Operations, Time);
        Staged = new StagedView(this);
        Answers = new AnswersView(this);
        Lease = new LeaseView(Ledger);
        DeadLetters = new DeadLettersView(Ledger);
        SignWith(NewEcdsa(), NewEd25519());
        AddIssuer("bank");
    }

    /// <summary>When a world begins.</summary>
    public static DateTimeOffset Beginning { get; } = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The clock.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>The least time between two commits; none, because on a clock that stands still a wait never ends.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.Zero;

    /// <summary>How long whoever asks for an act waits for it; not at all, for the same reason.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.Zero;

    /// <summary>How long a process that found another sequencing leaves it alone; not at all, likewise.</summary>
    public TimeSpan LeaseRest { get; set; } = TimeSpan.Zero;

    /// <summary>Every operation on storage and keys.</summary>
    public Operations Operations { get; } = new();

    /// <summary>The ledger account.</summary>
    public InMemoryLedger Ledger { get; }

    /// <summary>The ledger account's queues.</summary>
    public InMemoryQueues Queues { get; }

    /// <summary>The queue between intake and sequencer.</summary>
    public StagedView Staged { get; }

    /// <summary>The queue of answers that issuers are owed.</summary>
    public AnswersView Answers { get; }

    /// <summary>The inbox account.</summary>
    public InMemoryInbox Inbox { get; }

    /// <summary>Messages that could not be handled.</summary>
    public DeadLettersView DeadLetters { get; }

    /// <summary>The sequencer's lease.</summary>
    public LeaseView Lease { get; }

    /// <summary>Who witnesses the log; null for nobody.</summary>
    public InMemoryWitnesses? Witnesses { get; internal set; }

    /// <summary>What the issuers' own domains say; one that is not in here says nothing of this log.</summary>
    public ConcurrentDictionary<string, DomainWord> Domains { get; } = new();

    /// <summary>What the processes said that wakes somebody up at once.</summary>
    public ConcurrentQueue<string> Alarms { get; } = new();

    /// <summary>The log and the keys that sign for it now.</summary>
    public LogIdentity Identity { get; private set; } = null!;

    /// <summary>Every key that ever signed.</summary>
    public List<NoteVerifier> EveryVerifier { get; } = [];

    /// <summary>Rotates: from now on these sign, and no others.</summary>
    public void SignWith(params INoteSigner[] signers)
    {
        Identity = new LogIdentity(Origin, [.. signers.Select(signer => signer as CountingSigner ?? new CountingSigner(signer, Operations))]);
        EveryVerifier.AddRange(Identity.Verifiers.Except(EveryVerifier));
    }

    /// <summary>A key as a vault makes them.</summary>
    public static EcdsaP256Signer NewEcdsa() => new(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key as witnesses want them.</summary>
    public static Ed25519Signer NewEd25519() => new(Origin, RandomNumberGenerator.GetBytes(Ed25519Signer.SeedSize));

    /// <summary>Adds an issuer.</summary>
    public void AddIssuer(string id, string? algorithms = null)
    {
        var metadata = new Dictionary<string, string> { ["legalname"] = $"The {id} Ltd", ["jurisdiction"] = "HK" };
        if (algorithms is not null)
            metadata["algorithms"] = algorithms;
        Inbox.CreateContainer(IssuerContainer.Prefix + id, metadata);
    }

    /// <summary>Adds a receiver, or changes how the registry describes it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="key">What packages are sealed to; any 32 bytes.</param>
    /// <param name="purposes">What it takes them for.</param>
    public void AddReceiver(string id, byte[]? key = null, string purposes = "credit, employment") => Inbox.CreateContainer(ReceiverContainer.Prefix + id, new()
    {
        ["legalname"] = $"The {id} Ltd",
        ["jurisdiction"] = "HK",
        ["encryptionkey"] = EncryptionKey.Encode(key ?? SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id))),
        ["purposes"] = purposes,
        ["keepsdays"] = "90",
    });

    /// <summary>Puts a blob and returns the event that Event Grid would send.</summary>
    public byte[] Upload(string issuer, string path, byte[] content) => EventOf(Inbox.Put(IssuerContainer.Prefix + issuer, path, content));

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

    /// <summary>A world of its own with the same log, issuers, keys and time, in which nothing has been answered yet and nothing is staged.</summary>
    public InMemoryWorld Copy()
    {
        if (Staged.Count + Answers.Count > 0)
            throw new InvalidOperationException("Something is staged or owed.");
        var copy = new InMemoryWorld();
        copy.Time.SetUtcNow(Time.GetUtcNow());
        copy.EveryVerifier.Clear();
        copy.EveryVerifier.AddRange(EveryVerifier);
        copy.SignWith([.. Identity.Signers.Select(signer => ((CountingSigner)signer).Signer)]);
        foreach (var (domain, word) in Domains)
            copy.Domains[domain] = word;
        copy.Ledger.CopyFrom(Ledger);
        copy.Inbox.CopyFrom(Inbox);
        Witnesses?.CopyTo(copy);
        return copy;
    }

    /// <summary>Breaks the protocol on purpose from now on.</summary>
    public void BreakOnPurpose(Break how) => (Ledger.Breaks, Queues.Breaks) = (how, how);

    /// <summary>Starts a process over this storage: the real handlers, sequencer and verifier.</summary>
    public InMemoryService Start() => new(this);

    /// <summary>A doctor over this storage.</summary>
    public Doctor Doctor() => new(Ledger, Queues, Ledger.Tables, Inbox, Time);

    /// <summary>The rebuild of the index.</summary>
    public IndexRebuild IndexRebuild() => new(Ledger, Ledger.Tables);

    /// <summary>Where a process reads the keys.</summary>
    internal sealed class KeySource(InMemoryWorld world) : ILogKeySource
    {
        public Task<LogIdentity> LoadAsync(CancellationToken cancellationToken) => world.Operations.RunAsync("keys.load", () => world.Identity, cancellationToken);
    }

    private sealed class CountingSigner(INoteSigner signer, Operations operations) : INoteSigner
    {
        public INoteSigner Signer => signer;

        public NoteVerifier Verifier => signer.Verifier;

        public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
            await await operations.RunAsync(new StorageRequest("sign", StorageService.Vault), () => signer.SignAsync(text, cancellationToken).AsTask(), cancellationToken);
    }
}

/// <summary>Puts the ports of the product onto a world in memory.</summary>
public static class InMemoryPorts
{
    /// <summary>Adds every port, and the clock; who signs is left to the host.</summary>
    public static IServiceCollection AddInMemory(this IServiceCollection services, InMemoryWorld world) => services
        .AddSingleton<TimeProvider>(world.Time)
        .AddSingleton(new SequencerOptions { CommitInterval = world.CommitInterval, LeaseRest = world.LeaseRest })
        .AddSingleton(new HandoverOptions { Patience = world.Patience })
        .AddSingleton<AskDomain>((domain, _, _, stop) => world.Operations.RunAsync("domain.ask", () => world.Domains.GetValueOrDefault(domain, DomainWord.NotStated), stop))
        .AddSingleton<IBlobStore>(world.Ledger)
        .AddSingleton<IQueueStore>(world.Queues)
        .AddSingleton<ITableStore>(world.Ledger.Tables)
        .AddSingleton<IIssuerContainers>(world.Inbox)
        .AddSingleton<IBlobAddresses>(new InMemoryAddresses(world.Time));
}

/// <summary>One process of the service. Dropping it without disposing is a crash.</summary>
public sealed class InMemoryService : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    internal InMemoryService(InMemoryWorld world)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical).AddProvider(new AlarmLog(world.Alarms)));
        services.AddInMemory(world);
        services.AddSingleton<ILogKeySource>(new InMemoryWorld.KeySource(world)).AddSingleton<ILogKeys, RotatedKeys>();
        if (world.Witnesses is { } witnesses)
            services.AddSingleton(witnesses.Policy).AddSingleton(new WitnessClient(witnesses));
        services.AddLedger();
        _services = services.BuildServiceProvider();
    }

    /// <summary>Intake.</summary>
    public IntakeHandler Intake => _services.GetRequiredService<IntakeHandler>();

    /// <summary>Writes answers that are owed.</summary>
    public AnswerHandler Answers => _services.GetRequiredService<AnswerHandler>();

    /// <summary>What waits.</summary>
    public Backlog Backlog => _services.GetRequiredService<Backlog>();

    /// <summary>Where messages end that intake cannot handle.</summary>
    public PoisonHandler Poison => _services.GetRequiredService<PoisonHandler>();

    /// <summary>What a timer runs.</summary>
    public Housekeeping Housekeeping => _services.GetRequiredService<Housekeeping>();

    /// <summary>The sequencer.</summary>
    public Sequencer Sequencer => _services.GetRequiredService<Sequencer>();

    /// <summary>The watch on the registry.</summary>
    public RegistryWatch Registry => _services.GetRequiredService<RegistryWatch>();

    /// <summary>What asks domains.</summary>
    public DomainWatch Domains => _services.GetRequiredService<DomainWatch>();

    /// <summary>Gives out the addresses that take packages.</summary>
    public HandoverRequests Requests => _services.GetRequiredService<HandoverRequests>();

    /// <summary>What became of handovers.</summary>
    public HandoverTraces Traces => _services.GetRequiredService<HandoverTraces>();

    /// <summary>What receivers and holders do with packages.</summary>
    public HandoverActs Handovers => _services.GetRequiredService<HandoverActs>();

    /// <summary>What waits for receivers.</summary>
    public ReceiverInbox Receivers => _services.GetRequiredService<ReceiverInbox>();

    /// <summary>The receivers, proven.</summary>
    public ReceiverDirectory Directory => _services.GetRequiredService<ReceiverDirectory>();

    /// <summary>The verifier.</summary>
    public VerdictService Verifier => _services.GetRequiredService<VerdictService>();

    /// <summary>The status of the whole log, for those who keep it.</summary>
    public StatusReader Status => _services.GetRequiredService<StatusReader>();

    /// <summary>Makes receipts fresh.</summary>
    public ReceiptRenewal Renewal => _services.GetRequiredService<ReceiptRenewal>();

    /// <summary>What the log says of its keys, proven.</summary>
    public ProvenKeys Keys => _services.GetRequiredService<ProvenKeys>();

    /// <summary>Tiles as the verifier reads them.</summary>
    public IHashTileSource Tiles => _services.GetRequiredService<IHashTileSource>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class AlarmLog(ConcurrentQueue<string> alarms) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            alarms.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}

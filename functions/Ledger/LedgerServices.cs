using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TrueCopy.Ledger;

/// <summary>Wires intake, sequencer and verifier, the same for every host.</summary>
public static class LedgerServices
{
    /// <summary>Adds the services; the host adds its storage (<see cref="IBlobStore"/>, <see cref="IQueueStore"/>, <see cref="ITableStore"/>, <see cref="IIssuerContainers"/>, <see cref="IBlobAddresses"/>), <see cref="AskDomain"/>, and <see cref="ILogKeys"/>, or a <see cref="LogIdentity"/> that never changes; and a <see cref="ServicePolicy"/>, where witnesses are asked.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<LogState>();
        services.AddSingleton<Journal>();
        services.AddSingleton<LogStore>();
        services.AddSingleton<PackStore>();
        services.AddSingleton<SequencerLease>();
        services.AddSingleton(provider => new PatientTables(provider.GetRequiredService<ITableStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ActIndex(provider.GetRequiredService<PatientTables>()));
        services.AddSingleton(provider => new IssuedDocuments(provider.GetRequiredService<PatientTables>(), provider.GetRequiredService<ActIndex>()));
        services.AddSingleton<ReferenceIndex>();
        services.AddSingleton<RevocationIndex>();
        services.AddSingleton<IssuerHistory>();
        services.AddSingleton<DomainHistory>();
        services.AddSingleton<KeyHistory>();
        services.AddSingleton<ReceiverHistory>();
        services.AddSingleton<HandoverRecords>();
        services.AddSingleton<StagedActs>();
        services.AddSingleton<PendingAnswers>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<IssuerRegistry>();
        services.AddSingleton<ITileReader>(provider => provider.GetRequiredService<LogStore>());
        services.AddSingleton<IHashTileSource, CachedTiles>();
        services.TryAddSingleton<ILogKeys>(provider => new FixedKeys(provider.GetRequiredService<LogIdentity>()));
        services.AddSingleton<SequencerMetrics>();
        services.TryAddSingleton(new SequencerOptions());
        services.AddSingleton<HeadCheck>();
        services.AddSingleton<BatchCommitter>();
        services.AddSingleton(provider => new BatchIndexer(provider.GetRequiredService<PatientTables>()));
        services.AddSingleton<BatchPublisher>();
        services.TryAddSingleton(ServicePolicy.None);
        services.TryAddSingleton(new WitnessingOptions());
        services.TryAddSingleton(_ => new WitnessClient());
        services.AddSingleton<WitnessingMetrics>();
        services.AddSingleton<Witnesses>();
        services.AddSingleton<CheckpointRefresh>();
        services.AddSingleton<ActResolver>();
        services.AddSingleton<IssuerAnnouncements>();
        services.AddSingleton<ReceiverAnnouncements>();
        services.AddSingleton<HandoverAdmission>();
        services.AddSingleton<SuspectMessages>();
        services.AddSingleton<StagedBatches>();
        services.TryAddSingleton(new AnswerOptions());
        services.AddSingleton<AnswerMetrics>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<AnswerAttempts>();
        services.AddSingleton<AnswerHandler>();
        services.AddSingleton<DirectAnswers>();
        services.AddSingleton<CommitPace>();
        services.AddSingleton<BatchCollection>();
        services.AddSingleton<DoneMessages>();
        services.AddSingleton<Sequencer>();
        services.AddSingleton<RepeatedIssues>();
        services.AddSingleton<DocumentIntake>();
        services.AddSingleton<ManifestIntake>();
        services.AddSingleton<ActListIntake>();
        services.TryAddSingleton(new HandoverOptions());
        services.AddSingleton<ReceiverRegistry>();
        services.AddSingleton<Packages>();
        services.AddSingleton<PackageIntake>();
        services.AddSingleton<HandoverRequests>();
        services.AddSingleton<HandoverTraces>();
        services.AddSingleton<HandoverActs>();
        services.AddSingleton<HandoverExpiry>();
        services.AddSingleton<ReceiverInbox>();
        services.AddSingleton<ReceiverDirectory>();
        services.AddSingleton<IntakeHandler>();
        services.AddSingleton<PoisonHandler>();
        services.AddSingleton<IntakeMetrics>();
        services.AddSingleton<Backlog>();
        services.AddSingleton<Housekeeping>();
        services.AddSingleton<RegistryWatch>();
        services.TryAddSingleton(new DomainOptions());
        services.AddSingleton<DomainWatch>();
        services.AddSingleton<DomainStandings>();
        services.AddSingleton<IssuerList>();
        services.AddSingleton<CheckpointSource>();
        services.AddSingleton<ICheckpointSource>(provider => provider.GetRequiredService<CheckpointSource>());
        services.AddSingleton<StatusSource>();
        services.AddSingleton<KnownRows>();
        services.AddSingleton<VerdictService>();
        services.AddSingleton<StatusReader>();
        services.AddSingleton<ReceiptRenewal>();
        services.AddSingleton<ProvenKeys>();
        services.AddSingleton<UploadHistory>();
        return services;
    }
}

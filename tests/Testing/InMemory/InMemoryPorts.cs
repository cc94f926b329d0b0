using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Testing.InMemory;

/// <summary>Puts the ports of the product onto a world in memory.</summary>
public static class InMemoryPorts
{
    /// <summary>Adds every port, and the clock; who signs is left to the host.</summary>
    public static IServiceCollection AddInMemory(this IServiceCollection services, InMemoryWorld world) => services
        .AddSingleton<TimeProvider>(world.Time).AddSingleton(new SequencerOptions { CommitInterval = world.CommitInterval })
        .AddSingleton<ILogState>(world.Ledger)
        .AddSingleton<IJournal>(world.Ledger)
        .AddSingleton<ILogStore>(world.Ledger)
        .AddSingleton<IAnchorIndex>(world.Ledger)
        .AddSingleton<IReferenceIndex>(world.Ledger)
        .AddSingleton<IRevocationIndex>(world.Ledger)
        .AddSingleton<IIssuerHistory>(world.Ledger)
        .AddSingleton<IKeyHistory>(world.Ledger)
        .AddSingleton<IInbox>(world.Inbox)
        .AddSingleton<IInboxListing>(world.Inbox)
        .AddSingleton<IIssuerRegistry>(world.Inbox)
        .AddSingleton<IOutbox>(world.Inbox)
        .AddSingleton<IStagedActs>(world.Staged)
        .AddSingleton<IPendingAnswers>(world.Answers)
        .AddSingleton<ISequencerLease>(world.Lease)
        .AddSingleton<IDeadLetters>(world.DeadLetters);
}

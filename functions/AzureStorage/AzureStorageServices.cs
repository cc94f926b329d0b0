using Microsoft.Extensions.DependencyInjection;
using TrueCopy.AzureStorage.Inbox;
using TrueCopy.AzureStorage.Ledger;

namespace TrueCopy.AzureStorage;

/// <summary>Puts the ports of the product onto Azure Storage.</summary>
public static class AzureStorageServices
{
    /// <summary>Adds every port; the clients come from <paramref name="accounts"/>.</summary>
    public static IServiceCollection AddAzureStorage(this IServiceCollection services, StorageAccounts accounts) => services
        .AddSingleton(accounts)
        .AddSingleton<IInbox, BlobInbox>()
        .AddSingleton<IInboxListing, BlobInboxListing>()
        .AddSingleton<IIssuerRegistry, BlobIssuerRegistry>()
        .AddSingleton<IOutbox, BlobOutbox>()
        .AddSingleton<IDeadLetters, BlobDeadLetters>()
        .AddSingleton<IStagedActs, QueueStagedActs>()
        .AddSingleton<IPendingAnswers, QueuePendingAnswers>()
        .AddSingleton<ILogState, BlobLogState>()
        .AddSingleton<IJournal, BlobJournal>()
        .AddSingleton<ILogStore, BlobLogStore>()
        .AddSingleton<ISequencerLease, BlobSequencerLease>()
        .AddSingleton<IAnchorIndex, TableAnchorIndex>()
        .AddSingleton<IReferenceIndex, TableReferenceIndex>()
        .AddSingleton<IRevocationIndex, TableRevocationIndex>()
        .AddSingleton<IIssuerHistory, TableIssuerHistory>()
        .AddSingleton<IKeyHistory, TableKeyHistory>();
}

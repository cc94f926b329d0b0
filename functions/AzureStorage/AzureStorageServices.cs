using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.AzureStorage;

/// <summary>Puts the ports of the product onto Azure Storage.</summary>
public static class AzureStorageServices
{
    /// <summary>Adds every port; the clients come from <paramref name="accounts"/>.</summary>
    public static IServiceCollection AddAzureStorage(this IServiceCollection services, StorageAccounts accounts) => services
        .AddSingleton(accounts)
        .AddSingleton<IBlobStore>(accounts.LedgerBlobs)
        .AddSingleton<IQueueStore>(accounts.LedgerQueues)
        .AddSingleton<ITableStore>(accounts.LedgerTables)
        .AddSingleton<IIssuerContainers>(accounts.IssuerContainers)
        .AddSingleton<IBlobAddresses>(provider => new AzureBlobAddresses(accounts.Handovers, provider.GetRequiredService<TimeProvider>()));
}

using System.Text;

namespace TrueCopy.Local;

/// <summary>Two witnesses, one of either side of the border, both of which have to sign; the second also keeps a copy.</summary>
internal sealed class DemoWitnesses(IReadOnlyList<DemoWitness> witnesses, ServicePolicy policy) : IAsyncDisposable
{
    private static readonly string[] Names = ["shenzhen", "hongkong"];

    /// <summary>Nobody; the policy is that of a file, or none.</summary>
    public static DemoWitnesses None(ServicePolicy policy) => new([], policy);

    /// <summary>Them, as they are found.</summary>
    public IReadOnlyList<DemoWitness> All => witnesses;

    /// <summary>The policy that asks for both.</summary>
    public ServicePolicy Policy => policy;

    /// <summary>Starts what the command line asks for.</summary>
    /// <exception cref="StartupException">It cannot; the message says why.</exception>
    public static async Task<DemoWitnesses> StartAsync(LocalOptions options, AzureStorage.StorageAccounts accounts, LogIdentity log, CancellationToken cancellationToken)
    {
        if (options.PolicyFile is { } file)
            return None(await ReadPolicyAsync(file, cancellationToken));
        if (options.Witnesses == 0)
            return None(ServicePolicy.None);
        var folder = Path.Combine(options.DataFolder, "witnesses");
        var starting = Names.Select((name, i) => DemoWitness.StartAsync(
            name,
            folder,
            accounts.Ledger,
            log,
            i == 1 ? new LogStore(accounts.LedgerBlobs) : null,
            options.WitnessPort == 0 ? 0 : options.WitnessPort + i,
            cancellationToken)).ToArray();
        try
        {
            var witnesses = await Task.WhenAll(starting);
            return new DemoWitnesses(witnesses, ServicePolicy.Parse(Encoding.UTF8.GetBytes(PolicyOf(log, options.Port, witnesses)), LocalOptions.Origin, failOpen: false));
        }
        catch
        {
            foreach (var started in starting.Where(task => task.IsCompletedSuccessfully))
                await (await started).DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var witness in witnesses)
            await witness.DisposeAsync();
    }

    private static string PolicyOf(LogIdentity log, int port, IReadOnlyList<DemoWitness> witnesses)
    {
        var text = new StringBuilder("# Witnesses of this machine alone, for a demonstration: they prove that the parts fit together, and nothing else.\n");
        foreach (var key in log.Verifiers)
            text.Append("log ").Append(key).Append(port == 0 ? "\n" : $" http://127.0.0.1:{port}/log\n");
        foreach (var witness in witnesses)
            text.Append(witness.PolicyLine);
        return text.Append("group both-sides all ").AppendJoin(' ', Names).Append("\nquorum both-sides\n").ToString();
    }

    private static async Task<ServicePolicy> ReadPolicyAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return ServicePolicy.Parse(await File.ReadAllBytesAsync(file, cancellationToken), LocalOptions.Origin, failOpen: false);
        }
        catch (Exception exception) when (exception is LogFormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The policy {file} cannot be gone by: {exception.Message}", exception);
        }
    }
}

using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(TrueCopy.Testing.SharedAzurite))]
[assembly: AssemblyFixture(typeof(TrueCopy.EndToEnd.Tests.Service.Services))]

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// One service on each host, with an account of its own, for all tests that use it and take nothing away from each other; each starts
/// when the first test needs it.
/// </summary>
public sealed class Services : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentDictionary<Host, Lazy<Task<IRunningService>>> _services = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values.Where(service => service.IsValueCreated))
            await (await service.Value).DisposeAsync();
        _folder.Dispose();
    }

    internal Task<IRunningService> StartedAsync(Host host, SharedAzurite azurite) =>
        _services.GetOrAdd(host, _ => new Lazy<Task<IRunningService>>(() => RunningService.StartAsync(host, azurite, DataOf(host)))).Value;

    /// <summary>The service's data folder.</summary>
    internal string DataOf(Host host) => _folder.At(host.ToString());
}

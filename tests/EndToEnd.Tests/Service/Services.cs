[assembly: AssemblyFixture(typeof(TrueCopy.Testing.SharedAzurite))]
[assembly: AssemblyFixture(typeof(TrueCopy.EndToEnd.Tests.Service.Services))]

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>
/// One service on each host, with storage of its own as a user's has, for all tests that use it and take nothing away from each
/// other; each starts when the first test needs it.
/// </summary>
public sealed class Services : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<Host, Lazy<Task<IRunningService>>> _services;

    public Services() =>
        _services = Enum.GetValues<Host>().ToDictionary(host => host, host => new Lazy<Task<IRunningService>>(() => RunningService.StartAsync(host, DataOf(host))));

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values.Where(service => service.IsValueCreated))
            await (await service.Value).DisposeAsync();
        _folder.Dispose();
    }

    internal Task<IRunningService> StartedAsync(Host host) => _services[host].Value;

    /// <summary>The service's data folder.</summary>
    internal string DataOf(Host host) => _folder.At(host.ToString());
}

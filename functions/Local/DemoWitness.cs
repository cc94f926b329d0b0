using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using TrueCopy.Witness;
using TrueCopy.Witness.Http;
using TrueCopy.Witness.Mirroring;

namespace TrueCopy.Local;

/// <summary>The real witness on a port of this machine, with a key in a file and its storage beside the log's own: to be tried, and trusted by nobody.</summary>
internal sealed class DemoWitness : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IReadOnlyList<Cosigner> _cosigners;

    private DemoWitness(string name, WebApplication app, IReadOnlyList<Cosigner> cosigners) => (Name, _app, _cosigners) = (name, app, cosigners);

    /// <summary>What a policy calls it.</summary>
    public string Name { get; }

    /// <summary>Its submission prefix.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Its line in a policy file.</summary>
    public string PolicyLine => $"witness {Name} {_cosigners[0].Verifier} {Address}/\n";

    /// <summary>Starts it.</summary>
    /// <param name="name">What a policy calls it; also in the names of its keys and containers.</param>
    /// <param name="folder">Where its seeds are kept, and made if missing.</param>
    /// <param name="account">Where its blobs are kept.</param>
    /// <param name="log">The keys of the log.</param>
    /// <param name="copied">The log's tiles, of which it keeps a copy; null if it does not.</param>
    /// <param name="port">Its port on loopback; 0 for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartupException">The port is taken.</exception>
    public static async Task<DemoWitness> StartAsync(string name, string folder, Azure.Storage.Blobs.BlobServiceClient account, LogIdentity log, ITileReader? copied, int port, CancellationToken cancellationToken)
    {
        var blobs = new PrefixedBlobs(new AzureStorage.AzureBlobs(account), $"{name}-");
        await Task.WhenAll(WitnessContainers.All.Select(container => account.GetBlobContainerClient(blobs.NameOf(container)).CreateIfNotExistsAsync(cancellationToken: cancellationToken)));
        List<Cosigner> cosigners = [await CosignerAsync($"{name}.witness.localhost", folder, cancellationToken)];
        Cosigner[] mirror = copied is null ? [] : [await CosignerAsync($"{name}.mirror.localhost", folder, cancellationToken)];

        // The address tells the mirror that there is something to read; what reads it is given.
        var logs = log.Verifiers.Select(key => new PolicyLog(key, copied is null ? null : new Uri("http://127.0.0.1/log")));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Api.HttpLimits.Apply(kestrel);
            kestrel.Listen(IPAddress.Loopback, port);
        });
        LocalService.QuietLog(builder.Logging);
        builder.Services
            .AddSingleton<IBlobStore>(blobs)
            .AddSingleton(new WitnessOptions([.. logs], cosigners, mirror))
            .AddSingleton(new OpenLog(_ => copied!))
            .AddWitness();
        var app = builder.Build();
        app.UseWitness();
        var witness = new DemoWitness(name, app, [.. cosigners, .. mirror]);
        try
        {
            await app.StartAsync(cancellationToken);
            return witness;
        }
        catch (Exception exception)
        {
            await witness.DisposeAsync();
            if (exception is IOException && exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
                throw new StartupException($"Port {port}, of the witness {name}, is taken. Stop what listens there, choose others with --witness-port, or do without: --witnesses 0.", exception);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var cosigner in _cosigners)
            cosigner.Dispose();
    }

    private static async Task<Cosigner> CosignerAsync(string name, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return new Ed25519Cosigner(name, await KeyFiles.ReadOrCreateSeedAsync(Path.Combine(folder, $"{name}.seed"), cancellationToken), TimeProvider.System);
        }
        catch (LogFormatException exception)
        {
            throw new StartupException($"A key of a witness in {folder} is damaged. Restore it, or remove the whole data folder to begin a new log.", exception);
        }
    }
}

/// <summary>Blobs of an account that is shared: every container has a prefix.</summary>
internal sealed class PrefixedBlobs(IBlobStore blobs, string prefix) : IBlobStore
{
    public string NameOf(string container) => prefix + container;

    public Task<StoredBlob?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken) => blobs.ReadAsync(Of(blob), cancellationToken);

    public Task<ReadOnlyMemory<byte>?> ReadPartAsync(BlobAddress blob, long from, int most, CancellationToken cancellationToken) => blobs.ReadPartAsync(Of(blob), from, most, cancellationToken);

    public Task<BlobFacts?> FindAsync(BlobAddress blob, CancellationToken cancellationToken) => blobs.FindAsync(Of(blob), cancellationToken);

    public Task<string?> TryWriteAsync(BlobAddress blob, ReadOnlyMemory<byte> content, BlobCondition condition, BlobHeaders headers, CancellationToken cancellationToken) =>
        blobs.TryWriteAsync(Of(blob), content, condition, headers, cancellationToken);

    public Task DeleteAsync(BlobAddress blob, CancellationToken cancellationToken) => blobs.DeleteAsync(Of(blob), cancellationToken);

    public IAsyncEnumerable<ListedBlob> ListAsync(string container, string prefix, CancellationToken cancellationToken) => blobs.ListAsync(NameOf(container), prefix, cancellationToken);

    public Task<LeaseOutcome> TryLeaseAsync(BlobAddress blob, string leaseId, TimeSpan duration, CancellationToken cancellationToken) => blobs.TryLeaseAsync(Of(blob), leaseId, duration, cancellationToken);

    public Task RenewLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => blobs.RenewLeaseAsync(Of(blob), leaseId, cancellationToken);

    public Task ReleaseLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => blobs.ReleaseLeaseAsync(Of(blob), leaseId, cancellationToken);

    private BlobAddress Of(BlobAddress blob) => blob with { Container = NameOf(blob.Container) };
}

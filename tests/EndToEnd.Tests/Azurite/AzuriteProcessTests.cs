using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using TrueCopy.Local.Azurite;

namespace TrueCopy.EndToEnd.Tests.Azurite;

public sealed class AzuriteProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_outlive_a_stop_and_no_process_is_left()
    {
        var options = new AzuriteOptions { Location = _folder.Path };
        int id;
        await using (var azurite = await AzuriteProcess.StartAsync(options, Stop))
        {
            id = azurite.ProcessId;
            var container = new BlobContainerClient(azurite.ConnectionString(AzuriteAccount.Ledger), "kept");
            await container.CreateAsync(cancellationToken: Stop);
            await container.UploadBlobAsync("a", BinaryData.FromString("content"), Stop);
        }

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
        await using var again = await AzuriteProcess.StartAsync(options, Stop);
        var blob = new BlobClient(again.ConnectionString(AzuriteAccount.Ledger), "kept", "a");
        Assert.Equal("content", (await blob.DownloadContentAsync(Stop)).Value.Content.ToString());
    }

    [Fact]
    public async Task Two_at_once_do_not_collide()
    {
        await using var one = await AzuriteProcess.StartAsync(new AzuriteOptions(), Stop);
        await using var two = await AzuriteProcess.StartAsync(new AzuriteOptions(), Stop);
        await new BlobContainerClient(one.ConnectionString(AzuriteAccount.Inbox), "only-one").CreateAsync(cancellationToken: Stop);
        Assert.False(await new BlobContainerClient(two.ConnectionString(AzuriteAccount.Inbox), "only-one").ExistsAsync(Stop));

        var port = new Uri(one.ConnectionString(AzuriteAccount.Inbox).Split("BlobEndpoint=")[1].Split(';')[0]).Port;
        var exception = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(new AzuriteOptions { BlobPort = port }, Stop));
        Assert.StartsWith($"Another Azurite listens on port {port} already", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_another_program_holds_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var exception = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(new AzuriteOptions { QueuePort = port }, Stop));
        Assert.StartsWith($"Port {port}, which Azurite needs, is taken by another program", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azurite_dies_with_its_owner_even_if_the_owner_is_killed()
    {
        // A shell owns Azurite's standard input here; killing it is all that happens to Azurite.
        var command = await AzuriteInstallation.EnsureAsync(Stop);
        var azurite = string.Join(' ', command.Append("--silent --inMemoryPersistence --blobPort 0 --queuePort 0 --tablePort 0").Select(part => part));
        using var owner = Process.Start(new ProcessStartInfo("bash", ["-c", $"sleep 600 | (echo $BASHPID; exec node {azurite}) & wait"])
        {
            RedirectStandardOutput = true,
        })!;
        var id = int.Parse((await owner.StandardOutput.ReadLineAsync(Stop))!, System.Globalization.CultureInfo.InvariantCulture);
        using var node = Process.GetProcessById(id);
        using (var kill = Process.Start("bash", ["-c", $"pkill -KILL -P {owner.Id} sleep; kill -KILL {owner.Id}"]))
            await kill.WaitForExitAsync(Stop);
        await node.WaitForExitAsync(Stop).WaitAsync(Wait.Limit, Stop);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

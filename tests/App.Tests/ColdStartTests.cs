using System.Net;
using System.Net.Sockets;
using TrueCopy.FunctionsHost;

namespace TrueCopy.App.Tests;

/// <summary>A cold start waits for nothing that nobody has asked for.</summary>
public sealed class ColdStartTests : IDisposable
{
    private static readonly string[] Triggered =
    [
        "AskDomains", "DrainStagedActs", "OnAnswersOwed", "OnPoisonAnswers", "OnPoisonStagedActs", "OnPoisonStagedBulk",
        .. BlobEventQueues.All.SelectMany((_, number) => new[] { "OnBlobCreated", "OnPoisonBlobEvent" }.Select(name => number == 0 ? name : $"{name}{number}")),
    ];

    private readonly string _keys = Directory.CreateTempSubdirectory("truecopy-cold-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_keys, recursive: true);

    [Fact]
    public async Task Storage_is_not_asked_before_the_first_request_needs_it()
    {
        await KeyFiles.CreateMissingAsync(_keys, Stop);
        using var storage = new TcpListener(IPAddress.Loopback, 0);
        storage.Start();
        await using var app = await HostedApp.StartAsync(HostedApp.BuiltApp, Settings((IPEndPoint)storage.LocalEndpoint), Stop);
        using var http = new HttpClient { BaseAddress = new Uri(app.Address) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/live", UriKind.Relative), Stop)).StatusCode);
        Assert.False(storage.Pending());

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var asking = http.GetAsync(new Uri($"/v1/verify/sha-256/{new string('0', 64)}", UriKind.Relative), enough.Token);
        using var asked = await storage.AcceptTcpClientAsync(Stop);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    // Everything at the one address, and nothing running that would ask by itself: no listener of a queue, and no timer.
    private Dictionary<string, string> Settings(IPEndPoint storage)
    {
        var connection = $"DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey={Convert.ToBase64String(new byte[64])};"
            + $"BlobEndpoint=http://{storage}/nobody;QueueEndpoint=http://{storage}/nobody;TableEndpoint=http://{storage}/nobody;";
        var settings = new Dictionary<string, string>(HostedApp.LaptopSettings(connection, connection, "app.example/log", _keys));
        foreach (var function in Triggered)
            settings[$"AzureWebJobs.{function}.Disabled"] = "true";
        return settings;
    }
}

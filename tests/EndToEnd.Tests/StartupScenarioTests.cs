using System.Globalization;
using System.Net.Sockets;
using TrueCopy.Benchmarks.Scenarios;
using TrueCopy.EndToEnd.Tests.Cli;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>What the start of <c>truecopy verify</c> is measured by is a verification: everything checked, and nothing but one question asked.</summary>
public sealed class StartupScenarioTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_timed_verifies_the_file_by_keys_that_are_known()
    {
        var file = _folder.File("a small file");
        await using var host = await StartupScenario.HostAsync(file, TestContext.Current.CancellationToken);
        var known = Tool.KnownIn(_folder);
        foreach (var source in new[] { "service", "known" })
        {
            using var network = TrueCopy.Cli.Network.Open();
            var run = await Tool.RunAsync(network, known, "verify", file, "--json", "--service", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{host.Port}"));
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            Assert.Contains($"\"keySource\": \"{source}\"", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_is_verified_with_one_connection_and_one_request()
    {
        var file = _folder.File("a small file");
        await using var host = await StartupScenario.HostAsync(file, TestContext.Current.CancellationToken);
        var known = Tool.KnownIn(_folder);
        string[] verify = ["verify", file, "--service", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{host.Port}")];
        using (var first = TrueCopy.Cli.Network.Open())
            Assert.Equal(0, (await Tool.RunAsync(first, known, verify)).ExitCode);

        var connections = 0;
        using var counted = new CountedRequests(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Equal(0, (await Tool.RunAsync(counted, known, verify)).ExitCode);
        Assert.Equal((1, 1), (connections, counted.Requests));
    }

    private sealed class CountedRequests(HttpMessageHandler network) : DelegatingHandler(network)
    {
        private int _requests;

        public int Requests => _requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

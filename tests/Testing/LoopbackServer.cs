using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace TrueCopy.Testing;

/// <summary>Accepts connections on a port of loopback and hands each to what answers it, until it is disposed of.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private readonly Task _serving;

    /// <summary>Starts.</summary>
    /// <param name="answer">Answers one connection, which then closes.</param>
    public LoopbackServer(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _serving = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Reads the head of a request, up to the empty line; what there is of it where the client leaves before.</summary>
    public static async Task<string> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, cancellationToken) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
            _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await _answer(client.GetStream(), _stop.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException)
            {
                // The client has left, or did not trust; or the test has ended.
            }
        }
    }
}

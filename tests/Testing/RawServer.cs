using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TrueCopy.Testing;

/// <summary>An HTTP server on loopback that sends byte for byte what a test says, as slowly as it says.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, IAsyncEnumerable<ReadOnlyMemory<byte>>> _answer;
    private readonly Task _serving;

    /// <summary>Starts.</summary>
    /// <param name="answer">What is sent for a request target, part by part; the connection then closes.</param>
    public RawServer(Func<string, IAsyncEnumerable<ReadOnlyMemory<byte>>> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _serving = ServeAsync();
    }

    /// <summary>Starts a server with one answer to everything.</summary>
    public static RawServer Always(string answer) => new(_ => new ReadOnlyMemory<byte>[] { Encoding.Latin1.GetBytes(answer) }.ToAsyncEnumerable());

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Targets that were asked for.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Asked { get; } = new();

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
                var stream = client.GetStream();
                var target = await ReadRequestAsync(stream);
                Asked.Enqueue(target);
                await foreach (var part in _answer(target).WithCancellation(_stop.Token))
                    await stream.WriteAsync(part, _stop.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client has left, or the test has ended.
            }
        }
    }

    private async Task<string> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) > 0)
            head.Append((char)one[0]);
        var lines = head.ToString().Split("\r\n");
        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (length is not null)
            await stream.ReadExactlyAsync(new byte[int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)], _stop.Token);
        return lines[0].Split(' ') is [_, var target, ..] ? target : "";
    }
}

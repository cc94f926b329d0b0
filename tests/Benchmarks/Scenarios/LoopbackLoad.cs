using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Asks an HTTP server on this machine over connections that stay open, with as little of its own work as can be.</summary>
internal static class LoopbackLoad
{
    /// <summary>The bytes of a GET.</summary>
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>The bytes of a POST of JSON.</summary>
    public static byte[] Post(string path, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    /// <summary>Asks as fast as the answers come, or at a rate.</summary>
    /// <param name="port">Where the server listens.</param>
    /// <param name="connections">How many ask at once.</param>
    /// <param name="requests">What is asked, in turn.</param>
    /// <param name="limit">Stops after this time, each connection having asked once, or</param>
    /// <param name="count">after this many requests.</param>
    /// <param name="rate">Requests a second; null for as many as can be.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="longest">The longest answer in bytes, with its head.</param>
    /// <returns>Answers a second, and sorted latencies in ms: at a rate, from when the request was due.</returns>
    public static async Task<(double Rate, double[] Latencies)> RunAsync(
        int port,
        int connections,
        IReadOnlyList<byte[]> requests,
        TimeSpan limit,
        int count,
        double? rate,
        CancellationToken cancellationToken,
        int longest = 1024 * 1024)
    {
        var started = TimeProvider.System.GetTimestamp();
        var next = -1;
        var running = Enumerable.Range(0, connections).Select(_ => Task.Run(ConnectionAsync, cancellationToken)).ToArray();
        var latencies = (await Task.WhenAll(running)).SelectMany(times => times).Order().ToArray();
        return (latencies.Length / TimeProvider.System.GetElapsedTime(started).TotalSeconds, latencies);

        async Task<List<double>> ConnectionAsync()
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            var stream = client.GetStream();
            var buffer = new byte[longest];
            var times = new List<double>();
            while (Interlocked.Increment(ref next) is var number && number < count && (times.Count == 0 || TimeProvider.System.GetElapsedTime(started) < limit))
            {
                var due = rate is { } paced ? TimeSpan.FromSeconds(number / paced) : TimeProvider.System.GetElapsedTime(started);
                if (due - TimeProvider.System.GetElapsedTime(started) is var wait && wait > TimeSpan.FromMilliseconds(1))
                    await Task.Delay(wait, TimeProvider.System, cancellationToken);
                await stream.WriteAsync(requests[number % requests.Count], cancellationToken);
                await ReadAnswerAsync(stream, buffer, cancellationToken);
                times.Add((TimeProvider.System.GetElapsedTime(started) - due).TotalMilliseconds);
            }

            return times;
        }
    }

    private static async Task ReadAnswerAsync(NetworkStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        var (filled, total) = (0, int.MaxValue);
        while (filled < total)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
                throw new IOException("The server closed the connection.");
            filled += read;
            if (total == int.MaxValue && buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is var end && end >= 0)
                total = end + 4 + ContentLength(buffer.AsSpan(0, end + 2));
        }
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 200"u8))
            throw new IOException($"The server answered {Encoding.ASCII.GetString(head[..head.IndexOf((byte)'\r')])}.");
        var field = "Content-Length: "u8;
        var value = head[(head.IndexOf(field) + field.Length)..];
        return int.Parse(value[..value.IndexOf((byte)'\r')], System.Globalization.CultureInfo.InvariantCulture);
    }
}

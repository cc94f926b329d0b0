using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TrueCopy.Testing;

/// <summary>An HTTP server on loopback that sends byte for byte what a test says, as slowly as it says.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    /// <summary>Starts.</summary>
    /// <param name="answer">What is sent for a request target, part by part; the connection then closes.</param>
    public RawServer(Func<string, IAsyncEnumerable<ReadOnlyMemory<byte>>> answer) => _server = new LoopbackServer(async (stream, stop) =>
    {
        var target = await ReadRequestAsync(stream, stop);
        Asked.Enqueue(target);
        await foreach (var part in answer(target).WithCancellation(stop))
            await stream.WriteAsync(part, stop);
    });

    /// <summary>Starts a server with one answer to everything.</summary>
    public static RawServer Always(string answer) => new(_ => new ReadOnlyMemory<byte>[] { Encoding.Latin1.GetBytes(answer) }.ToAsyncEnumerable());

    /// <summary>Where it is.</summary>
    public Uri Address => _server.Address;

    /// <summary>Targets that were asked for.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Asked { get; } = new();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task<string> ReadRequestAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var lines = (await LoopbackServer.ReadHeadAsync(stream, cancellationToken)).Split("\r\n");
        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (length is not null)
            await stream.ReadExactlyAsync(new byte[int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture)], cancellationToken);
        return lines[0].Split(' ') is [_, var target, ..] ? target : "";
    }
}

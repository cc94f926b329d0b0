using System.Net.Sockets;
using System.Text;

namespace TrueCopy.Api.Tests;

/// <summary>HTTP as bytes, for what no client would send.</summary>
internal static class Wire
{
    /// <summary>Sends a request and reads until the server closes the connection.</summary>
    public static async Task<string> ExchangeAsync(Uri address, string request)
    {
        using var connection = await ConnectAsync(address, request);
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sends the beginning of a request.</summary>
    public static async Task<TcpClient> ConnectAsync(Uri address, string request)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Drops a connection with a reset, as a client does that is killed.</summary>
    public static void Reset(TcpClient connection)
    {
        connection.Client.LingerState = new LingerOption(true, 0);
        connection.Dispose();
    }
}

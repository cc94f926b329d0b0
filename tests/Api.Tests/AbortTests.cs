using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Api.Tests;

/// <summary>Clients that go away are nobody's fault: no error is logged, and the service goes on.</summary>
public sealed class AbortTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_while_storage_is_asked_is_no_error(bool storageHidesCancellation)
    {
        using var asked = new SemaphoreSlim(0);
        await using var host = await ApiHost.StartAsync();
        host.World.Operations.Hook = WaitAsync;
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var request = host.Client.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("x")}", leave.Token);
        await asked.WaitAsync(TestContext.Current.CancellationToken);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await host.AnsweredAsync();
        AssertQuiet(host);

        async Task WaitAsync(Operation operation)
        {
            asked.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, operation.Stop);
            }
            catch (OperationCanceledException exception) when (storageHidesCancellation)
            {
                throw new IOException("The connection was closed.", exception);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_in_the_middle_of_its_body_is_no_error(bool reset)
    {
        await using var host = await ApiHost.StartAsync(onKestrel: true);
        var connection = await Wire.ConnectAsync(
            host.Address,
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n{\"digests\":");

        // The server says 100 Continue once it reads the body.
        var buffer = new byte[12];
        await connection.GetStream().ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 100"u8, buffer);
        if (reset)
            Wire.Reset(connection);
        else
            connection.Client.Shutdown(SocketShutdown.Both);
        await host.AnsweredAsync();
        connection.Dispose();
        AssertQuiet(host);
        Assert.Equal(200, (int)(await host.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_client_that_leaves_before_a_long_answer_is_read_is_no_error()
    {
        await using var host = await ApiHost.StartAsync(onKestrel: true);
        await host.IssueManyAsync(1000);
        var digests = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"algorithm":"sha-256","digest":"{{ApiHost.HexOf($"{i}")}}"}"""));
        var body = $$"""{"digests":[{{digests}}]}""";
        var connection = await Wire.ConnectAsync(
            host.Address,
            $"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await connection.GetStream().ReadExactlyAsync(new byte[64], TestContext.Current.CancellationToken);
        Wire.Reset(connection);
        await host.AnsweredAsync();
        AssertQuiet(host);
        Assert.Equal(200, (int)(await host.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Storage_that_times_out_while_the_client_waits_is_a_failure_and_said_to_be_one()
    {
        await using var host = await ApiHost.StartAsync();
        host.World.Operations.Hook = _ => throw new TaskCanceledException("The operation was cancelled because it exceeded the configured timeout.");
        await ApiHost.ProblemAsync(await host.GetAsync($"/v1/verify/sha-256/{ApiHost.HexOf("x")}"), 503, "unavailable");
        Assert.Contains(host.Logged, line => line.Level == LogLevel.Error);
    }

    private static void AssertQuiet(ApiHost host) => Assert.DoesNotContain(host.Logged, line => line.Level >= LogLevel.Warning);
}

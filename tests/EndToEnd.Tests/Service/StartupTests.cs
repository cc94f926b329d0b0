using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>What keeps the service from starting is told in words that say what to do.</summary>
public sealed class StartupTests(SharedAzurite azurite) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_taken_port_of_the_API_is_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var error = await FailAsync("--port", $"{port}", "--blob-port", "0", "--queue-port", "0", "--table-port", "0");
        Assert.Contains($"Port {port} is taken", error, StringComparison.Ordinal);
        Assert.Contains("--port", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_Azurite_is_told_and_can_be_used()
    {
        var connection = await azurite.NewAccountAsync(TestContext.Current.CancellationToken);
        var port = new Uri(connection.Split("BlobEndpoint=")[1].Split(';')[0]).Port;
        var error = await FailAsync("--port", "0", "--blob-port", $"{port}");
        Assert.Contains("Another Azurite listens", error, StringComparison.Ordinal);
        Assert.Contains("--azurite none --connection", error, StringComparison.Ordinal);

        await using var service = await LocalProcess.StartAsync(_folder.At("foreign"), "--azurite", "none", "--connection", connection);
        Assert.Equal(connection, service.Inbox);
    }

    [Fact]
    public async Task A_missing_Node_is_told()
    {
        var start = LocalProcess.Command("--port", "0", "--data", _folder.At("data"));
        start.FileName = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : await WhichAsync("dotnet");
        start.Environment["PATH"] = _folder.Path;
        Assert.Contains("Node is not on the PATH", await FailAsync(start), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_of_another_log_is_not_touched()
    {
        var connection = await azurite.NewAccountAsync(TestContext.Current.CancellationToken);
        await using (await LocalProcess.StartAsync(_folder.At("first"), "--azurite", "none", "--connection", connection))
        {
        }

        var error = await FailAsync("--port", "0", "--azurite", "none", "--connection", connection);
        Assert.Contains("does not go with the keys", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_without_azurite_none_is_a_mistake() =>
        Assert.Contains("go together", await FailAsync("--connection", "UseDevelopmentStorage=true"), StringComparison.Ordinal);

    private Task<string> FailAsync(params string[] arguments) => FailAsync(LocalProcess.Command([.. arguments, "--data", _folder.At("data"), "--witnesses", "0"]));

    private static async Task<string> FailAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        await output;
        Assert.Equal(1, process.ExitCode);
        return await error;
    }

    private static async Task<string> WhichAsync(string program)
    {
        using var which = Process.Start(new ProcessStartInfo("which", [program]) { RedirectStandardOutput = true })!;
        return (await which.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
    }
}

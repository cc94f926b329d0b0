using System.Runtime.CompilerServices;
using System.Text;
using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>A service that answers drop by drop holds nobody.</summary>
public sealed class SlowServiceTests : IDisposable
{
    private static readonly TimeSpan BetweenDrops = TimeSpan.FromMilliseconds(20);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Drops: ")]
    [InlineData("")]
    public async Task Drops_without_end_are_no_answer_once_the_time_is_over(string beginning)
    {
        await using var server = new RawServer(_ => DropsAsync(beginning));
        var run = await Tool.RunAsync("verify", _folder.File("document"), "--service", server.Address.ToString(), "--timeout", "1");
        Assert.Equal(ExitCode.NoAnswer, run.ExitCode);
        Assert.Contains("too long", run.Error, StringComparison.Ordinal);
        Assert.Contains("--timeout", run.Error, StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> DropsAsync(string beginning, [EnumeratorCancellation] CancellationToken stop = default)
    {
        yield return Encoding.ASCII.GetBytes(beginning);
        while (true)
        {
            await Task.Delay(BetweenDrops, stop);
            yield return " "u8.ToArray();
        }
    }
}

using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>A service that sends its clients elsewhere has not answered.</summary>
public sealed class RedirectTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Targets { get; } = new(
        "file:///etc/passwd",
        "data:application/json,{}",
        "javascript:alert(1)",
        "//elsewhere.example/v1/keys",
        "http://elsewhere.example/",
        "https://elsewhere.example/",
        "/elsewhere",
        "elsewhere",
        "http://[",
        "\u009b2J\u001b[2J",
        "");

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task No_redirect_is_followed_and_the_target_is_named(string target)
    {
        var file = _folder.File("document");
        foreach (var status in new[] { "301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect", "300 Multiple Choices" })
        {
            await using var server = RawServer.Always($"HTTP/1.1 {status}\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            foreach (var command in new[] { new[] { "verify", file, "--service", server.Address.ToString() }, ["audit", server.Address.ToString(), "--state", _folder.At("state")] })
            {
                var run = await Tool.RunAsync(command);
                Assert.Equal(ExitCode.NoAnswer, run.ExitCode);
                Assert.Contains("redirect", run.Error, StringComparison.Ordinal);
                if (target.Contains("elsewhere", StringComparison.Ordinal) || target.Contains(':', StringComparison.Ordinal))
                    Assert.Contains(target.TrimStart('/'), run.Error, StringComparison.Ordinal);
                Assert.DoesNotContain('\u001b', run.Error);
                Assert.DoesNotContain('\u009b', run.Error);
            }

            Assert.DoesNotContain(server.Asked, asked => asked.Contains("elsewhere", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_redirect_to_the_same_place_is_no_endless_loop()
    {
        await using var server = RawServer.Always("HTTP/1.1 302 Found\r\nLocation: /v1/keys\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var run = await Tool.RunAsync("verify", _folder.File("document"), "--service", server.Address.ToString());
        Assert.Equal(ExitCode.NoAnswer, run.ExitCode);
        Assert.Single(server.Asked);
    }
}

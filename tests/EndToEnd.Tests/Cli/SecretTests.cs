using System.Diagnostics;
using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>What opens storage and services is printed nowhere, not by help, not by complaints: much of what tools print ends in the logs of builds.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Key = "c2VjcmV0LWtleS1vZi1hbi1hY2NvdW50";
    private const string Connection = $"DefaultEndpointsProtocol=http;AccountName=bank;AccountKey={Key}==;BlobEndpoint=http://127.0.0.1:1/bank;";
    private const string Signed = $"https://127.0.0.1:1/?sv=2024-01-01&sig={Key}%3D&se=2030-01-01";
    private const string Service = $"http://user:{Key}@127.0.0.1:1";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> CommandLines
    {
        get
        {
            var lines = new TheoryData<string, string>();
            foreach (var environment in new[] { Connection, Signed, $"AccountKey={Key};nonsense", Service })
            {
                foreach (var line in new[]
                {
                    "issue SECRET --issuer bank", "issue FILE --issuer SECRET", "issue FILE --issuer bank --inbox SECRET", "issue FILE --issuer bank --expires SECRET", "issue FILE --issuer bank --path SECRET",
                    "verify FILE --inbox SECRET", "verify SECRET", "verify SECRET FILE", "verify FILE --service SECRET", "verify FILE --key SECRET", "verify FILE --issuer SECRET", "hash SECRET", "hash SECRET FILE --json", "manifest SECRET",
                    "audit SECRET", "status SECRET --issuer bank", "revoke SECRET --issuer bank", "revoke --from SECRET --issuer bank", "SECRET", "keys forget SECRET",
                })
                {
                    lines.Add(environment, line);
                }
            }

            return lines;
        }
    }

    // In the wrong place a secret is a word like any other to a parser.
    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task No_secret_is_printed_whatever_the_command_line(string secret, string line)
    {
        var file = _folder.File("document");
        var run = await Tool.RunAsync([.. line.Split(' ').Select(word => word switch { "FILE" => file, "SECRET" => secret, _ => word })]);
        Assert.DoesNotContain(Key, run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truecopy", "issue --help")]
    [InlineData("truecopy", "issue")]
    [InlineData("truecopy", "issue FILE --issuer bank")]
    [InlineData("truecopy", "revoke --help")]
    [InlineData("truecopy", "revoke FILE")]
    [InlineData("truecopy", "verify --help")]
    [InlineData("truecopy", "verify")]
    [InlineData("truecopy", "verify FILE")]
    [InlineData("truecopy-admin", "doctor --help")]
    [InlineData("truecopy-admin", "doctor --nonsense")]
    [InlineData("truecopy-admin", "doctor")]
    [InlineData("truecopy-admin", "rebuild-index --help")]
    public async Task No_secret_of_the_environment_is_printed(string tool, string line)
    {
        var file = _folder.File("document");
        var run = await ToolProcess.RunAsync(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, tool), line.Split(' ').Select(word => word == "FILE" ? file : word))
        {
            Environment =
            {
                ["XDG_CONFIG_HOME"] = _folder.Path,
                ["TRUECOPY_INBOX"] = Connection,
                ["TRUECOPY_HANDOVER"] = Connection,
                ["TRUECOPY_LEDGER"] = Connection + "QueueEndpoint=http://127.0.0.1:1/bank;TableEndpoint=http://127.0.0.1:1/bank;",
                ["TRUECOPY_SERVICE"] = Service,
                ["TRUECOPY_KEY"] = Connection,
            },
        });
        Assert.NotEqual("", run.Output + run.Error);
        Assert.DoesNotContain(Key, run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"AccountKey={Key}==;x=y", "AccountKey=***;x=y")]
    [InlineData($"SharedAccessSignature=sv=1&sig={Key};", "SharedAccessSignature=***;")]
    [InlineData($"\"https://a/b?sv=1&sig={Key}&se=2\"", "\"https://a/b?sv=1&sig=***&se=2\"")]
    [InlineData($"https://f.example/api?code={Key}", "https://f.example/api?code=***")]
    [InlineData($"https://user:{Key}@host/x", "https://user:***@host/x")]
    [InlineData("log.example+dc7a33b8+AjBZ==", "log.example+dc7a33b8+AjBZ==")]
    [InlineData("a=b@c.pdf", "a=b@c.pdf")]
    public void What_opens_something_is_hidden_and_the_rest_left_as_it_is(string text, string shown) => Assert.Equal(shown, Secret.Hide(text));
}

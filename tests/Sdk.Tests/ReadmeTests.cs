using System.Text.RegularExpressions;

namespace TrueCopy.Sdk.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_does_what_it_says()
    {
        using var service = new StubService();
        await service.IssueAsync("a document"u8.ToArray());

        // The example goes by the clock of the machine.
        service.Lie = verdict => verdict with { CheckedAt = TimeProvider.System.GetUtcNow() };
        var folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
        try
        {
            var path = Path.Combine(folder, "document");
            await File.WriteAllTextAsync(path, "a document", Clients.Stop);
            using var output = new StringWriter();
            await Example.RunAsync(new Uri("http://service.example"), service.Key, path, service, output);
            Assert.Contains("issued by The bank Ltd, and it stands", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("offline: bank did Issue at 2026-11-23 09:00:00Z", output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_READMEs_example_is_the_one_that_is_compiled()
    {
        var source = await File.ReadAllTextAsync(RepositoryFolder.At("tests/Sdk.Tests/Example.cs"), Clients.Stop);
        var body = Regex.Match(source, "// README: begin\n(.*?) *// README: end", RegexOptions.Singleline).Groups[1].Value;
        var example = Regex.Replace(body, "^ {8}", "", RegexOptions.Multiline).Trim();
        Assert.NotEqual("", example);
        Assert.Contains(example, await File.ReadAllTextAsync(RepositoryFolder.At("clients/Sdk/README.md"), Clients.Stop), StringComparison.Ordinal);
    }
}

using System.Text.RegularExpressions;

namespace TrueCopy.EndToEnd.Tests.Operator;

/// <summary>The threat model names what stops or reveals each thing; what it names, there is.</summary>
public sealed partial class ThreatModelTests
{
    [Fact]
    public async Task Every_test_and_rule_that_the_threat_model_names_there_is()
    {
        var model = await File.ReadAllTextAsync(RepositoryFolder.At("functions", "THREATS.md"), TestContext.Current.CancellationToken);
        var sources = string.Concat(Directory.EnumerateFiles(RepositoryFolder.At("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = NamePattern().Matches(model).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.True(named.Length > 30, $"{named.Length} names");
        Assert.All(named, name => Assert.True(
            sources.Contains($" {name}(", StringComparison.Ordinal) || sources.Contains($"class {name}", StringComparison.Ordinal),
            $"there is no {name}"));
    }

    [GeneratedRegex("`([A-Z][a-z0-9]*(?:_[A-Za-z0-9]+){3,}|[A-Z][A-Za-z0-9]+(?:Tests|Rules))`")]
    private static partial Regex NamePattern();
}

using System.Text.RegularExpressions;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>What the documents say of the code is so, and every link in them leads somewhere.</summary>
public sealed partial class DocumentTests
{
    private const int LongestReadme = 150;

    private static readonly string[] Generated = ["bin", "obj", "node_modules", "TestResults", "StrykerOutput", "BenchmarkDotNet.Artifacts"];

    /// <summary>Every document, by its path in the repository.</summary>
    private static readonly Dictionary<string, string> Documents = Files("*.md").ToDictionary(
        file => Path.GetRelativePath(RepositoryFolder.Path, file).Replace('\\', '/'),
        File.ReadAllText);

    private static readonly Lazy<string> Code = new(() => string.Concat(
        new[] { "*.cs", "*.csproj", "*.props", "*.bicep", "*.bicepparam" }.SelectMany(Files)
            .Concat(Directory.EnumerateFiles(RepositoryFolder.At(".github/workflows")))
            .Select(File.ReadAllText)));

    [Fact]
    public void The_README_is_short_enough_to_be_read() =>
        Assert.InRange(Documents["README.md"].TrimEnd().Split('\n').Length, 1, LongestReadme);

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_there_are()
    {
        var broken = Documents.Keys.SelectMany(LinksOf)
            .Where(link => !Leads(link))
            .Select(link => $"{link.From}: {link.Written}");
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_page_is_reached_from_the_README()
    {
        var reached = new HashSet<string> { "README.md" };
        var next = new Queue<string>(reached);
        while (next.TryDequeue(out var page))
        {
            foreach (var link in LinksOf(page).Where(link => Documents.ContainsKey(link.Path) && reached.Add(link.Path)))
                next.Enqueue(link.Path);
        }

        Assert.Equal(Documents.Keys.Order(StringComparer.Ordinal), reached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_test_and_rule_that_a_document_names_there_is()
    {
        var named = Documents.SelectMany(page => TestPattern().Matches(page.Value).Select(match => (Page: page.Key, Name: match.Groups[1].Value))).ToArray();
        Assert.True(named.Count(test => test.Page == "docs/threats.md") > 30, "the threat model names what holds it to its word");
        Assert.DoesNotContain(named, test => !IsInCode($" {test.Name}(") && !IsInCode($"class {test.Name}"));
    }

    [Fact]
    public void Every_setting_and_project_that_a_document_names_there_is()
    {
        var settings = Documents.SelectMany(page => SettingPattern().Matches(page.Value).Select(match => (page.Key, match.Value))).Distinct();
        Assert.DoesNotContain(settings, setting => !IsInCode(setting.Value));
        var projects = Documents.SelectMany(page => ProjectPattern().Matches(page.Value).Select(match => (Page: page.Key, match.Groups[1].Value))).Distinct();
        Assert.DoesNotContain(projects, project => !Directory.Exists(RepositoryFolder.At(project.Value)));
    }

    [Fact]
    public void The_glossary_tells_of_names_that_the_code_has()
    {
        var names = Documents["docs/glossary.md"].Split("## The same words in the code")[1].Split('`').Where((_, i) => i % 2 == 1).Where(name => char.IsUpper(name[0]) && name != "Confidential").ToArray();
        Assert.True(names.Length > 5, $"{names.Length} names");
        var types = TypePattern().Matches(Code.Value).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.DoesNotContain(names, name => !types.Contains(name));
    }

    [Fact]
    public void The_try_out_is_what_the_service_prints()
    {
        var printed = Local.WhatNext.Text("http://127.0.0.1:7071", Local.Azurite.AzuriteAccount.Inbox.ConnectionString(10000, 10001, 10002), "log+1+key", "functions/Local/.truecopy/receivers/demo-lender.agekey", []);
        var commands = printed.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim()).ToArray();
        Assert.Equal(3, commands.Length);
        Assert.Contains("\nThe log's key: log+1+key\n", printed, StringComparison.Ordinal);
        Assert.Contains(" functions/Local/.truecopy/receivers/demo-lender.agekey\n", printed, StringComparison.Ordinal);
        Assert.Contains("`functions/Local/.truecopy/receivers/demo-lender.agekey`", Documents["docs/handover.md"], StringComparison.Ordinal);
        Assert.All(commands, command => Assert.Contains($"$ {command}", Documents["README.md"], StringComparison.Ordinal));
    }

    [Fact]
    public void Each_row_of_the_table_of_inputs_names_its_tests()
    {
        var rows = Documents["docs/issuers.md"].Split("| input |")[1].Split("\n\n")[0].TrimEnd().Split('\n').Skip(2).ToArray();
        Assert.True(rows.Length > 30, $"{rows.Length} rows");
        foreach (var row in rows)
        {
            var tests = row.Split('|')[4].Split('`', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.NotEmpty(tests);
            Assert.All(tests, test => Assert.True(IsInCode($" {test}("), $"there is no test {test}"));
        }
    }

    [Fact]
    public void The_tables_of_verdicts_have_the_words_and_exit_codes_of_the_tool()
    {
        foreach (var verdict in Enum.GetValues<Verdict>())
        {
            var headline = TrueCopy.Cli.Output.VerdictText.Headline(verdict).Word;
            Assert.Contains($"`{headline}`", Documents["README.md"], StringComparison.Ordinal);
            Assert.Contains($"`{headline}`, exit {TrueCopy.Cli.ExitCode.Of(verdict)} |", Documents["docs/verifiers.md"], StringComparison.Ordinal);
        }
    }

    private static bool IsInCode(string text) => Code.Value.Contains(text, StringComparison.Ordinal);

    private static IEnumerable<string> Files(string pattern) => Below(new DirectoryInfo(RepositoryFolder.Path), pattern);

    private static IEnumerable<string> Below(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Select(file => file.FullName).Concat(folder.EnumerateDirectories()
            .Where(child => !child.Name.StartsWith('.') && !Generated.Contains(child.Name))
            .SelectMany(child => Below(child, pattern)));

    private static IEnumerable<Link> LinksOf(string document) => LinkPattern().Matches(WithoutCode(Documents[document]))
        .Select(match => match.Groups[1].Value)
        .Where(written => !AddressPattern().IsMatch(written))
        .Select(written =>
        {
            var parts = written.Split('#', 2);
            var file = parts[0].Length == 0 ? RepositoryFolder.At(document) : Path.Combine(Path.GetDirectoryName(RepositoryFolder.At(document))!, parts[0]);
            return new Link(document, written, Path.GetRelativePath(RepositoryFolder.Path, file).Replace('\\', '/'), parts.ElementAtOrDefault(1));
        });

    private static bool Leads(Link link) =>
        Path.Exists(RepositoryFolder.At(link.Path)) && (link.Anchor is null || (Documents.TryGetValue(link.Path, out var page) && AnchorsOf(page).Contains(link.Anchor)));

    // As GitHub makes them: letters, digits, hyphens and underscores, spaces as hyphens; a repeated one is counted.
    private static HashSet<string> AnchorsOf(string page)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in HeadingPattern().Matches(FencePattern().Replace(page, "")))
        {
            var anchor = NoAnchorPattern().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');
            for (var (unique, n) = (anchor, 0); !anchors.Add(unique); unique = $"{anchor}-{n}")
                n++;
        }

        return anchors;
    }

    private static string WithoutCode(string page) => CodePattern().Replace(FencePattern().Replace(page, ""), "");

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencePattern();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex("^[a-z]+:")]
    private static partial Regex AddressPattern();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"[^\p{L}\p{N}_\- ]")]
    private static partial Regex NoAnchorPattern();

    [GeneratedRegex("`([A-Z][a-z0-9]*(?:_[A-Za-z0-9]+){3,}|[A-Z][A-Za-z0-9]+(?:Tests|Rules))`")]
    private static partial Regex TestPattern();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum) (?!(?:class|struct)\b)(\w+)")]
    private static partial Regex TypePattern();

    [GeneratedRegex("TRUECOPY_[A-Z_]+")]
    private static partial Regex SettingPattern();

    [GeneratedRegex(@"--project ([\w./-]+)")]
    private static partial Regex ProjectPattern();

    private sealed record Link(string From, string Written, string Path, string? Anchor);
}

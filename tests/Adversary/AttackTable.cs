using System.Globalization;
using System.Reflection;
using System.Text;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.Adversary.Tests.Vectors;

namespace TrueCopy.Adversary.Tests;

/// <summary>The table of attacks in <c>docs/attacks.md</c>, made of what the tests hold the client to.</summary>
public sealed class AttackTable
{
    private const string Begin = "<!-- attacks: written by `TRUECOPY_WRITE_VECTORS=1 dotnet test --project tests/Adversary -- --filter-class *AttackTable` -->";
    private const string End = "<!-- /attacks -->";
    private const int AtLeast = 60;

    [Fact]
    public async Task The_table_of_attacks_is_what_the_tests_hold_the_client_to()
    {
        var path = RepositoryFolder.At("docs", "attacks.md");
        var page = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        var table = $"\n\n{Render()}\n";
        if (VectorFiles.IsWriting)
            await File.WriteAllTextAsync(path, page = page[..begin] + table + page[end..], TestContext.Current.CancellationToken);
        Assert.Equal(table, page[begin..page.IndexOf(End, StringComparison.Ordinal)]);
    }

    [Fact]
    public void There_are_more_than_sixty_attacks_and_each_is_a_test()
    {
        Assert.True(All().Count() > AtLeast, $"{All().Count()} attacks");
        Assert.All(All(), attack => Assert.NotNull(attack.Method.GetCustomAttribute<FactAttribute>()));
    }

    private static IEnumerable<(MethodInfo Method, AttackAttribute Attack)> All() =>
        from type in typeof(AttackTable).Assembly.GetTypes()
        where type.IsSubclassOf(typeof(Scene))
        orderby type.Name
        from method in type.GetMethods()
        let attack = method.GetCustomAttribute<AttackAttribute>()
        where attack is not null
        orderby type.Name, method.MetadataToken
        select (method, attack);

    private static string Render()
    {
        var all = All().ToArray();
        var tried = all.Where(row => row.Attack.Before is not null).ToArray();
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"{all.Length} attacks, {all.Count(row => row.Attack.StillWorks)} of which still work (in italics, and in [threats.md](threats.md)). Of {tried.Length} that were tried on the code before, {tried.Count(row => !SameState(row.Attack))} ended in another exit code or state.");
        foreach (var group in all.GroupBy(row => row.Method.DeclaringType!))
        {
            table.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"| {TitleOf(group.Key)} | who | the client says | exit code, or state of the page's card | before |");
            table.AppendLine("| --- | --- | --- | --- | --- |");
            foreach (var (method, attack) in group)
            {
                var name = method.Name.Replace('_', ' ');
                var (state, words) = Split(attack.Now);
                table.AppendLine(CultureInfo.InvariantCulture, $"| {(attack.StillWorks ? $"*{name}*" : name)} | {attack.Who.ToString().ToLowerInvariant()} | {words} | {state} | {BeforeOf(attack)} |");
            }
        }

        return table.ToString().ReplaceLineEndings("\n");
    }

    private static string TitleOf(Type type) => type.Name.Replace("Tests", "", StringComparison.Ordinal) switch
    {
        "KeyTakeover" => "keys that the log never announced",
        "Replay" => "answers that were true once",
        "Conflict" => "institutions that speak of each other's documents",
        "Fact" => "facts that nothing proves",
        "Escape" => "words that a terminal would obey",
        "Wire" => "HTTP and JSON that nobody would expect",
        "Forgery" => "whole logs, and parts of answers that do not belong there",
        "Standing" => "how a document stands now",
        "Receipt" => "receipts, with no network",
        "Audit" => "what an audit is shown",
        "Witness" => "what the policy's witnesses have not seen",
        "HandingOver" => "packages on their way, and what is said to have become of them",
        "Package" => "packages that a stranger sealed for a receiver",
        "Page" => "the page in a browser, and links to it",
        var other => throw new InvalidOperationException($"{other} has no title."),
    };

    private static bool SameState(AttackAttribute attack) => Split(attack.Now).State == Split(attack.Before!).State;

    private static string BeforeOf(AttackAttribute attack) => attack.Before switch
    {
        null => "not tried",
        var before when before == attack.Now => "the same",
        var before => Split(before) is var (state, words) && words.Length > 0 ? $"{state}: {words}" : state,
    };

    private static (string State, string Words) Split(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], Quote(text[(space + 1)..]));
    }

    // As it is, but for what would not show and what Markdown would take for its own.
    private static string Quote(string words) => $"“{string.Concat(words.Select(c => c switch
    {
        '|' => "\\|",
        '<' => "&lt;",
        '\\' => "\\\\",
        _ when char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator => $"\\\\u{(int)c:X4}",
        _ => c.ToString(),
    }))}”";
}

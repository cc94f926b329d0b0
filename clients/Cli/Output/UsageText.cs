using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace TrueCopy.Cli.Output;

/// <summary>What is wrong, in three lines at most: what, a hint, and where help is.</summary>
internal static class UsageText
{
    /// <summary>A command line that cannot be read.</summary>
    public static Printable Of(string tool, ParseResult parsed)
    {
        var errors = parsed.Errors.Select(error => error.Message.Trim().TrimEnd('.')).Distinct();
        return new Printable()
            .AppendLine($"{tool}: {string.Join(". ", errors)}.")
            .AppendLine($"hint: {Hint(tool, parsed)}")
            .AppendLine($"help: {NameOf(tool, parsed.CommandResult)} --help");
    }

    /// <summary>A command that cannot go on.</summary>
    public static Printable Of(string tool, CommandException exception, ParseResult parsed)
    {
        var text = new Printable().AppendLine($"{tool}: {exception.Message}");
        foreach (var detail in exception.Details)
            text.AppendLine($"  {detail}");
        if (exception.Hint is { } hint)
            text.AppendLine($"hint: {hint}").AppendLine($"help: {NameOf(tool, parsed.CommandResult)} --help");
        return text;
    }

    private static string Hint(string tool, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] known = [.. command.Subcommands.Select(below => below.Name), .. OptionsOf(parsed.CommandResult).Select(option => option.Name)];
        string[] near = [.. parsed.UnmatchedTokens.Concat(parsed.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal) && !known.Contains(token.Value)).Select(token => token.Value))
            .SelectMany(token => NearName.Among(token, known)).Distinct()];
        return near.Length > 0 ? $"did you mean {string.Join(" or ", near)}?" : UsageOf(tool, parsed.CommandResult);
    }

    // The shortest line that would do.
    private static string UsageOf(string tool, CommandResult result)
    {
        var command = result.Command;
        string[] words =
        [
            NameOf(tool, result),
            .. command.Arguments.Select(argument => argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}…" : argument.Name),
            .. command.Options.Where(option => option.Required).Select(option => $"{option.Name} {option.HelpName}"),
            .. command.Subcommands.Count == 0 ? (string[])[] : [string.Join("|", command.Subcommands.Select(below => below.Name))],
        ];
        return string.Join(' ', words);
    }

    // The root is called after the program that was started, which in tests is another.
    private static string NameOf(string tool, CommandResult result) => result.Parent is CommandResult above ? $"{NameOf(tool, above)} {result.Command.Name}" : tool;

    private static IEnumerable<Option> OptionsOf(CommandResult result) =>
        result.Command.Options.Concat(result.Parent is CommandResult above ? OptionsOf(above).Where(option => option.Recursive || option is HelpOption) : []);
}

using System.CommandLine;
using TrueCopy.Cli.Issuing;

namespace TrueCopy.Cli;

internal static partial class CommandLine
{
    static partial void AddIssuing(RootCommand root, Terminal terminal, TimeProvider time)
    {
        root.Subcommands.Add(IssueCommand.Create(terminal, time));
        foreach (var act in ActCommand.CreateAll(terminal, time))
            root.Subcommands.Add(act);
    }
}

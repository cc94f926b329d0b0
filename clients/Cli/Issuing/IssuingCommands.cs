using System.CommandLine;
using TrueCopy.Cli.Issuing;
using TrueCopy.Cli.Trust;

namespace TrueCopy.Cli;

internal static partial class CommandLine
{
    static partial void AddIssuing(RootCommand root, Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        root.Subcommands.Add(IssueCommand.Create(terminal, time));
        foreach (var act in ActCommand.CreateAll(terminal, network, known, time))
            root.Subcommands.Add(act);
    }
}

using System.CommandLine;
using TrueCopy.Cli.Issuing;
using TrueCopy.Cli.Trust;

namespace TrueCopy.Cli;

internal static partial class CommandLine
{
    static partial void AddIssuing(List<(string Name, Func<Command> Create)> commands, Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        commands.Add(("issue", () => IssueCommand.Create(terminal, time)));
        foreach (var act in ActCommand.All)
            commands.Add((act.Name, () => ActCommand.Create(act, terminal, network, known, time)));
    }
}

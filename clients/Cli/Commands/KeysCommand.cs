using System.CommandLine;
using TrueCopy.Cli.Trust;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy keys</c>: the logs that are known from earlier runs.</summary>
internal static class KeysCommand
{
    public static Command Create(Terminal terminal, KnownLogs known) => new("keys", $"""
        The logs that services were found to keep, and are held to since: keys and last checkpoint, by address.

        File: {known.Path}
        """)
    { List(terminal, known), Forget(terminal, known) };

    private static Command List(Terminal terminal, KnownLogs known)
    {
        var command = new Command("list", "Print each service with its log, when that was last seen, and its keys.");
        command.SetAction(async (_, _) =>
        {
            foreach (var log in known.All())
            {
                await terminal.Output.WriteLineAsync($"{log.Service}  {log.Origin}  first used {terminal.Time(log.FirstUsed)}, last seen {terminal.Time(log.Seen)}{(log.Given is null ? "" : ", with --key")}");
                foreach (var key in log.Keys)
                    await terminal.Output.WriteLineAsync($"  {key}");
                foreach (var key in log.Retired)
                    await terminal.Output.WriteLineAsync($"  {key}  (retired)");
                if (log.OpenPolicy() is { } policy)
                    await terminal.Output.WriteLineAsync($"  has to have been seen by {policy.Rules.Describe()} (truecopy policy show)");
            }

            return ExitCode.Verified;
        });
        return command;
    }

    private static Command Forget(Terminal terminal, KnownLogs known)
    {
        var service = new Argument<string>("URL") { Description = "Address of the service, as listed." };
        var command = new Command("forget", """
            Forget what is known of a service's log: the next contact is a first one, and takes the service at its word.

            Example: truecopy keys forget http://127.0.0.1:7071
            """)
        { service };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Uri.TryCreate(parsed.GetValue(service), UriKind.Absolute, out var address))
                throw new CommandException(ExitCode.Usage, "A service is named by its address.");
            if (!await known.ForgetAsync(address, cancellationToken))
                throw new CommandException(ExitCode.NotVerified, $"Nothing is known of {address}.");
            await terminal.Output.WriteLineAsync($"forgotten: {address}");
            return ExitCode.Verified;
        });
        return command;
    }
}

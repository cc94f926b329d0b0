using System.CommandLine;
using System.Text;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy policy</c>: which witnesses have to have seen a service's log.</summary>
internal static class PolicyCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time) => new("policy", $"""
        Which witnesses have to have seen a log. Witnesses are independent parties; where those of both sides of a border
        have seen it, nobody can be shown a log that the others are not shown, unless all of them take part.

        A policy is a file (c2sp.org/tlog-policy), given with --policy or TRUECOPY_POLICY. Without one, what the service
        names at first use is kept with its keys and counts from then on; what it names later is told, and counts only
        after truecopy policy accept.

        File: {known.Path}

        Example: truecopy policy show --service https://verify.example
        """)
    { Show(terminal, network, known, time), Accept(terminal, network, known, time), Check(terminal) };

    private static Command Show(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var service = SharedOptions.Service();
        var command = new Command("show", """
            Print the policy that a service is held to, and what it names now where that is another.

            Exit code 0 if they are the same, 1 if not.

            Example: truecopy policy show --service https://verify.example
            """)
        { service };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = SharedOptions.ServiceOf(parsed, service);
            var now = await AskAsync(address, network, time, cancellationToken);
            var kept = KnownOf(known, address).Select(log => log.OpenPolicy()).ToArray();
            foreach (var policy in kept)
                await TellAsync(terminal, $"held to", policy);
            var same = kept.All(policy => Same(policy, now));
            if (!same || kept.Length == 0)
                await TellAsync(terminal, $"the service names now", now);
            else
                await terminal.Output.WriteLineAsync($"the service names the same now");
            return same ? ExitCode.Verified : ExitCode.NotVerified;
        });
        return command;
    }

    private static Command Accept(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var service = SharedOptions.Service();
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("accept", """
            Hold a service to the policy that it names now. Ask those who run the log first, by another way than the service,
            whether it changed: whoever answers in its place would name witnesses of his own, or fewer.

            Exit code 0 if the service is held to it from now on, 1 if there is none to accept.

            Example: truecopy policy accept --service https://verify.example
            """)
        { service, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = SharedOptions.ServiceOf(parsed, service);
            if (KnownOf(known, address) is not { Count: > 0 } logs)
                throw new CommandException(ExitCode.NotVerified, $"Nothing is known of {address}: the first verification takes its policy with its keys.");
            var now = await AskAsync(address, network, time, cancellationToken)
                ?? throw new CommandException(ExitCode.NotVerified, $"{address} names no witnesses. To go on without any, forget it and begin anew: truecopy keys forget {address}");
            if (logs.All(log => Same(log.OpenPolicy(), now)))
            {
                await TellAsync(terminal, $"held to it already", now);
                return ExitCode.Verified;
            }

            foreach (var log in logs)
                await TellAsync(terminal, $"until now", log.OpenPolicy());
            await TellAsync(terminal, $"from now on", now);
            if (!parsed.GetValue(yes) && !(terminal.CanAsk ? await terminal.ConfirmAsync($"Hold {address} to it?", cancellationToken) : throw new CommandException(ExitCode.Usage, "Nobody is here to be asked: say --yes.")))
                return ExitCode.NotVerified;
            foreach (var log in logs)
            {
                if (!await known.ReplaceAsync(log, log with { Policy = Encoding.UTF8.GetString(now.File.Span) }, cancellationToken))
                    throw new CommandException(ExitCode.NoAnswer, "Another run changed what is known of the service meanwhile. Look again: truecopy policy show");
            }

            await terminal.Output.WriteLineAsync($"accepted: {address}");
            return ExitCode.Verified;
        });
        return command;
    }

    private static Command Check(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The policy file." };
        var command = new Command("check", """
            Say what a policy file asks for, or in which line its mistake is.

            Exit code 0 if it can be used, 2 if not.

            Example: truecopy policy check both-sides.policy
            """)
        { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await TellAsync(terminal, $"{parsed.GetValue(file)!}", await SharedOptions.ReadPolicyAsync(parsed.GetValue(file), cancellationToken));
            return ExitCode.Verified;
        });
        return command;
    }

    private static IReadOnlyList<KnownLog> KnownOf(KnownLogs known, Uri service) => [.. known.All().Where(log => log.Service == service.ToString())];

    private static async Task<LogPolicy?> AskAsync(Uri service, HttpMessageHandler network, TimeProvider time, CancellationToken cancellationToken)
    {
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = service }, network, time);
        return await client.ServicePolicyAsync(cancellationToken);
    }

    private static bool Same(LogPolicy? left, LogPolicy? right) => left is null || right is null ? left == right : left.Rules.AsksTheSameAs(right.Rules);

    private static async Task TellAsync(Terminal terminal, Printable who, LogPolicy? policy)
    {
        await terminal.Output.WriteLineAsync($"{who}: {(policy is null ? "no witnesses" : policy.Rules.Describe())}");
        foreach (var log in policy?.Rules.Logs ?? [])
            await terminal.Output.WriteLineAsync($"  log {log.Key}");
        foreach (var witness in policy?.Rules.Witnesses ?? [])
            await terminal.Output.WriteLineAsync($"  {witness.Name}  {witness.Key}");
    }
}

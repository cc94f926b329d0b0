using System.CommandLine;
using System.Text;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary><c>truecopy handover receivers|trace|withdraw|keygen</c></summary>
internal static class HolderCommands
{
    public static void AddTo(Command command, Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        command.Subcommands.Add(Receivers(new HandoverSession(terminal, network, known, time)));
        command.Subcommands.Add(Trace(new HandoverSession(terminal, network, known, time)));
        command.Subcommands.Add(Withdraw(new HandoverSession(terminal, network, known, time)));
        command.Subcommands.Add(KeyGeneration(terminal, time));
    }

    private static Command Receivers(HandoverSession session)
    {
        var command = new Command("receivers", """
            Say who takes packages, and what for. All of it is proven by the log.

            Exit code 0, or 3 if there is no answer that can be relied on, 4 if too few witnesses have seen the log.
            """);
        session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var receivers = await client.Handovers.ReceiversAsync(cancellationToken);
            await session.ConfirmAsync(client, receivers.Select(receiver => receiver.Checkpoint), cancellationToken);
            if (parsed.GetValue(session.Json))
            {
                await session.Terminal.Output.WriteLineAsync(CliJson.Write<ReceiverOutput>([.. receivers.Select(ReceiverOutput.Of)]));
                return ExitCode.Verified;
            }

            foreach (var receiver in receivers)
            {
                var (name, others) = session.Terminal.NameOf(receiver.LegalName, receiver.Entry.LegalNames);
                var text = new Printable().AppendLine($"{receiver.Id}  {name} [{receiver.Entry.Jurisdiction}]{(receiver.Entry.Domain is null ? "" : $", {receiver.Entry.Domain}")}");
                VerdictText.AppendNames(text, others);
                text.AppendLine($"    for {string.Join(", ", receiver.Entry.Purposes!)}; keeps it for {receiver.Entry.KeepsDays} days; log entry {receiver.LogIndex}");
                await session.Terminal.Output.WriteAsync(text);
            }

            if (receivers.Count == 0)
                await session.Terminal.Output.WriteLineAsync($"Nobody takes packages at this service.");
            return ExitCode.Verified;
        });
        return command;
    }

    private static Command Trace(HandoverSession session)
    {
        var named = new Argument<string>("LINK|ID") { Description = "The trace link, or the handover's id." };
        var command = new Command("trace", """
            Say what became of a package: sent, received, declined, used, withdrawn, expired; when, and each proven by a
            receipt (--json has them). With the link it is proven, too, that it is your handover.

            Exit code 0 if what is told is proven, 1 if there is no such handover, 3 if there is no answer that can be
            relied on, 4 if too few witnesses have seen the log.

            Example:
              truecopy handover trace 'https://verify.example/#trace=…'
            """)
        { named };
        session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            var (id, handover) = Read(parsed.GetValue(named)!);
            var trace = await client.Handovers.TraceAsync(id, handover, cancellationToken) ?? throw NoSuch();
            await session.ConfirmAsync(client, trace, cancellationToken);
            return await TellAsync(session, trace, parsed.GetValue(session.Json));
        });
        return command;
    }

    private static Command Withdraw(HandoverSession session)
    {
        var link = new Argument<string>("LINK") { Description = "The trace link." };
        var command = new Command("withdraw", """
            Take your consent back. The sealed package is deleted at the service, and the receiver is told; what it has opened
            already stays with it, and it may not use it any more. It is recorded in the log, and cannot be undone.

            Exit code 0 if it is withdrawn, 1 if it cannot be (any more), 3 if there is no answer that can be relied on.
            """)
        { link };
        session.Asking(command, async (parsed, client, cancellationToken) =>
        {
            if (!HandoverSecret.TryParse(parsed.GetValue(link)!, out var secret))
                throw new CommandException(ExitCode.Usage, "That is no trace link: only the link itself, which has a secret after #trace=, takes a consent back.");
            var trace = await client.Handovers.WithdrawAsync(secret, cancellationToken);
            await session.ConfirmAsync(client, trace, cancellationToken);
            await TellAsync(session, trace, parsed.GetValue(session.Json));
            return trace.State == HandoverState.Withdrawn ? ExitCode.Verified : ExitCode.NoAnswer;
        });
        return command;
    }

    private static Command KeyGeneration(Terminal terminal, TimeProvider time)
    {
        var output = new Option<string>("--out") { HelpName = "FILE", Description = "Where the identity goes. Nothing may be there.", Required = true };
        var command = new Command("keygen", """
            Make the key of a receiver: an identity file as age-keygen makes it. What is printed, age1…, goes into the
            registry of the service; the file stays with you, readable by you alone, and opens every package.
            """)
        { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var identity = AgeIdentity.Create();
            await using (var file = LocalFile.CreateNew(parsed.GetValue(output)!, onlyOwner: true))
                await file.WriteAsync(Encoding.UTF8.GetBytes(identity.EncodeFile(time.GetUtcNow())), cancellationToken);
            await terminal.Output.WriteLineAsync($"{identity.Recipient}");
            return ExitCode.Verified;
        });
        return command;
    }

    internal static CommandException NoSuch() => new(ExitCode.NotVerified, "The service knows no such handover.");

    internal static async Task<int> TellAsync(HandoverSession session, HandoverTrace trace, bool json)
    {
        if (json)
            await session.Terminal.Output.WriteLineAsync(CliJson.Write<HandoverOutput>([HandoverOutput.Of(trace)]));
        else
            await session.Terminal.Output.WriteAsync(HandoverText.Of(trace, session.Terminal));
        return ExitCode.Verified;
    }

    private static (string Id, KnownHandover Known) Read(string text) =>
        HandoverSecret.TryParse(text, out var secret) ? (secret.Id, KnownHandover.Of(secret))
        : HandoverLocks.IsHex(text) ? (text, new KnownHandover())
        : throw new CommandException(ExitCode.Usage, "That is neither a trace link nor the id of a handover, which has 64 lower-case hex digits.");
}

using System.CommandLine;
using System.Net;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy status fetch</c> and <c>truecopy status show</c>: the status of every document of a log, kept for checking offline.</summary>
internal static class KeptStatusCommands
{
    public static Command CreateFetch(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var to = new Option<string?>("--to") { HelpName = "FILE", Description = "Where to keep it. Default: a file for this service in your own settings." };
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var timeout = SharedOptions.Patience();
        var json = SharedOptions.Json();
        var command = new Command("fetch", """
            Keep the status of every document of the log, for checking receipts offline. Nobody learns which documents you
            hold: the whole status is fetched, and later what changed.

            It says of each entry of the log whether what it issued stands, and nothing of any file. All of it is checked
            before any of it is kept: that the log's last entry commits to it, that the log is signed, by the key of --key or
            the one that is known, that it goes on from the one that was kept, and that the policy's witnesses have seen it no
            longer ago than --max-age. A status that is kept is never replaced by an older one.

            Exit code 0 if it is kept, 1 if what was kept is of another log, 3 if there is no status that can be relied on, 4
            if too few of the policy's witnesses have seen it.

            Examples:
              truecopy status fetch --service https://verify.example
              truecopy status fetch --to status.json.gz --policy both-sides.policy --max-age 30m
            """)
        { to, service, keys, policy, maxAge, timeout, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = SharedOptions.ServiceOf(parsed, service);
            var trust = await ServiceTrust.LoadAsync(known, address, SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var file = new StatusFile(parsed.GetValue(to) ?? StatusFile.DefaultPath(known, address));

            // To go on from it takes no more than that the log signed it: the policy may be another one since.
            var before = file.Exists && trust.HasKeys ? await file.ReadAsync(trust.EveryKey, policy: null, time, cancellationToken) : null;
            using var client = new TrueCopyClient(SharedOptions.Asking(address, trust, parsed.GetValue(timeout), files: 1, parsed.GetValue(maxAge)), network, time);
            KeptStatus status;
            try
            {
                status = await client.FetchStatusAsync(before, cancellationToken);
            }
            catch (ReceiptException exception)
            {
                throw new CommandException(exception.Fault == ReceiptFault.Witnesses ? ExitCode.NotWitnessed : ExitCode.NoAnswer, $"There is no status that can be relied on: {exception.Message}", exception);
            }
            catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.NotFound)
            {
                throw new CommandException(ExitCode.NoAnswer, $"{address} keeps no status of its log.", exception);
            }

            await trust.ConfirmAsync(client, status, terminal, time, cancellationToken);
            await file.WriteAsync(status, cancellationToken);
            await WriteAsync(StatusOutput.Of(file.Path, status, file.Length), terminal.Good("✔ KEPT"), parsed.GetValue(json), terminal, time);
            if (!trust.HasKeys && !parsed.GetValue(json))
                await terminal.Output.WriteAsync(VerdictText.FirstUse(await client.KeysAsync(cancellationToken), client.Policy, known.Path));
            return ExitCode.Verified;
        });
        return command;
    }

    public static Command CreateShow(Terminal terminal, KnownLogs known, TimeProvider time)
    {
        var from = new Argument<string?>("FILE") { Description = "What truecopy status fetch --to wrote. Default: what is kept of --service.", Arity = ArgumentArity.ZeroOrOne };
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var json = SharedOptions.Json();
        var command = new Command("show", """
            Say what is kept of the status of a log, and how old it is, with no network. It is checked again.

            Exit code 0 if it holds, 1 if not, 2 if there is none or no key to judge it by, 4 if too few of the policy's
            witnesses have seen it.

            Example: truecopy status show --service https://verify.example
            """)
        { from, service, keys, policy, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = SharedOptions.ServiceOf(parsed, service);
            var trust = await ServiceTrust.LoadAsync(known, address, SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var file = new StatusFile(parsed.GetValue(from) ?? StatusFile.DefaultPath(known, address));
            if (!file.Exists)
                throw new CommandException(ExitCode.Usage, $"There is no status at {file.Path}: truecopy status fetch.");
            var status = await file.ReadAsync(trust, time, cancellationToken);
            await WriteAsync(StatusOutput.Of(file.Path, status, file.Length), terminal.Good("✔ KEPT"), parsed.GetValue(json), terminal, time);
            return ExitCode.Verified;
        });
        return command;
    }

    private static async Task WriteAsync(StatusOutput output, Printable headline, bool json, Terminal terminal, TimeProvider time)
    {
        if (json)
            await terminal.Output.WriteLineAsync(CliJson.Write<StatusOutput>([output]));
        else
            await terminal.Output.WriteAsync(StatusText.Of(output, headline, time.GetUtcNow(), terminal));
    }
}

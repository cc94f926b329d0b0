using System.CommandLine;
using TrueCopy.Cli.Audit;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy receipt check FILE</c></summary>
internal static class ReceiptCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time) =>
        new("receipt", "Work with receipts (.tlog-proof files).") { CreateCheck(terminal, time), CreateRefresh(terminal, network, known, time) };

    private static Command CreateCheck(Terminal terminal, TimeProvider time)
    {
        var file = new Argument<string>("FILE") { Description = "The document; - for standard input." };
        var receipt = new Option<string>("--receipt")
        {
            HelpName = "FILE",
            Description = "The receipt. Default: the document's name with .tlog-proof.",
        };
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var json = SharedOptions.Json();
        var command = new Command("check", """
            Check a receipt with no network at all: that it is about this file, that its entry is in the log, and that
            the log's key signed the log.

            It proves that the act happened. A receipt of an issue may also prove how the document stood when it was made, by
            the log's own status; what came after that only a newer receipt (truecopy receipt refresh) or the service
            (truecopy verify) can say. One without a status proves no standing, and that is told.

            With --policy the witnesses that the file asks for have to have seen the log of the receipt's size, and its log
            lines name the keys where --key does not. A receipt of before there were witnesses is not covered: get one of
            today, by truecopy verify FILE --save-receipts.

            Exit code 0 if the receipt holds, 1 if not, 4 if too few witnesses have seen its log.

            Example: truecopy receipt check statement.pdf --receipt statement.pdf.tlog-proof --key log.vkey
            """)
        { file, receipt, keys, policy, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            if (path == LocalFile.StandardInput && parsed.GetValue(receipt) is null or LocalFile.StandardInput)
                throw new CommandException(ExitCode.Usage, "Of a document from standard input the receipt is named by --receipt.");
            var bytes = await LocalFile.ReadAsync(parsed.GetValue(receipt) ?? path + Receipt.FileExtension, cancellationToken);
            var (logKeys, rules) = await JudgeAsync(SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var result = await OfflineResult.CheckAsync(path, bytes, logKeys.Verifiers, seen: null, rules, status: null, terminal, time, cancellationToken);
            await terminal.Output.WriteAsync(parsed.GetValue(json) ? CliJson.Write([result.Output]).Append($"\n") : Text(result, terminal));
            return result.Output.Holds ? ExitCode.Verified : result.ExitCode;
        });
        return command;
    }

    private static Command CreateRefresh(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var file = new Argument<string>("FILE") { Description = "The document." };
        var receipt = new Option<string>("--receipt") { HelpName = "FILE", Description = "The receipt, which is replaced. Default: the document's name with .tlog-proof." };
        var service = SharedOptions.Service();
        var log = new Option<Uri?>("--log")
        {
            HelpName = "URL",
            Description = "Make it out of the public log instead: that of a service, or of a mirror when that is gone.",
            CustomParser = result => SharedOptions.HttpAddress(result, "--log"),
        };
        var status = new Option<string?>("--status") { HelpName = "FILE", Description = "With --log: the status of the log that truecopy status fetch kept, for a receipt that proves how the document stands." };
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var timeout = SharedOptions.Patience();
        var command = new Command("refresh", """
            Make a receipt of today from an older one: the same act, in the log as it is now and as today's witnesses have
            seen it, and how the document stands. The service makes it of the old receipt, which tells it what the receipt is
            of; everything that it says is checked here.

            With --log it is made here, out of the public log alone, from its service or from a mirror when the operator is
            gone; nothing of the file or the receipt is sent. It then proves how the document stands only with --status.

            Exit code 0 if the new receipt is written, 1 if the old one or the log does not hold, 3 if nobody answers, 4 if too
            few of the policy's witnesses have seen it, or not since --max-age. What the document has become is told, and
            is no failure.

            Examples:
              truecopy receipt refresh statement.pdf --service https://verify.example
              truecopy receipt refresh statement.pdf --log https://mirror.example --policy both-sides.policy
              truecopy receipt refresh statement.pdf --log https://mirror.example --status status.json.gz --key log.vkey
            """)
        { file, receipt, service, log, status, keys, policy, maxAge, timeout };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(status) is not null && parsed.GetValue(log) is null)
                parsed.AddError("--status goes with --log.");
            if (parsed.GetValue(service) is not null && parsed.GetValue(log) is not null)
                parsed.AddError("Either --service makes the receipt, or it is made out of --log.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            var place = parsed.GetValue(receipt) ?? path + Receipt.FileExtension;
            try
            {
                var old = Receipt.Parse(await LocalFile.ReadAsync(place, cancellationToken));
                var digests = await LocalFile.HashAsync(path, [OfflineCheck.AlgorithmOf(old)], terminal, cancellationToken);
                Receipt next;
                LogPolicy? rules;
                IReadOnlyList<NoteVerifier> verifiers;
                if (parsed.GetValue(log) is { } address)
                {
                    (var logKeys, rules) = await JudgeAsync(SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
                    verifiers = logKeys.Verifiers;
                    OfflineCheck.Run(old, digests[0], verifiers);
                    var kept = parsed.GetValue(status) is { } name ? await new StatusFile(name).ReadAsync(verifiers, rules, time, cancellationToken) : null;
                    using var remote = new RemoteLog(await new Mirrors(network, time).FindAsync(address, logKeys.Origin, cancellationToken), network, time);
                    next = await ReceiptRefresh.RunAsync(old, remote, logKeys, kept, cancellationToken);
                }
                else
                {
                    var asked = SharedOptions.ServiceOf(parsed, service);
                    var trust = await ServiceTrust.LoadAsync(known, asked, SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
                    if (trust.EveryKey.Count == 0)
                        throw new CommandException(ExitCode.Usage, "There is no key to judge the receipt by: give --key, or a --policy that names the log's, or verify once against the service first.");
                    OfflineCheck.Run(old, digests[0], trust.EveryKey);
                    using var client = new TrueCopyClient(SharedOptions.Asking(asked, trust, parsed.GetValue(timeout), files: 1, parsed.GetValue(maxAge)), network, time);
                    next = (await client.RefreshAsync(old, digests[0], cancellationToken)).Receipt;
                    (rules, verifiers) = (client.Policy, (await client.KeysAsync(cancellationToken)).Verifiers);
                }

                var answer = OfflineCheck.Run(next, digests[0], verifiers, policy: rules, time: time);
                if (answer.Witnesses is { } seen)
                    Witnessing.RequireRecent(seen, time.GetUtcNow(), parsed.GetValue(maxAge));
                await LocalFile.ReplaceAsync(place, next.Encode(), cancellationToken);
                await terminal.Output.WriteLineAsync($"{terminal.Good("✔ REFRESHED")}  {place}: of a log of {answer.Check.Checkpoint.Size} entries, {WitnessText.SeenBy(answer.Witnesses, terminal)}");
                await terminal.Output.WriteLineAsync($"  {StatusText.Of(answer, terminal)}");
                return ExitCode.Verified;
            }
            catch (LogFormatException exception)
            {
                throw new CommandException(ExitCode.NotVerified, $"{place} is no receipt of a document: {exception.Message}.", exception);
            }
            catch (ReceiptException exception)
            {
                throw new CommandException(exception.Fault == ReceiptFault.Witnesses ? ExitCode.NotWitnessed : ExitCode.NotVerified, exception.Message, exception);
            }
        });
        return command;
    }

    private static async Task<(LogKeys Keys, LogPolicy? Policy)> JudgeAsync(string[] given, string? policy, CancellationToken cancellationToken)
    {
        var rules = await SharedOptions.ReadPolicyAsync(policy, cancellationToken);
        var keys = given.Length > 0 ? await KeyOption.ReadAsync(given, cancellationToken) : rules?.Keys;
        return (keys ?? throw new CommandException(ExitCode.Usage, "A receipt is judged by the log's key: give --key, or a --policy that names it."), rules);
    }

    private static Printable Text(OfflineResult result, Terminal terminal) => result.Output.Holds
        ? OfflineText.Of(result, terminal.Good("✔ THE RECEIPT HOLDS"), terminal).AppendLine($"  Since then, only a newer receipt or the service can say: truecopy receipt refresh, truecopy verify")
        : OfflineText.Of(result, terminal);
}

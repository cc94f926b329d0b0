using System.CommandLine;
using TrueCopy.Cli.Audit;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy receipt check FILE</c></summary>
internal static class ReceiptCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, TimeProvider time) =>
        new("receipt", "Work with receipts (.tlog-proof files).") { CreateCheck(terminal, time), CreateRefresh(terminal, network, time) };

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

            It proves that the act happened, not that nothing came after it: whether the document still stands only
            the service can say (truecopy verify).

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
            var result = await OfflineResult.CheckAsync(path, bytes, logKeys.Verifiers, seen: null, rules, terminal, time, cancellationToken);
            await terminal.Output.WriteAsync(parsed.GetValue(json) ? CliJson.Write([result.Output]).Append($"\n") : Text(result, terminal));
            return result.Output.Holds ? ExitCode.Verified : result.ExitCode;
        });
        return command;
    }

    private static Command CreateRefresh(Terminal terminal, HttpMessageHandler network, TimeProvider time)
    {
        var file = new Argument<string>("FILE") { Description = "The document." };
        var receipt = new Option<string>("--receipt") { HelpName = "FILE", Description = "The receipt, which is replaced. Default: the document's name with .tlog-proof." };
        var log = new Option<Uri?>("--log")
        {
            HelpName = "URL",
            Description = "Where the log is: its service, or a mirror when that is gone.",
            Required = true,
            CustomParser = result => SharedOptions.HttpAddress(result, "--log"),
        };
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var command = new Command("refresh", """
            Make a receipt of today from an older one, out of the public log alone: from its service, or from a mirror when
            the operator is gone. It proves the same act, in the log as it is now and as today's witnesses have seen it. Nothing
            of the file or the receipt is sent.

            Exit code 0 if the new receipt is written, 1 if the old one or the log does not hold, 3 if the log does not
            answer, 4 if too few of the policy's witnesses have seen it.

            Example: truecopy receipt refresh statement.pdf --log https://mirror.example --policy both-sides.policy
            """)
        { file, receipt, log, keys, policy };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            var place = parsed.GetValue(receipt) ?? path + Receipt.FileExtension;
            var (logKeys, rules) = await JudgeAsync(SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            try
            {
                var old = Receipt.Parse(await LocalFile.ReadAsync(place, cancellationToken));
                var digests = await LocalFile.HashAsync(path, [OfflineCheck.AlgorithmOf(old)], terminal, cancellationToken);
                OfflineCheck.Run(old, digests[0], logKeys.Verifiers);
                using var remote = new RemoteLog(await new Mirrors(network, time).FindAsync(parsed.GetValue(log)!, logKeys.Origin, cancellationToken), network, time);
                var next = await ReceiptRefresh.RunAsync(old, remote, logKeys, cancellationToken);
                var answer = OfflineCheck.Run(next, digests[0], logKeys.Verifiers, policy: rules, time: time);
                await LocalFile.ReplaceAsync(place, next.Encode(), cancellationToken);
                await terminal.Output.WriteLineAsync($"{terminal.Good("✔ REFRESHED")}  {place}: of a log of {answer.Check.Checkpoint.Size} entries, {WitnessText.SeenBy(answer.Witnesses, terminal)}");
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
        ? OfflineText.Of(result, terminal.Good("✔ THE RECEIPT HOLDS"), terminal).AppendLine($"  Whether it still stands, only the service can say: truecopy verify")
        : OfflineText.Of(result, terminal);
}

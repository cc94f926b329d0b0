using System.CommandLine;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy receipt check FILE</c></summary>
internal static class ReceiptCommand
{
    public static Command Create(Terminal terminal, TimeProvider time) =>
        new("receipt", "Work with receipts (.tlog-proof files).") { CreateCheck(terminal, time) };

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
            var rules = await SharedOptions.ReadPolicyAsync(SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var given = SharedOptions.KeysOf(parsed, keys);
            var logKeys = (given.Length > 0 ? await KeyOption.ReadAsync(given, cancellationToken) : rules?.Keys)
                ?? throw new CommandException(ExitCode.Usage, "A receipt is judged by the log's key: give --key, or a --policy that names it.");
            var result = await OfflineResult.CheckAsync(path, bytes, logKeys.Verifiers, seen: null, rules, terminal, time, cancellationToken);
            await terminal.Output.WriteAsync(parsed.GetValue(json) ? CliJson.Write([result.Output]).Append($"\n") : Text(result, terminal));
            return result.Output.Holds ? ExitCode.Verified : result.ExitCode;
        });
        return command;
    }

    private static Printable Text(OfflineResult result, Terminal terminal) => result.Output.Holds
        ? OfflineText.Of(result, terminal.Good("✔ THE RECEIPT HOLDS"), terminal).AppendLine($"  Whether it still stands, only the service can say: truecopy verify")
        : OfflineText.Of(result, terminal);
}

using System.CommandLine;
using System.Globalization;
using System.Text;
using TrueCopy.Cli.Output;
using TrueCopy.Client;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy receipt check FILE</c></summary>
internal static class ReceiptCommand
{
    public static Command Create(Terminal terminal) =>
        new("receipt", "Work with receipts (.tlog-proof files).") { CreateCheck(terminal) };

    private static Command CreateCheck(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The document." };
        var receipt = new Option<string>("--receipt")
        {
            HelpName = "FILE",
            Description = "The receipt. Default: the document's name with .tlog-proof.",
        };
        var keys = SharedOptions.Keys(required: true);
        var json = SharedOptions.Json();
        var command = new Command("check", """
            Check a receipt with no network at all: that it is about this file, that its entry is in the log, and that
            the log's key signed the log.

            It proves that the act happened, not that nothing came after it: whether the document still stands only
            the service can say (truecopy verify).

            Exit code 0 if the receipt holds, 1 if not.

            Example: truecopy receipt check statement.pdf --receipt statement.pdf.tlog-proof --key log.vkey
            """)
        { file, receipt, keys, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            var bytes = await LocalFile.ReadAsync(parsed.GetValue(receipt) ?? path + Receipt.FileExtension, cancellationToken);
            var logKeys = await KeyOption.ReadAsync(parsed.GetValue(keys)!, cancellationToken);
            var result = await CheckAsync(path, bytes, logKeys, terminal, cancellationToken);
            await terminal.Output.WriteAsync(parsed.GetValue(json) ? CliJson.Write([result.Output]) + "\n" : Text(result.Output, result.Check, terminal));
            return result.Output.Holds ? ExitCode.Verified : ExitCode.NotVerified;
        });
        return command;
    }

    private static async Task<(ReceiptOutput Output, ReceiptCheck? Check)> CheckAsync(
        string path,
        byte[] bytes,
        LogKeys keys,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        try
        {
            var receipt = Receipt.Parse(bytes);
            if (!DigestAlgorithm.TryParse(receipt.ReadEntry().Algorithm, out var algorithm))
                return (new ReceiptOutput(path, false, "document", "The receipt is not about a document."), null);

            var digests = await LocalFile.HashAsync(path, [algorithm], terminal, cancellationToken);
            var check = ReceiptCheck.Run(receipt, digests[0], keys.Verifiers);
            var output = new ReceiptOutput(
                path,
                Holds: true,
                Act: check.Entry.Kind,
                Issuer: check.Entry.Issuer,
                LegalName: check.Entry.LegalName,
                Jurisdiction: check.Entry.Jurisdiction,
                At: check.Entry.At,
                ActReason: check.Entry.Reason,
                Note: check.Receipt.Note,
                Successor: check.Receipt.Successor?.ToString(),
                ValidFrom: check.Entry.ValidFrom,
                Expires: check.Entry.Expires,
                LogIndex: check.Index,
                TreeSize: check.Checkpoint.Size,
                SignedBy: [.. check.Checkpoint.Signers.Select(key => key.ToString())]);
            return (output, check);
        }
        catch (LogFormatException exception)
        {
            return (new ReceiptOutput(path, false, "format", exception.Message), null);
        }
        catch (ReceiptException exception)
        {
            return (new ReceiptOutput(path, false, exception.Fault.ToString().ToLowerInvariant(), exception.Message), null);
        }
    }

    private static string Text(ReceiptOutput result, ReceiptCheck? check, Terminal terminal)
    {
        var text = new StringBuilder();
        if (check is null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{terminal.Bad("✘ THE RECEIPT DOES NOT HOLD")}  {result.File}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  {result.Reason}");
            return text.ToString();
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"{terminal.Good("✔ THE RECEIPT HOLDS")}  {result.File}");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"  {result.LegalName} [{result.Jurisdiction}] ({result.Issuer}) did \"{ExactName.Of(result.Act!.Value)}\" at {Time(result.At!.Value)}");
        if (result.ActReason is { } reason)
            text.AppendLine(CultureInfo.InvariantCulture, $"  reason: {ExactName.Of(reason)}{(result.Note is null ? "" : $" ({result.Note})")}");
        if (result.Successor is { } successor)
            text.AppendLine(CultureInfo.InvariantCulture, $"  replaced by {successor}");
        if (result.ValidFrom is { } validFrom)
            text.AppendLine(CultureInfo.InvariantCulture, $"  to be relied on from {Time(validFrom)} on");
        if (result.Expires is { } expires)
            text.AppendLine(CultureInfo.InvariantCulture, $"  to be relied on until {Time(expires)}");
        VerdictText.AppendChecks(text, check, check.Entry.Algorithm!);
        text.AppendLine("  Whether it still stands, only the service can say: truecopy verify");
        return text.ToString();
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

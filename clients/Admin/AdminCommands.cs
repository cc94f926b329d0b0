using System.CommandLine;
using Azure;
using Azure.Identity;
using TrueCopy.AzureStorage;
using TrueCopy.Cli;
using TrueCopy.Cli.Commands;

namespace TrueCopy.Admin;

/// <summary><c>truecopy-admin doctor|rebuild-index</c></summary>
internal static class AdminCommands
{
    /// <summary>What the tool is called.</summary>
    public const string Tool = "truecopy-admin";

    private const string ExitCodes = """
        Exit codes:
          0  nothing is wrong, or all of it was repaired
          1  something is wrong that was not repaired
          2  wrong usage, or storage does not let you in
          3  storage does not answer; running it again goes on
        """;

    /// <summary>The whole tool.</summary>
    public static RootCommand Create(Terminal terminal, TimeProvider time) => new("""
        Look after the ledger of a service, with rights on its storage.

        Environment:
          TRUECOPY_LEDGER   the ledger's storage            (as --ledger)
          TRUECOPY_INBOX    the storage that issuers use    (as --inbox)
          TRUECOPY_HANDOVER the storage of sealed packages  (as --handover)
          NO_COLOR          no colour, even on a terminal

        Example: truecopy-admin doctor

        Each command tells more: truecopy-admin COMMAND --help
        """)
    {
        CreateDoctor(terminal, time),
        CreateRebuild(terminal),
    };

    private static Command CreateDoctor(Terminal terminal, TimeProvider time)
    {
        var apply = new Option<bool>("--apply") { Description = "Repair what can be repaired. Without it, nothing is changed." };
        var receipts = new Option<bool>("--receipts") { Description = "Also look for documents without a receipt: two requests a document." };
        var kept = new Option<FileInfo?>("--checkpoint") { HelpName = "FILE", Description = "The newest checkpoint, or receipt, that anybody kept: after a restore it tells whether storage was set back." };
        var handover = new Option<string?>("--handover") { HelpName = "STORAGE", Description = "The account of sealed packages, likewise. Default: that of the inbox." };
        var (ledger, inbox, json) = (Ledger(), SharedOptions.Inbox(), Json());
        var command = new Command("doctor", $"""
            Say what is wrong with a ledger, and what repairs it.

            Reads the whole journal, which is the source of truth: is it whole, is the log what follows from it, tile by
            tile, and the index, row by row; are head, checkpoint and the finished mark in step; does anything wait that
            should not? What would contradict a signature is never repaired. Safe beside a running service.

            After a restore, give --checkpoint what an auditor, a monitor or an issuer kept: a head that is older is
            made again from it where the journal goes as far, and otherwise the log has to end.

            {ExitCodes}

            Example: truecopy-admin doctor --ledger https://ledger.blob.core.windows.net --apply
            """)
        { apply, receipts, kept, ledger, inbox, handover, json };
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            var accounts = AzureLedger.Connect(LedgerOf(parsed, ledger), SharedOptions.InboxOf(parsed, inbox), parsed.GetValue(handover) ?? SharedOptions.FromEnvironment("TRUECOPY_HANDOVER"));
            if (parsed.GetValue(apply))
                await accounts.CreateLedgerAsync(cancellationToken);
            var options = new DoctorOptions(parsed.GetValue(apply), parsed.GetValue(receipts), await KeptAsync(parsed.GetValue(kept), cancellationToken));
            var report = await WithBarAsync(terminal, "comparing", bar => AzureLedger.Doctor(accounts, time).RunAsync(options, bar, cancellationToken));
            return await WriteAsync(report, "compared with the journal", parsed.GetValue(json), terminal);
        }));
        return command;
    }

    private static async Task<ReadOnlyMemory<byte>?> KeptAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return null;
        try
        {
            var bytes = await File.ReadAllBytesAsync(file.FullName, cancellationToken);
            return bytes.AsSpan().StartsWith("c2sp.org/tlog-proof@"u8) ? Receipt.Parse(bytes).Proof.Checkpoint : bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LogFormatException)
        {
            throw new CommandException(ExitCode.Usage, $"{file.Name} holds no checkpoint: {exception.Message}", exception);
        }
    }

    private static Command CreateRebuild(Terminal terminal)
    {
        var (ledger, json) = (Ledger(), Json());
        var command = new Command("rebuild-index", $"""
            Write the index again from the journal: the tables of documents and handovers, references,
            revocations, issuers and receivers.

            For a table that was lost; tables that are gone are made. Rows that are there stay. Safe beside a running
            service, and it may be run again.

            {ExitCodes}

            Example: truecopy-admin rebuild-index --ledger https://ledger.blob.core.windows.net
            """)
        { ledger, json };
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            var accounts = AzureLedger.Connect(LedgerOf(parsed, ledger));
            await accounts.CreateLedgerAsync(cancellationToken);
            var report = await WithBarAsync(terminal, "indexing", bar => AzureLedger.IndexRebuild(accounts).RunAsync(bar, cancellationToken));
            return await WriteAsync(report, "indexed", parsed.GetValue(json), terminal);
        }));
        return command;
    }

    private static Option<string?> Ledger() => new("--ledger")
    {
        HelpName = "STORAGE",
        Description = "The ledger account: connection string, or https blob endpoint (with your Azure sign-in). Default: that of a local service.",
    };

    private static string? LedgerOf(ParseResult parsed, Option<string?> ledger) => parsed.GetValue(ledger) ?? SharedOptions.FromEnvironment("TRUECOPY_LEDGER");

    private static Option<bool> Json() => new("--json") { Description = "Print one JSON object on standard output and nothing else there." };

    private static Task<RecoveryReport> WithBarAsync(Terminal terminal, string what, Func<IProgress<(long Done, long Of)>?, Task<RecoveryReport>> work) =>
        terminal.WithCountAsync(what, PercentProgress.Whole, bar => work(bar is null ? null : new PercentProgress(bar)));

    private static async Task<int> WriteAsync(RecoveryReport report, string done, bool json, Terminal terminal)
    {
        var output = new RecoveryOutput(
            report.IsHealthy,
            report.Size,
            report.Batches,
            [.. report.Findings.Select(finding => new FindingOutput(WireName.Of(finding.Kind), finding.What, finding.Repair, finding.Repaired))]);
        await terminal.Output.WriteLineAsync(json ? RecoveryJson.Write(output) : RecoveryText.Of(output, done, terminal));
        return report.IsHealthy ? ExitCode.Verified : ExitCode.NotVerified;
    }

    private static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.NotVerified, $"{exception.Message}. truecopy-admin doctor says more.", exception);
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            throw new CommandException(ExitCode.Usage, $"Storage does not let you in: {exception.Status} {exception.ErrorCode}.", exception);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new CommandException(ExitCode.NotVerified, $"Part of the ledger is gone ({exception.ErrorCode}). truecopy-admin doctor --apply makes it again.", exception);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or CredentialUnavailableException)
        {
            throw new CommandException(ExitCode.NoAnswer, "The storage cannot be reached or failed. Is it running, and is --ledger (or TRUECOPY_LEDGER) right?", exception);
        }
    }
}

using System.CommandLine;
using System.Text.Json;
using TrueCopy.Cli.Audit;
using TrueCopy.Cli.Output;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy audit URL</c></summary>
internal static class AuditCommand
{
    private const string LogSegment = "log";

    public static Command Create(Terminal terminal, HttpMessageHandler network, TimeProvider time)
    {
        var url = new Argument<Uri?>("URL")
        {
            Description = "Address of the service, or of the log itself if it ends in /log.",
            CustomParser = result => SharedOptions.HttpAddress(result, "URL"),
        };
        var keys = SharedOptions.Keys(required: false);
        var state = new Option<string?>("--state") { HelpName = "FILE", Description = "Where to remember what was seen. Default: a file for this log in your own data folder." };
        var full = new Option<bool>("--full") { Description = "Check everything again, not only what is new." };
        var parallel = SharedOptions.Number("--parallel", "N", "Bundles to fetch at a time, each with its tile: 1 to 64.", otherwise: 8, most: 64);
        var json = new Option<bool>("--json") { Description = "Print one JSON object on standard output and nothing else there." };
        var command = new Command("audit", $"""
            Audit a log, as anyone can: download it, and check every entry, tile, root and signature.

            Also compares it with what it said the last time: that it has only grown, that it shows the same to you
            today as yesterday. Only what is new is downloaded; an interrupted audit goes on where it stopped. Keys
            that take over are learned from the log's own entries, each proven by the keys before it; without --key the
            first audit takes the keys that the log gives itself.

            Exit codes:
              0   the log holds
              1   what is served does not go together, or no trusted key signed it
              2   wrong usage, or a file that cannot be read or written
              3   the log does not answer; what was audited so far is kept
              {ExitCode.SplitView}  split view: two signed checkpoints that no one log can have
              {ExitCode.Rollback}  rollback: a signed checkpoint smaller than one seen before
              {ExitCode.OtherEntries}  a log of other entries: its tree holds, and only grew; what its entries mean was not checked
            Of a split view or a rollback both signed checkpoints are kept as evidence, in a file beside the state.

            Example: truecopy audit https://verify.example --key log.vkey
            """)
        { url, keys, state, full, parallel, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var prefix = LogOf(parsed.GetValue(url)!);
            var file = new AuditFile(parsed.GetValue(state) ?? AuditFile.DefaultPath(prefix));
            using var log = new RemoteLog(prefix, network, time);
            var (memory, pinned) = await RememberAsync(file, SharedOptions.KeysOf(parsed, keys), log, cancellationToken);
            if (parsed.GetValue(full))
                memory = memory with { AuditedSize = 0, Confirmed = AuditPoint.Start, Progress = null };
            var seen = memory.Seen?.Size;
            var audit = new LogAudit(log, file, parsed.GetValue(parallel), log.FindKeyChainAsync);
            var report = await RunAsync(audit, memory, terminal, cancellationToken);
            var evidence = report.Outcome is AuditOutcome.SplitView or AuditOutcome.Rollback ? await file.KeepEvidenceAsync(report, cancellationToken) : null;
            var output = new AuditOutput(
                prefix.ToString(),
                JsonNamingPolicy.CamelCase.ConvertName(report.Outcome.ToString()),
                report.Size == 0 ? null : report.Size,
                seen,
                report.Entries,
                log.Resources,
                log.Bytes,
                pinned,
                [.. report.Faults.Select(fault => fault.ToString())],
                report.NewKeys,
                file.Path,
                evidence);
            await terminal.Output.WriteLineAsync(parsed.GetValue(json) ? AuditJson.Write(output) : AuditText.Of(output, report, terminal));
            return ExitCodeOf(report.Outcome);
        });
        return command;
    }

    internal static int ExitCodeOf(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Holds => ExitCode.Verified,
        AuditOutcome.SplitView => ExitCode.SplitView,
        AuditOutcome.Rollback => ExitCode.Rollback,
        AuditOutcome.OtherEntries => ExitCode.OtherEntries,
        _ => ExitCode.NotVerified,
    };

    private static Uri LogOf(Uri url) => url.AbsolutePath.TrimEnd('/').Split('/')[^1] == LogSegment
        ? url
        : new Uri($"{url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{LogSegment}");

    // A memory judges by its own keys: those first pinned, or their successors. Other keys are another log's memory.
    private static async Task<(AuditMemory Memory, bool Pinned)> RememberAsync(AuditFile file, string[] given, RemoteLog log, CancellationToken cancellationToken)
    {
        string[] keys = given.Length == 0 ? [] : [.. (await KeyOption.ReadAsync(given, cancellationToken)).Verifiers.Select(key => key.ToString())];
        if (await file.LoadAsync(cancellationToken) is not { } memory)
            return (AuditMemory.New(keys.Length > 0 ? keys : await FirstKeysAsync(log, cancellationToken)), keys.Length > 0);
        return keys.All(key => memory.Pinned.Contains(key) || memory.Trusted.Contains(key))
            ? (memory, keys.Length > 0)
            : throw new CommandException(ExitCode.Usage, $"{file.Path} is the memory of a log with other keys than --key. Name another file with --state.");
    }

    private static async Task<IReadOnlyList<string>> FirstKeysAsync(RemoteLog log, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadFirstKeysAsync(cancellationToken);
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.NotVerified, $"The log does not say which keys sign for it ({exception.Message}). Give one with --key.", exception);
        }
    }

    private static async Task<AuditReport> RunAsync(LogAudit audit, AuditMemory memory, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            return await terminal.WithCountAsync("auditing", PercentProgress.Whole, bar =>
                audit.RunAsync(memory, bar is null ? null : new PercentProgress(bar), cancellationToken));
        }
        catch (NoAnswerException exception)
        {
            throw new CommandException(ExitCode.NoAnswer, $"{exception.Message} What was audited so far is kept; run it again to go on.", exception);
        }
    }
}

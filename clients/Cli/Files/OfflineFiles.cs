using System.Globalization;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Files;

/// <summary>Checks files against their receipts, with no network.</summary>
/// <param name="terminal">Where it is told.</param>
/// <param name="time">For validity and ages.</param>
/// <param name="trust">By whose keys and policy.</param>
/// <param name="folder">Where receipts are; null for beside the files.</param>
/// <param name="status">The status of the log that is kept; null for none.</param>
/// <param name="maxAge">How old that may be; null for any age.</param>
internal sealed class OfflineFiles(Terminal terminal, TimeProvider time, ServiceTrust trust, string? folder, KeptStatus? status, TimeSpan? maxAge)
{
    /// <summary>Checks files and prints what their receipts prove.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<SelectedFile> files, bool table, bool json, CancellationToken cancellationToken)
    {
        if (trust.EveryKey.Count == 0)
            throw new CommandException(ExitCode.Usage, "There is no key to judge receipts by: give --key, or a --policy that names the log's, or verify once against the service first.");
        if (maxAge is { } limit && (status is null || time.GetUtcNow() - status.AsOf > limit))
            throw new CommandException(ExitCode.NoAnswer, status is null ? "No status of the log is kept, so nothing here is as young as --max-age asks: truecopy status fetch." : $"The status that is kept is of {terminal.Time(status.AsOf)}, which is longer ago than --max-age allows: truecopy status fetch.");
        var began = time.GetTimestamp();
        var results = new List<OfflineResult>(files.Count);
        await foreach (var result in Ordered.MapAsync(files.ToAsyncEnumerable(), 2 * Environment.ProcessorCount, CheckAsync, cancellationToken))
            results.Add(result);

        if (json)
            await terminal.Output.WriteLineAsync(CliJson.Write<ReceiptOutput>([.. results.Select(result => result.Output)]));
        else if (table)
            VerdictTable.Write([.. results.Select(result => OfflineText.RowOf(result, terminal))], string.Create(CultureInfo.InvariantCulture, $"no network, {time.GetElapsedTime(began).TotalSeconds:0.0} s"), terminal);
        else
            foreach (var result in results)
                await terminal.Output.WriteAsync(OfflineText.Of(result, terminal));
        if (!json && results.Any(result => result.Answer is not null))
            await terminal.Output.WriteAsync(OfflineText.Caveat(trust.Seen, status, time.GetUtcNow(), terminal));
        return results.Select(result => result.ExitCode).Aggregate(ExitCode.Worse);
    }

    private async Task<OfflineResult> CheckAsync(SelectedFile file, CancellationToken cancellationToken)
    {
        var path = file.ReceiptPath(folder);
        if (file.Fault is { } fault)
            return OfflineResult.Failed(file.Path, ExitCode.Usage, "file", fault);
        if (!File.Exists(path))
            return OfflineResult.Failed(file.Path, ExitCode.NoAnswer, "receipt", $"There is no receipt at {path}.");
        try
        {
            var receipt = await LocalFile.ReadAsync(path, cancellationToken);
            return await OfflineResult.CheckAsync(file.Path, receipt, trust.EveryKey, trust.Seen?.Checkpoint, trust.Policy, status, terminal, time, cancellationToken);
        }
        catch (CommandException exception)
        {
            return OfflineResult.Failed(file.Path, exception.ExitCode, "file", exception.Message);
        }
    }
}

/// <summary>A file and what its receipt proves.</summary>
/// <param name="Output">As JSON says it.</param>
/// <param name="Answer">What is proven; null if nothing is.</param>
/// <param name="Verdict">How the document stood when the receipt was made, and by the clock now; null if nothing is proven.</param>
/// <param name="ExitCode">The file's exit code.</param>
internal sealed record OfflineResult(ReceiptOutput Output, OfflineAnswer? Answer, Verdict? Verdict, int ExitCode)
{
    public static OfflineResult Failed(string file, int exitCode, string fault, string reason) =>
        new(new ReceiptOutput(file, Holds: false, fault, reason), null, null, exitCode);

    public static async Task<OfflineResult> CheckAsync(
        string file,
        byte[] bytes,
        IReadOnlyList<NoteVerifier> keys,
        SignedCheckpoint? seen,
        LogPolicy? policy,
        KeptStatus? status,
        Terminal terminal,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        try
        {
            var receipt = Receipt.Parse(bytes);
            var digests = await LocalFile.HashAsync(file, [OfflineCheck.AlgorithmOf(receipt)], terminal, cancellationToken);
            var answer = OfflineCheck.Run(receipt, digests[0], keys, seen, policy, time, status);
            if (answer.IsNewerThanStatus)
                return Failed(file, Cli.ExitCode.NoAnswer, "status", $"It was issued after the status that is kept here ({terminal.Time(status!.AsOf)}), so how it stands is not known: truecopy status fetch.");
            var verdict = answer.VerdictAt(time.GetUtcNow());
            return new OfflineResult(ReceiptOutput.Of(file, answer), answer, verdict, Cli.ExitCode.Of(verdict));
        }
        catch (LogFormatException exception)
        {
            return Failed(file, Cli.ExitCode.NotVerified, "format", exception.Message);
        }
        catch (ReceiptException exception) when (exception.Fault == ReceiptFault.Witnesses)
        {
            var refused = Failed(file, Cli.ExitCode.NotWitnessed, "witnesses", exception.Message);
            return refused with { Output = refused.Output with { Witnesses = WitnessesOutput.Of(exception.Witnesses) } };
        }
        catch (ReceiptException exception)
        {
            return Failed(file, Cli.ExitCode.NotVerified, exception.Fault.ToString().ToLowerInvariant(), exception.Message);
        }
    }
}

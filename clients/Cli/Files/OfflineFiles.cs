using System.Globalization;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Files;

/// <summary>Checks files against their receipts, with no network.</summary>
internal sealed class OfflineFiles(Terminal terminal, TimeProvider time, ServiceTrust trust, string? folder)
{
    /// <summary>Checks files and prints what their receipts prove.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<SelectedFile> files, bool table, bool json, CancellationToken cancellationToken)
    {
        if (trust.EveryKey.Count == 0)
            throw new CommandException(ExitCode.Usage, "There is no key to judge receipts by: give --key, or verify once against the service first.");
        var began = time.GetTimestamp();
        var results = new List<OfflineResult>(files.Count);
        await foreach (var result in Ordered.MapAsync(files.ToAsyncEnumerable(), 2 * Environment.ProcessorCount, CheckAsync, cancellationToken))
            results.Add(result);

        if (json)
            await terminal.Output.WriteLineAsync(CliJson.Write<ReceiptOutput>([.. results.Select(result => result.Output)]));
        else if (table)
            VerdictTable.Write([.. results.Select(OfflineText.RowOf)], string.Create(CultureInfo.InvariantCulture, $"no network, {time.GetElapsedTime(began).TotalSeconds:0.0} s"), terminal);
        else
            foreach (var result in results)
                await terminal.Output.WriteAsync(OfflineText.Of(result, terminal));
        if (!json && results.Any(result => result.Answer is not null))
            await terminal.Output.WriteAsync(OfflineText.Caveat(trust.Seen));
        return results.Select(result => result.ExitCode).Aggregate(ExitCode.Worse);
    }

    private async Task<OfflineResult> CheckAsync(SelectedFile file, CancellationToken cancellationToken)
    {
        var path = file.ReceiptPath(folder);
        if (!File.Exists(path))
            return OfflineResult.Failed(file.Path, ExitCode.NoAnswer, "receipt", $"There is no receipt at {path}.");
        try
        {
            var receipt = await LocalFile.ReadAsync(path, cancellationToken);
            return await OfflineResult.CheckAsync(file.Path, receipt, trust.EveryKey, trust.Seen?.Checkpoint, terminal, time.GetUtcNow(), cancellationToken);
        }
        catch (CommandException exception)
        {
            return OfflineResult.Failed(file.Path, exception.ExitCode, "file", exception.Message);
        }
    }
}

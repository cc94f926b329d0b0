using System.CommandLine;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Issuing;

/// <summary><c>truecopy issue FILE… --issuer ID</c></summary>
internal static class IssueCommand
{
    public static Command Create(Terminal terminal, TimeProvider time)
    {
        var files = SharedOptions.Files("Files to issue; a .manifest.jsonl or .sha256 file issues the digests that it lists.");
        var issuer = SharedOptions.Issuer();
        var name = new Option<string?>("--path") { HelpName = "NAME", Description = "Name in the container, for a single file. Default: the file's own name, with its path within the folder or pattern given." };
        SharedOptions.Check(name, text => UploadName.CheckPath(text) is { } rule ? $"--path: {rule}" : null);
        var hashOnly = new Option<bool>("--hash-only") { Description = "Issue the files' hashes, in one upload: the files themselves stay on this machine." };
        var reference = SharedOptions.Text("--reference", StatedText.MaxReferenceLength, "Your own name for the document, to act on it by later; for a single file. Not published.");
        var type = SharedOptions.Text("--type", StatedText.MaxTypeLength, "Kind of document, told to those who verify it. Not published.");
        var validFrom = SharedOptions.Time("--valid-from", "From when it is to be relied on, such as 2026-12-01T00:00:00+08:00. Published.");
        var expires = SharedOptions.Time("--expires", "From when it is no longer to be relied on. Published.");
        var inbox = SharedOptions.Inbox();
        var timeout = SharedOptions.Timeout();
        var parallel = SharedOptions.Number("--parallel", "N", "Uploads at a time: 1 to 64.", otherwise: 8, most: 64);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only check, and say what would be uploaded." };
        var noWait = new Option<bool>("--no-wait") { Description = "Only upload; the answer will appear in the container answers-ID." };
        var save = new Option<bool>("--save-receipts") { Description = "Keep each receipt as FILE.tlog-proof; those of a manifest as FILE.receipts.jsonl." };
        var json = SharedOptions.Json();
        var command = new Command("issue", """
            Issue files: upload each to the issuer's container, and wait for its receipt.

            Who may issue is decided by who may write to the container. Hand the receipt on with the document: with it,
            anyone can check the document offline (truecopy receipt check).

            Every file is looked at before the first is uploaded: if one cannot be read, nothing is. From then on each is
            told as it is done, one that fails keeps no other from being issued, and the end sums up. To run the same
            again is harmless: what is issued gets its receipt again. For more than 200 files --hash-only (or truecopy
            manifest) is much faster.

            Exit code 0 if everything was issued, 1 if anything was refused, 2 if a file cannot be read or its receipt not
            kept, 3 if storage or the service did not answer; of several the gravest (truecopy --help).

            Examples:
              truecopy issue statement.pdf --issuer demo-bank --reference loan-4711 --expires 2027-01-01T00:00:00Z
              truecopy issue statements '2026/**/*.pdf' --issuer demo-bank --hash-only --save-receipts
              truecopy issue 2026-11.manifest.jsonl --issuer demo-bank --inbox https://inbox.blob.core.windows.net
              make-statement | truecopy issue - --path statement.pdf --issuer demo-bank
            """)
        { files, issuer, name, hashOnly, reference, type, validFrom, expires, inbox, timeout, parallel, dryRun, noWait, save, json };
        command.Validators.Add(parsed =>
        {
            var isInput = parsed.GetValue(files) is { } given && given.Contains(LocalFile.StandardInput);
            if (parsed.GetValue(name) is not null && (parsed.GetValue(files) is { Length: > 1 } || parsed.GetValue(hashOnly)))
                parsed.AddError("--path names a single file that is uploaded.");
            if (parsed.GetValue(reference) is not null && parsed.GetValue(files) is { Length: > 1 })
                parsed.AddError("--reference is for a single file.");
            if (isInput && parsed.GetValue(name) is null && !parsed.GetValue(hashOnly))
                parsed.AddError("What comes from standard input has no name of its own: give it one with --path.");
            if (isInput && parsed.GetValue(save))
                parsed.AddError("--save-receipts has no place for the receipt of standard input.");
            if (parsed.GetValue(noWait) && parsed.GetValue(save))
                parsed.AddError("--no-wait and --save-receipts exclude each other.");
            if (Period(parsed.GetValue(validFrom), parsed.GetValue(expires)) is { } rule)
                parsed.AddError($"{rule}.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var selected = FileSelection.Of(parsed.GetValue(files)!);
            if (parsed.GetValue(name) is not null && selected.Count > 1)
                throw new CommandException(ExitCode.Usage, $"--path names a single file, and these are {selected.Count}.");
            if (parsed.GetValue(reference) is not null && selected.Count > 1)
                throw new CommandException(ExitCode.Usage, $"--reference is for a single file, and these are {selected.Count}.");
            var byHash = parsed.GetValue(hashOnly);
            var planned = byHash ? [] : IssuePlan.Of(selected, parsed.GetValue(name), parsed.GetValue(type) is not null);
            if (planned.Count > IssuePlan.WorthAManifest)
                await terminal.Error.WriteLineAsync($"hint: {planned.Count:N0} uploads; with --hash-only, or by truecopy manifest, they are one, and the files stay here.");
            if (parsed.GetValue(dryRun))
            {
                await IssueText.WritePlanAsync(byHash ? selected : [.. planned.Select(upload => upload.File)], planned, parsed.GetValue(issuer)!, terminal, cancellationToken);
                return ExitCode.Verified;
            }

            var container = await IssuerInbox.OpenAsync(SharedOptions.InboxOf(parsed, inbox), parsed.GetValue(issuer)!, cancellationToken);
            var upload = new Upload(container, terminal, time, parsed.GetValue(noWait) ? null : TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(save));
            var terms = Terms(parsed, (StatedText.Type, type), (StatedText.ValidFrom, validFrom), (StatedText.Expires, expires));
            if (!byHash && parsed.GetValue(reference) is { } given)
                terms[StatedText.Reference] = given;

            IReadOnlyList<IssueOutput> results = [];
            if (byHash)
            {
                results = await upload.HashesAsync(selected, parsed.GetValue(reference), terms, cancellationToken);
                if (!parsed.GetValue(json))
                    foreach (var result in results)
                        await terminal.Output.WriteLineAsync(IssueText.Of(result, terminal));
            }
            else
            {
                await terminal.WithLinesAsync($"issuing {planned.Count} files", planned.Count, async line =>
                    results = await upload.FilesAsync(planned, terms, parsed.GetValue(parallel), result => parsed.GetValue(json) ? Task.CompletedTask : line(IssueText.Of(result, terminal)), cancellationToken));
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write<IssueOutput>([.. results]));
            else if (results.Count > 1)
                await terminal.Output.WriteAsync(IssueText.Summary(results, terminal));
            var exitCode = results.Select(ExitCodeOf).Aggregate(ExitCode.Worse);
            if (!cancellationToken.IsCancellationRequested)
                return exitCode;
            await terminal.Error.WriteLineAsync($"truecopy: stopped");
            return ExitCode.Worse(exitCode, ExitCode.NoAnswer);
        });
        return command;
    }

    private static string? Period(string? validFrom, string? expires) =>
        validFrom is not null && expires is not null
        && StatedText.ReadTime("", validFrom, out var from) is null && StatedText.ReadTime("", expires, out var until) is null
        && StatedText.CheckPeriod(from, until) is not null
            ? "--expires is after --valid-from"
            : null;

    private static Dictionary<string, string> Terms(ParseResult parsed, params (string Key, Option<string?> Option)[] options) => options
        .Select(item => (item.Key, Value: parsed.GetValue(item.Option)))
        .Where(item => item.Value is not null)
        .ToDictionary(item => item.Key, item => item.Value!);

    private static int ExitCodeOf(IssueOutput result) => ExitCode.Worse(result.ExitCode, result.State switch
    {
        IssueState.Rejected or IssueState.PartlyRefused => ExitCode.NotVerified,
        IssueState.Unanswered => ExitCode.NoAnswer,

        // Whatever closed storage to it says so by a code of its own.
        _ => ExitCode.Verified,
    });
}

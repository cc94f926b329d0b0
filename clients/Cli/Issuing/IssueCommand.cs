using System.CommandLine;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Issuing;

/// <summary><c>truecopy issue FILE… --issuer ID</c></summary>
internal static class IssueCommand
{
    public static Command Create(Terminal terminal, TimeProvider time)
    {
        var files = SharedOptions.Files("Files to issue; a .manifest.jsonl or .sha256 file issues the digests that it lists.");
        var issuer = SharedOptions.Issuer();
        var name = new Option<string?>("--path") { HelpName = "NAME", Description = "Name in the container, for a single file. Default: the file's own name." };
        var hashOnly = new Option<bool>("--hash-only") { Description = "Issue the files' hashes: the files themselves stay on this machine." };
        var reference = new Option<string?>("--reference") { HelpName = "TEXT", Description = "Your own name for the document, to act on it by later; for a single file. Not published." };
        var type = new Option<string?>("--type") { HelpName = "TEXT", Description = "Kind of document, told to those who verify it. Not published." };
        var validFrom = new Option<string?>("--valid-from") { HelpName = "TIME", Description = "From when it is to be relied on, such as 2026-12-01T00:00:00+08:00. Published." };
        var expires = new Option<string?>("--expires") { HelpName = "TIME", Description = "From when it is no longer to be relied on. Published." };
        var inbox = SharedOptions.Inbox();
        var timeout = SharedOptions.Timeout();
        var noWait = new Option<bool>("--no-wait") { Description = "Only upload; the answer will appear in the container answers-ID." };
        var save = new Option<bool>("--save-receipts") { Description = "Keep each receipt as FILE.tlog-proof; those of a manifest as FILE.receipts.jsonl." };
        var json = SharedOptions.Json();
        var command = new Command("issue", """
            Issue files: upload each to the issuer's container, and wait for its receipt.

            Who may issue is decided by who may write to the container. Hand the receipt on with the document: with it,
            anyone can check the document offline (truecopy receipt check).

            Examples:
              truecopy issue statement.pdf --issuer demo-bank --reference loan-4711 --expires 2027-01-01T00:00:00Z
              truecopy issue *.pdf --issuer demo-bank --hash-only --save-receipts
              truecopy issue 2026-11.manifest.jsonl --issuer demo-bank --inbox https://inbox.blob.core.windows.net
            """)
        { files, issuer, name, hashOnly, reference, type, validFrom, expires, inbox, timeout, noWait, save, json };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(name) is not null && (parsed.GetValue(files)!.Length > 1 || parsed.GetValue(hashOnly)))
                parsed.AddError("--path names a single file that is uploaded.");
            if (parsed.GetValue(reference) is not null && parsed.GetValue(files)!.Length > 1)
                parsed.AddError("--reference is for a single file.");
            if (parsed.GetValue(noWait) && parsed.GetValue(save))
                parsed.AddError("--no-wait and --save-receipts exclude each other.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var upload = new Upload(
                new IssuerInbox(parsed.GetValue(inbox), parsed.GetValue(issuer)!),
                terminal,
                time,
                parsed.GetValue(noWait) ? null : TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                parsed.GetValue(save));
            var terms = Terms(parsed, (StatedText.Type, type), (StatedText.ValidFrom, validFrom), (StatedText.Expires, expires));
            string[] paths = parsed.GetValue(files)!;
            var results = new List<IssueOutput>();
            if (parsed.GetValue(hashOnly))
            {
                results.AddRange(await upload.HashesAsync(paths, parsed.GetValue(reference), terms, cancellationToken));
            }
            else
            {
                if (parsed.GetValue(reference) is { } given)
                    terms[StatedText.Reference] = given;
                foreach (var file in paths)
                    results.Add(await upload.FileAsync(file, parsed.GetValue(name) ?? Path.GetFileName(file), terms, cancellationToken));
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else
                foreach (var result in results)
                    await terminal.Output.WriteLineAsync(IssueText.Of(result, terminal));
            return results.Select(result => ExitCodeOf(result.State)).Aggregate(ExitCode.Worse);
        });
        return command;
    }

    private static Dictionary<string, string> Terms(ParseResult parsed, params (string Key, Option<string?> Option)[] options) => options
        .Select(item => (item.Key, Value: parsed.GetValue(item.Option)))
        .Where(item => item.Value is not null)
        .ToDictionary(item => item.Key, item => item.Value!);

    private static int ExitCodeOf(string state) => state switch
    {
        "rejected" or "partly refused" => ExitCode.NotVerified,
        "unanswered" => ExitCode.NoAnswer,
        _ => ExitCode.Verified,
    };
}

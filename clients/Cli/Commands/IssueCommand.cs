using System.CommandLine;
using TrueCopy.Cli.Inbox;
using TrueCopy.Cli.Output;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy issue FILE… --issuer ID</c></summary>
internal static class IssueCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = SharedOptions.Files("Files to issue.");
        var issuer = new Option<string>("--issuer") { HelpName = "ID", Description = "The issuer; the container is issuer-ID.", Required = true };
        var name = new Option<string?>("--path") { HelpName = "NAME", Description = "Name in the container, for a single file. Default: the file's own name." };
        var inbox = new Option<string?>("--inbox")
        {
            HelpName = "STORAGE",
            Description = "Connection string, or https blob endpoint (with your Azure sign-in). Default: Azurite on its default ports.",
            DefaultValueFactory = _ => SharedOptions.FromEnvironment("TRUECOPY_INBOX"),
        };
        var timeout = new Option<int>("--timeout") { HelpName = "SECONDS", Description = "How long to wait for the service's answer to a file.", DefaultValueFactory = _ => 60 };
        var noWait = new Option<bool>("--no-wait") { Description = "Only upload; the answer will appear under .truecopy/ in the container." };
        var save = new Option<bool>("--save-receipts") { Description = "Keep each receipt as FILE.tlog-proof." };
        var json = SharedOptions.Json();
        var command = new Command("issue", """
            Issue files: upload each to the issuer's container, and wait for its receipt.

            Who may issue is decided by who may write to the container. Hand the receipt on with the document: with it,
            anyone can check the document offline (truecopy receipt check).

            Examples:
              truecopy issue statement.pdf --issuer demo-bank
              truecopy issue *.pdf --issuer demo-bank --save-receipts --inbox https://inbox.blob.core.windows.net
            """)
        { files, issuer, name, inbox, timeout, noWait, save, json };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(name) is not null && parsed.GetValue(files)!.Length > 1)
                parsed.AddError("--path names a single file.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var container = new IssuerInbox(parsed.GetValue(inbox), parsed.GetValue(issuer)!);
            var results = new List<IssueOutput>();
            var exitCode = ExitCode.Verified;
            foreach (var file in parsed.GetValue(files)!)
            {
                var path = parsed.GetValue(name) ?? Path.GetFileName(file);
                var etag = await UploadAsync(container, file, path, terminal, cancellationToken);
                var answer = parsed.GetValue(noWait)
                    ? null
                    : await WaitAsync(container, path, etag, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancellationToken);
                var result = Describe(file, path, answer, parsed.GetValue(noWait));
                if (answer?.Receipt is { } receipt && parsed.GetValue(save))
                {
                    result = result with { Receipt = file + Receipt.FileExtension };
                    await LocalFile.WriteAsync(result.Receipt, receipt, cancellationToken);
                }

                results.Add(result);
                exitCode = ExitCode.Worse(exitCode, ExitCodeOf(result));
                if (!parsed.GetValue(json))
                    await terminal.Output.WriteLineAsync(Text(result, terminal));
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            return exitCode;
        });
        return command;
    }

    private static async Task<string> UploadAsync(IssuerInbox container, string file, string path, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var content = LocalFile.Open(file);
        return await terminal.WithProgressAsync(
            $"uploading {Path.GetFileName(file)}",
            content.Length,
            progress => container.UploadAsync(path, content, progress, cancellationToken));
    }

    private static async Task<InboxAnswer?> WaitAsync(IssuerInbox container, string path, string etag, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            return await container.WaitAsync(path, etag, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static IssueOutput Describe(string file, string path, InboxAnswer? answer, bool onlyUpload) => answer switch
    {
        null => new IssueOutput(file, path, onlyUpload ? "uploaded" : "unanswered"),
        { Problem: { } problem } => new IssueOutput(file, path, "rejected", Problem: problem),
        _ => new IssueOutput(file, path, "issued", answer.LogIndex),
    };

    private static int ExitCodeOf(IssueOutput result) => result.State switch
    {
        "rejected" => ExitCode.NotVerified,
        "unanswered" => ExitCode.NoAnswer,
        _ => ExitCode.Verified,
    };

    private static string Text(IssueOutput result, Terminal terminal) => result.State switch
    {
        "issued" => $"{terminal.Good("✔ issued")}    {result.File}  log entry {result.LogIndex}{(result.Receipt is null ? "" : $"  receipt {result.Receipt}")}",
        "uploaded" => $"  uploaded  {result.File}  the answer will be under .truecopy/ in the container",
        "rejected" => $"{terminal.Bad("✘ rejected")}  {result.File}  {result.Problem!.Title}: {result.Problem.Detail}",
        _ => $"{terminal.Bad("‼ unanswered")}  {result.File}  uploaded, but the service has not answered yet; it will, under .truecopy/ in the container",
    };
}

using System.CommandLine;
using System.IO.Compression;
using System.Text;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy bundle FILE… --out FOLDER|FILE.zip</c></summary>
internal static class BundleCommand
{
    private const string ZipExtension = ".zip";

    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var files = SharedOptions.Files("Documents to bundle.");
        var output = new Option<string>("--out") { HelpName = "FOLDER|FILE.zip", Description = "Where to: a new folder, or a new zip file.", Required = true };
        var issuer = new Option<string?>("--issuer") { HelpName = "ID", Description = "Whose receipts, where several institutions issued the same bytes." };
        var link = new Option<bool>("--link") { Description = "Print a link for each document, to put beside it on paper or as a QR code." };
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var timeout = SharedOptions.Patience();
        var json = SharedOptions.Json();
        var command = new Command("bundle", """
            Put documents and their receipts together for those whom they are about: each file with its FILE.tlog-proof beside
            it, fresh, with the status by which it stands. Whoever gets both can verify them anywhere, and hand them over.

            Only what is verified goes in; if anything is not, nothing is written. With --link a link for each is printed: it
            leads to the service's page, which takes the file and its receipt from the reader's own machine. It has the document's
            fingerprint behind the # and nothing else, and by itself it verifies nothing: the page says so.

            Exit codes as for verify.

            Example:
              truecopy bundle statements --issuer demo-bank --out for-customer.zip --link
            """)
        { files, output, issuer, link, service, keys, policy, maxAge, timeout, json };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(output) is { } path && Path.Exists(path))
                parsed.AddError($"{path} is there already. Name a new folder, or a new file.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var selected = FileSelection.Of(parsed.GetValue(files)!);
            if (selected.GroupBy(file => Path.GetFileName(file.Path), StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
                throw new CommandException(ExitCode.Usage, $"Two documents would be called {twice.Key}.");
            var address = SharedOptions.ServiceOf(parsed, service);
            var trust = await ServiceTrust.LoadAsync(known, address, SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            using var client = new TrueCopyClient(SharedOptions.Asking(address, trust, parsed.GetValue(timeout), selected.Count, parsed.GetValue(maxAge)), network, time);
            var verified = await new OnlineFiles(client, terminal, DigestAlgorithm.Sha256, parsed.GetValue(issuer)).RunAsync(selected, cancellationToken);
            await trust.ConfirmAsync(client, [.. verified.Select(file => file.Answer).OfType<CheckedAnswer>()], terminal, time, cancellationToken);
            VerifyOutput[] results = [.. verified.Select(file => VerifyOutput.Of(file, trust.KeySource, parsed.GetValue(issuer)))];
            var exitCode = results.Select(ExitCode.Of).Aggregate(ExitCode.Worse);
            if (exitCode == ExitCode.Verified)
                await WriteAsync(parsed.GetValue(output)!, verified, cancellationToken);
            else
                await terminal.Error.WriteLineAsync($"Nothing was written: not all of it is verified.");
            BundleOutput[] bundled = [.. verified.Zip(results, (file, result) => Tell(file, result, exitCode == ExitCode.Verified, parsed.GetValue(link) ? address : null))];
            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write<BundleOutput>([.. bundled]));
            else
                foreach (var one in bundled)
                    await terminal.Output.WriteAsync(TextOf(one, terminal));
            return exitCode;
        });
        return command;
    }

    private static BundleOutput Tell(VerifiedFile file, VerifyOutput result, bool isWritten, Uri? page)
    {
        if (ExitCode.Of(result) != ExitCode.Verified)
            return new BundleOutput(file.File.Path, Error: result.Error ?? VerdictText.Headline(result).Word);
        var name = Path.GetFileName(file.File.Path);
        var link = page is null ? null : new UriBuilder(page) { UserName = "", Password = "", Query = "", Fragment = $"digest={result.Algorithm}:{result.Digest}" }.Uri.ToString();
        return isWritten ? new BundleOutput(file.File.Path, name, name + Receipt.FileExtension, link) : new BundleOutput(file.File.Path);
    }

    private static Printable TextOf(BundleOutput one, Terminal terminal)
    {
        var text = new Printable();
        if (one.Error is not null)
            return text.AppendLine($"{terminal.Bad("✘ not verified")}  {one.File}  {one.Error}");
        if (one.Document is null)
            return text.AppendLine($"  verified  {one.File}");
        text.AppendLine($"{terminal.Good("✔ bundled")}  {one.Document}, {one.Receipt}");
        return one.Link is null ? text : text.AppendLine($"  {one.Link}");
    }

    private static async Task WriteAsync(string path, IReadOnlyList<VerifiedFile> verified, CancellationToken cancellationToken)
    {
        if (!path.EndsWith(ZipExtension, StringComparison.OrdinalIgnoreCase))
        {
            Directory.CreateDirectory(path);
            foreach (var (name, open) in Contents(verified))
            {
                await using var source = open();
                await using var file = LocalFile.CreateNew(Path.Combine(path, name));
                await source.CopyToAsync(file, cancellationToken);
            }

            return;
        }

        await using var output = LocalFile.CreateNew(path);
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: false, entryNameEncoding: null, cancellationToken);
        foreach (var (name, open) in Contents(verified))
        {
            await using var source = open();
            await using var entry = await zip.CreateEntry(name).OpenAsync(cancellationToken);
            await source.CopyToAsync(entry, cancellationToken);
        }
    }

    private static IEnumerable<(string Name, Func<Stream> Open)> Contents(IReadOnlyList<VerifiedFile> verified)
    {
        foreach (var file in verified)
        {
            var name = Path.GetFileName(file.File.Path);
            yield return (name, file.File.Open);
            yield return (name + Receipt.FileExtension, () => new MemoryStream(Encoding.UTF8.GetBytes(file.Answer!.Results[0].Document.Receipt)));
        }
    }
}

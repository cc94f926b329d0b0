using System.Buffers;
using System.CommandLine;
using System.Text;
using TrueCopy.Cli.Files;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy manifest FOLDER</c></summary>
internal static class ManifestCommand
{
    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Folder whose files, at any depth, are listed." };
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Where to write it; its name should end in .manifest.jsonl. Default: standard output." };
        var algorithm = SharedOptions.Algorithm("Digest to list.");
        var reference = new Option<bool>("--references") { Description = "Give each document its path within the folder as your reference, to act on it by." };
        var command = new Command("manifest", """
            Hash a folder's files into a manifest, which issues them without uploading them. Nothing leaves this machine.

            Example: truecopy manifest statements --output 2026-11.manifest.jsonl
                     truecopy issue 2026-11.manifest.jsonl --issuer demo-bank
            """)
        { folder, output, algorithm, reference };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var root = parsed.GetValue(folder)!;
            var target = parsed.GetValue(output);
            var files = Files(root, target);
            var digests = await HashAllAsync(files, SharedOptions.Resolve(parsed.GetValue(algorithm)!), terminal, cancellationToken);
            var lines = new ArrayBufferWriter<byte>();
            for (var i = 0; i < files.Length; i++)
            {
                if (!digests[i].IsOfNothing)
                    UploadLines.WriteManifestLine(lines, digests[i], parsed.GetValue(reference) ? Reference(root, files[i]) : null);
            }

            if (digests.Count(digest => digest.IsOfNothing) is > 0 and var empty)
                await terminal.Error.WriteLineAsync($"Left out: {empty} empty {(empty == 1 ? "file" : "files")}. An empty document cannot be issued.");
            if (target is null)
                await terminal.Output.WriteAsync(Printable.Json(Encoding.UTF8.GetString(lines.WrittenSpan)));
            else
                await LocalFile.WriteAsync(target, lines.WrittenMemory, cancellationToken);
            return ExitCode.Verified;
        });
        return command;
    }

    /// <summary>Hashes files side by side.</summary>
    /// <returns>One digest a file, in their order.</returns>
    internal static Task<Digest[]> HashAllAsync(IReadOnlyList<string> files, DigestAlgorithm algorithm, Terminal terminal, CancellationToken cancellationToken) =>
        terminal.WithCountAsync($"hashing {files.Count} files", files.Count, async progress =>
        {
            var digests = new Digest[files.Count];
            var done = 0L;
            var options = new ParallelOptions { CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, files.Count, options, async (i, stop) =>
            {
                await using var file = LocalFile.Open(files[i]);
                digests[i] = (await StreamDigest.ComputeAsync(file, [algorithm], progress: null, stop))[0];
                progress?.Report(Interlocked.Increment(ref done));
            });
            return digests;
        });

    private static string[] Files(string root, string? target)
    {
        try
        {
            // A manifest written into the folder that it lists does not list itself.
            var own = target is null ? null : Path.GetFullPath(target);
            string[] files = [.. FileSelection.InFolder(root).Select(file => file.Path).Where(file => Path.GetFullPath(file) != own)];
            Array.Sort(files, StringComparer.Ordinal);
            return files.Length > 0 ? files : throw new CommandException(ExitCode.Usage, $"{root} holds no files.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, $"{root} cannot be listed: {exception.Message}", exception);
        }
    }

    private static string Reference(string root, string file)
    {
        var reference = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
        return StatedText.CheckText("a reference", reference, StatedText.MaxReferenceLength) is { } rule
            ? throw new CommandException(ExitCode.Usage, $"{reference} cannot be a reference: {rule}.")
            : reference;
    }
}

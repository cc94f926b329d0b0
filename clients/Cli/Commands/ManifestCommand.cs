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
        var folder = new Argument<string>("FOLDER") { Description = "Folder whose files, at any depth, are listed, or a pattern such as 'statements/**/*.pdf'." };
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Where to write it; its name should end in .manifest.jsonl. Default: standard output." };
        var algorithm = SharedOptions.Algorithm("Digest to list.");
        var reference = new Option<bool>("--references") { Description = "Give each document its path within the folder as your reference, to act on it by." };
        var command = new Command("manifest", """
            Hash a folder's files into a manifest, which issues them without uploading them. Nothing leaves this machine.

            A file that cannot be read is told, and no manifest written.

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
                    UploadLines.WriteManifestLine(lines, digests[i], parsed.GetValue(reference) ? Reference(files[i].Name) : null);
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
    /// <exception cref="CommandException">Some cannot be read: it says which, all of them.</exception>
    internal static async Task<Digest[]> HashAllAsync(IReadOnlyList<SelectedFile> files, DigestAlgorithm algorithm, Terminal terminal, CancellationToken cancellationToken)
    {
        var hashed = await terminal.WithCountAsync($"hashing {files.Count} files", files.Count, async progress =>
        {
            var read = new List<HashedFile>(files.Count);
            await foreach (var file in HashedFiles.ReadAsync(files, algorithm, progress, cancellationToken))
                read.Add(file);
            return read;
        });
        string[] faults = [.. hashed.Select(file => file.Error).OfType<string>()];
        return faults switch
        {
            [] => [.. hashed.Select(file => file.Digest!)],
            [var only] when files.Count == 1 => throw new CommandException(ExitCode.Usage, only),
            _ => throw new CommandException(ExitCode.Usage, $"{faults.Length} of {files.Count} files cannot be read, so nothing is listed or issued:") { Details = faults },
        };
    }

    // A manifest written into the folder that it lists does not list itself.
    private static SelectedFile[] Files(string root, string? target)
    {
        var own = target is null ? null : Path.GetFullPath(target);
        return [.. FileSelection.Of([root]).Where(file => file.Fault is not null || file.Path == LocalFile.StandardInput || Path.GetFullPath(file.Path) != own)];
    }

    private static string Reference(string name) => StatedText.CheckText("a reference", name, StatedText.MaxReferenceLength) is { } rule
        ? throw new CommandException(ExitCode.Usage, $"{name} cannot be a reference: {rule}.")
        : name;
}

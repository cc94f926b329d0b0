using System.Globalization;
using TrueCopy.Cli.Files;

namespace TrueCopy.Cli.Issuing;

/// <summary>One file to be uploaded.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Its name in the container.</param>
/// <param name="Kind">What it will be taken for there.</param>
/// <param name="Length">Its bytes; null where that is not known before it is read.</param>
internal sealed record PlannedUpload(SelectedFile File, string Path, UploadKind Kind, long? Length);

/// <summary>What is to be uploaded, all of it looked at before any of it is: an issue cannot be undone, so a slip of the pen issues nothing.</summary>
internal static class IssuePlan
{
    /// <summary>From how many documents on one manifest is the better way.</summary>
    public const int WorthAManifest = 200;

    /// <summary>Makes the plan.</summary>
    /// <param name="files">The files.</param>
    /// <param name="name">The name of a single one in the container; null for its own.</param>
    /// <param name="isTyped">Whether the user says which type of document they are.</param>
    /// <exception cref="CommandException">Some cannot be issued: it says which, all of them, and why.</exception>
    public static IReadOnlyList<PlannedUpload> Of(IReadOnlyList<SelectedFile> files, string? name, bool isTyped)
    {
        var (planned, faults, takenBy) = (new List<PlannedUpload>(files.Count), new List<string>(), new Dictionary<string, SelectedFile>());
        foreach (var file in files)
        {
            var path = name ?? file.Name;
            var upload = UploadName.Of(path);
            var (length, fault) = Look(file, upload.Kind, isTyped);
            fault ??= UploadName.CheckPath(path) is { } rule ? $"{file.Path} cannot have the name {path}: {rule}."
                : upload.Kind == UploadKind.ActList && !file.IsNamed ? $"{file.Path} is a list of acts, which does what it says: name it itself if that is meant."
                : !takenBy.TryAdd(path, file) ? $"{file.Path} would take the place of {takenBy[path].Path}: both are called {path}."
                : null;
            if (fault is null)
                planned.Add(new PlannedUpload(file, path, upload.Kind, length));
            else
                faults.Add(fault);
        }

        return faults switch
        {
            [] => planned,
            [var only] when files.Count == 1 => throw new CommandException(ExitCode.Usage, only),
            _ => throw new CommandException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{faults.Count:N0} of {files.Count:N0} files cannot be issued, so nothing was uploaded:")) { Details = faults },
        };
    }

    // Standard input can be read once, and that is for the upload.
    private static (long? Length, string? Fault) Look(SelectedFile file, UploadKind kind, bool isTyped)
    {
        if (file is { Path: LocalFile.StandardInput, Fault: null })
            return (null, null);
        try
        {
            using var content = file.Open();
            if (kind == UploadKind.Document && !isTyped && file.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            {
                var beginning = new byte[LineReader.MaxLineLength];
                var read = content.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
                if (ActTable.IsOne(beginning.AsSpan(0, read)))
                    return (null, $"{file.Path} is a list of acts, to go by its first line, and would be issued as a document. To have it done: truecopy revoke --from {file.Path} (or suspend, and so on); if it is a document, say which --type.");
            }

            return (content.CanSeek ? content.Length : null, null);
        }
        catch (CommandException exception)
        {
            return (null, exception.Message);
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            return (null, LocalFile.Fault(file.Path, "read", exception).Message);
        }
    }
}

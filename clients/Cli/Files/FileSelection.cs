using System.IO.Enumeration;

namespace TrueCopy.Cli.Files;

/// <summary>A file to look at.</summary>
/// <param name="Path">Where it is; <see cref="LocalFile.StandardInput"/> for standard input.</param>
/// <param name="Name">Its path, with slashes, within the folder or pattern that was asked for; its own name where it was named itself.</param>
/// <param name="IsNamed">Whether an argument names it, rather than a folder or a pattern that it is found by.</param>
/// <param name="Fault">Why there is nothing to read, where that is known.</param>
internal sealed record SelectedFile(string Path, string Name, bool IsNamed, string? Fault = null)
{
    /// <summary>Where its receipt is kept: beside it, or under its name in <paramref name="folder"/>.</summary>
    public string ReceiptPath(string? folder) => (folder is null ? Path : System.IO.Path.Combine(folder, Name)) + Receipt.FileExtension;

    /// <summary>Opens it to be read once.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public Stream Open()
    {
        Check();
        return LocalFile.Open(Path);
    }

    /// <summary>Complains about what is known to be wrong with it.</summary>
    public void Check()
    {
        if (Fault is not null)
            throw new CommandException(ExitCode.Usage, Fault);
    }
}

/// <summary>
/// Files that arguments name: files, folders at any depth, patterns such as <c>'inbox/**/*.pdf'</c> (not every shell expands
/// them), and <c>-</c> for standard input.
/// </summary>
internal static class FileSelection
{
    private const string AnyDepth = "**";
    private static readonly char[] Wildcards = ['*', '?'];

    /// <summary>
    /// Every file, in the order of the arguments and by name within each; receipts of files are left out unless named
    /// themselves. What there is not is among them, with the reason, so that it keeps no other from being read.
    /// </summary>
    public static IReadOnlyList<SelectedFile> Of(IEnumerable<string> arguments) =>
        [.. arguments.SelectMany(Expand).DistinctBy(file => file.Path)];

    private static IReadOnlyList<SelectedFile> Expand(string argument)
    {
        if (argument == LocalFile.StandardInput || File.Exists(argument))
            return [new SelectedFile(argument, Path.GetFileName(argument), IsNamed: true)];
        try
        {
            var isPattern = !Directory.Exists(argument) && argument.IndexOfAny(Wildcards) >= 0;
            if (!isPattern && !Directory.Exists(argument))
                return [Missing(argument, argument.StartsWith('-') ? "is no option of this command, and there is no such file or folder." : "cannot be read: there is no such file or folder.")];
            var found = isPattern ? Matching(argument) : InFolder(argument);
            SelectedFile[] files = [.. found.Where(file => !file.Path.EndsWith(Receipt.FileExtension, StringComparison.Ordinal)).OrderBy(file => file.Name, StringComparer.Ordinal)];
            return files.Length > 0 ? files : [Missing(argument, isPattern ? "matches no file." : "holds no files.")];
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            var why = exception is UnauthorizedAccessException ? "access is denied, to it or to a folder in it" : FileFault.Of(exception, "");
            return [Missing(argument, $"cannot be listed: {why}.")];
        }
    }

    /// <summary>Every file in a folder. Links to folders are not followed: they may lead in a circle, or out of what was asked for.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="atAnyDepth">Whether the folders in it are looked into too.</param>
    public static IEnumerable<SelectedFile> InFolder(string folder, bool atAnyDepth = true) => new FileSystemEnumerable<SelectedFile>(
        folder,
        (ref FileSystemEntry entry) => new SelectedFile(entry.ToSpecifiedFullPath(), Path.GetRelativePath(folder, entry.ToSpecifiedFullPath()).Replace(Path.DirectorySeparatorChar, '/'), IsNamed: false),
        new EnumerationOptions { RecurseSubdirectories = atAnyDepth, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
    };

    /// <summary>Where the search for a pattern begins, and what is left of the pattern there, with slashes.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="backslashes">Whether backslashes part folders too, as on Windows.</param>
    public static (string Folder, string Pattern) Divide(string pattern, bool backslashes)
    {
        var slashed = backslashes ? pattern.Replace('\\', '/') : pattern;
        var end = slashed[..slashed.IndexOfAny(Wildcards)].LastIndexOf('/') + 1;
        return (slashed[..end], slashed[end..]);
    }

    /// <summary>Whether a name with slashes matches a pattern: <c>*</c> and <c>?</c> within a folder, <c>**</c> for folders at any depth.</summary>
    public static bool Matches(string pattern, string name) => Matches(pattern.Split('/'), name.Split('/'));

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> name)
    {
        if (pattern.IsEmpty)
            return name.IsEmpty;
        if (pattern[0] != AnyDepth)
            return !name.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], name[0], OperatingSystem.IsWindows()) && Matches(pattern[1..], name[1..]);
        for (var skipped = 0; skipped <= name.Length; skipped++)
        {
            if (Matches(pattern[1..], name[skipped..]))
                return true;
        }

        return false;
    }

    private static IEnumerable<SelectedFile> Matching(string pattern)
    {
        var (folder, rest) = Divide(pattern, Path.DirectorySeparatorChar == '\\');
        var from = folder.Length == 0 ? "." : folder;
        return Directory.Exists(from)
            ? InFolder(from, rest.Contains('/') || rest == AnyDepth).Where(file => Matches(rest, file.Name)).Select(file => file with { Path = folder + file.Name })
            : [];
    }

    private static SelectedFile Missing(string argument, string why) =>
        new(argument, argument, IsNamed: true, $"{(argument.Length == 0 ? "\"\"" : argument)} {why}");
}

using System.IO.Enumeration;
using Microsoft.Extensions.FileSystemGlobbing;

namespace TrueCopy.Cli.Files;

/// <summary>A file to look at.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">Its path within the folder or pattern that was asked for; its own name where it was named itself.</param>
internal sealed record SelectedFile(string Path, string Name)
{
    /// <summary>Where its receipt is kept: beside it, or under its name in <paramref name="folder"/>.</summary>
    public string ReceiptPath(string? folder) => (folder is null ? Path : System.IO.Path.Combine(folder, Name)) + Receipt.FileExtension;
}

/// <summary>Files that arguments name: files, folders at any depth, and patterns such as <c>'inbox/**/*.pdf'</c>.</summary>
internal static class FileSelection
{
    private static readonly char[] Wildcards = ['*', '?'];

    /// <summary>Every file, in the order of the arguments and by name within each; receipts of files are left out unless named themselves.</summary>
    public static IReadOnlyList<SelectedFile> Of(IEnumerable<string> arguments) =>
        [.. arguments.SelectMany(Expand).DistinctBy(file => file.Path)];

    /// <summary>Whether an argument may stand for several files.</summary>
    public static bool MayBeMany(string argument) => Directory.Exists(argument) || (!File.Exists(argument) && argument.IndexOfAny(Wildcards) >= 0);

    private static IReadOnlyList<SelectedFile> Expand(string argument)
    {
        if (File.Exists(argument))
            return [new SelectedFile(argument, Path.GetFileName(argument))];
        try
        {
            var found = Directory.Exists(argument) ? InFolder(argument)
                : argument.IndexOfAny(Wildcards) >= 0 ? Matching(argument)
                : throw new CommandException(ExitCode.Usage, $"{argument} cannot be read: there is no such file or folder.");
            SelectedFile[] files = [.. found.Where(file => !file.Path.EndsWith(Receipt.FileExtension, StringComparison.Ordinal)).OrderBy(file => file.Name, StringComparer.Ordinal)];
            return files.Length > 0 ? files : throw new CommandException(ExitCode.Usage, $"{argument} holds no files.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{argument} cannot be listed: {exception.Message}", exception);
        }
    }

    /// <summary>Every file in a folder, at any depth. Links to folders are not followed: they may lead in a circle, or out of what was asked for.</summary>
    public static IEnumerable<SelectedFile> InFolder(string folder) => new FileSystemEnumerable<SelectedFile>(
        folder,
        (ref FileSystemEntry entry) => new SelectedFile(entry.ToSpecifiedFullPath(), Path.GetRelativePath(folder, entry.ToSpecifiedFullPath())),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
    };

    private static IEnumerable<SelectedFile> Matching(string pattern)
    {
        var fixedPart = pattern[..(pattern[..pattern.IndexOfAny(Wildcards)].LastIndexOf('/') + 1)];
        var folder = fixedPart.Length == 0 ? "." : fixedPart;
        var rest = pattern[fixedPart.Length..];
        if (!Directory.Exists(folder))
            return [];
        var matcher = new Matcher(StringComparison.Ordinal).AddInclude(rest);
        return matcher.Execute(new Microsoft.Extensions.FileSystemGlobbing.Abstractions.DirectoryInfoWrapper(new DirectoryInfo(folder))).Files
            .Select(match => new SelectedFile(fixedPart + match.Path, match.Path));
    }
}

namespace TrueCopy.Infra.Tests.Cli;

/// <summary>The infrastructure's sources, and copies of them that a test may write to.</summary>
internal sealed class InfraFolder : IDisposable
{
    public static readonly InfraFolder Original = new(RepositoryFolder.At("infra"));

    private InfraFolder(string path) => Path = path;

    public string Path { get; }

    public string[] Sources =>
        [.. new[] { "*.bicep", "*.bicepparam" }
            .SelectMany(pattern => Directory.EnumerateFiles(Path, pattern, SearchOption.AllDirectories))
            .Select(file => System.IO.Path.GetRelativePath(Path, file))
            .Order(StringComparer.Ordinal)];

    public static InfraFolder Copy()
    {
        var copy = new InfraFolder(Directory.CreateTempSubdirectory("truecopy-infra-").FullName);
        foreach (var source in Original.Sources.Append("bicepconfig.json").Append("modules/workbook.json"))
        {
            var target = copy.File(source);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            System.IO.File.Copy(Original.File(source), target);
        }

        return copy;
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Read(string name) => System.IO.File.ReadAllText(File(name));

    public void Write(string name, string text) => System.IO.File.WriteAllText(File(name), text);

    public void Dispose()
    {
        if (this != Original)
            Directory.Delete(Path, recursive: true);
    }
}

namespace TrueCopy.Testing;

/// <summary>The folder that holds the solution, for tests that hold its documents and projects to its code.</summary>
public static class RepositoryFolder
{
    /// <summary>Where it is.</summary>
    public static string Path { get; } = Find();

    /// <summary>A file or folder in it.</summary>
    public static string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Serverless.sln")))
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Tests run from their repository.");
        return folder;
    }
}

namespace TrueCopy.Testing;

/// <summary>A folder that goes with its test.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("truecopy-").FullName;

    /// <summary>A file with this text as its content and its name.</summary>
    public string File(string content) => File(content, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>A file, of which the path is given back.</summary>
    public string File(string name, byte[] content)
    {
        var path = At(name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>The path of what is called so in it.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

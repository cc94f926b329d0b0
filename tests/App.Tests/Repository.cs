using System.Text.Json;

namespace TrueCopy.App.Tests;

/// <summary>Files of the repository that name what the code names too.</summary>
internal static class Repository
{
    public static string PathOf(string path) => RepositoryFolder.At(path);

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    public static JsonElement ReadJson(string path) => JsonSerializer.Deserialize<JsonElement>(Read(path));
}

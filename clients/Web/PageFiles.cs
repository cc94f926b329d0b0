using System.Collections.Frozen;
using System.IO.Compression;

namespace TrueCopy.Web;

/// <summary>One file of the page.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Compressed">The same in gzip.</param>
/// <param name="MediaType">With the charset where it is text.</param>
/// <param name="IsImmutable">Whether its name changes with its content, so that it may be kept for ever.</param>
/// <param name="MayServePage">Whether browsers may have it serve the page when there is no network: it is the service worker.</param>
public sealed record PageFile(ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Compressed, string MediaType, bool IsImmutable, bool MayServePage);

/// <summary>The built page: <c>index.html</c>, the description of the API, and what both load from <c>/assets/</c>.</summary>
public static class PageFiles
{
    private const string Prefix = "page/";
    private const string AssetsFolder = "assets/";
    private const string ServiceWorker = AssetsFolder + "offline.js";

    /// <summary>The page itself.</summary>
    public static PageFile Index { get; } = Read("index.html");

    /// <summary>What it loads, by name below <c>/assets/</c>.</summary>
    public static IReadOnlyDictionary<string, PageFile> Assets { get; } = typeof(PageFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix + AssetsFolder, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..])
        .ToFrozenDictionary(name => name[AssetsFolder.Length..], Read, StringComparer.Ordinal);

    /// <summary>The description of the API, to be read. Read when first asked for: most never ask.</summary>
    public static PageFile Reference => ReferencePage.File;

    private static PageFile Read(string path)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream(Prefix + path)
            ?? throw new InvalidOperationException($"{path} is not embedded.");
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return new PageFile(content, Compress(content), MediaTypeOf(path), IsHashed(path), path == ServiceWorker);
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return compressed.ToArray();
    }

    // Vite writes <name>-<hash>.<extension>; receipt.js keeps its name so that others can import it, offline.js so that browsers find a newer one.
    private static bool IsHashed(string path) => path.StartsWith(AssetsFolder, StringComparison.Ordinal) && path.Contains('-', StringComparison.Ordinal);

    private static string MediaTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The page has no files of type {other}."),
    };

    private static class ReferencePage
    {
        public static readonly PageFile File = Read("docs.html");
    }
}

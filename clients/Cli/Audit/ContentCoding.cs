using System.IO.Compression;

namespace TrueCopy.Cli.Audit;

/// <summary>Content codings of HTTP (RFC 9110, section 8.4.1): logs may send bundles as gzip without being asked (tlog-tiles).</summary>
internal static class ContentCoding
{
    /// <summary>What is asked for.</summary>
    public const string Accepted = "gzip, br, deflate, identity";

    /// <summary>The content behind its coding; whoever reads it has to mind its length, of which the coding says nothing.</summary>
    /// <exception cref="LogFormatException">It is coded in another way, or more than once.</exception>
    public static Stream Decode(Stream coded, ICollection<string> codings) => codings.Count == 0 ? coded
        : codings.Count > 1 ? throw new LogFormatException("the answer is coded more than once")
        : codings.Single().ToLowerInvariant() switch
        {
            "identity" => coded,
            "gzip" or "x-gzip" => new GZipStream(coded, CompressionMode.Decompress),
            "deflate" => new ZLibStream(coded, CompressionMode.Decompress),
            "br" => new BrotliStream(coded, CompressionMode.Decompress),
            _ => throw new LogFormatException("the answer has a content coding that was not asked for"),
        };
}

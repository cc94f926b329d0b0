using System.IO.Compression;

namespace TrueCopy.Api.Tests;

/// <summary>Content codings as a client knows them.</summary>
internal static class ContentCodings
{
    /// <summary>What was sent in a coding; null for none.</summary>
    public static byte[] Decode(byte[] sent, string? coding)
    {
        using var decoded = new MemoryStream();
        using Stream decoder = coding switch
        {
            null => new MemoryStream(sent),
            "br" => new BrotliStream(new MemoryStream(sent), CompressionMode.Decompress),
            "gzip" => new GZipStream(new MemoryStream(sent), CompressionMode.Decompress),
            _ => throw new NotSupportedException(coding),
        };
        decoder.CopyTo(decoded);
        return decoded.ToArray();
    }
}

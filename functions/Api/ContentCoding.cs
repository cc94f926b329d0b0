using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace TrueCopy.Api;

/// <summary>Content codings (RFC 9110, section 8.4.1): what a client takes, and how it is made.</summary>
internal static class ContentCoding
{
    /// <summary>Brotli (RFC 7932).</summary>
    public const string Brotli = "br";

    /// <summary>Gzip (RFC 1952).</summary>
    public const string Gzip = "gzip";

    /// <summary>The first of <paramref name="offered"/> that the client takes; null for none.</summary>
    public static string? Choose(HttpRequest request, params ReadOnlySpan<string> offered)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted))
            return null;
        foreach (var coding in offered)
        {
            // What is named goes before what the star says of the rest.
            var stated = accepted.FirstOrDefault(item => item.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)) ?? accepted.FirstOrDefault(item => item.Value == "*");
            if (stated is not null && stated.Quality is null or > 0)
                return coding;
        }

        return null;
    }

    /// <summary>The same content in each coding, made when it is first asked for.</summary>
    /// <param name="plain">In none.</param>
    internal sealed class Body(ReadOnlyMemory<byte> plain)
    {
        private readonly Lazy<ReadOnlyMemory<byte>> _brotli = new(() => Compress(plain.Span, Brotli));
        private readonly Lazy<ReadOnlyMemory<byte>> _gzip = new(() => Compress(plain.Span, Gzip));

        /// <summary>The content in a coding; null for none.</summary>
        public ReadOnlyMemory<byte> In(string? coding) => coding switch { Brotli => _brotli.Value, Gzip => _gzip.Value, _ => plain };
    }

    /// <summary>Says that the answer depends on what the client takes, and which coding it has.</summary>
    public static void Set(HttpResponse response, string? coding)
    {
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.ContentEncoding = coding ?? StringValues.Empty;
    }

    // As well as a moment allows: it is done again for each state of the log.
    private static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> body, string coding)
    {
        using var compressed = new MemoryStream();
        using (Stream compressor = coding == Brotli ? new BrotliStream(compressed, CompressionLevel.Optimal) : new GZipStream(compressed, CompressionLevel.Optimal))
            compressor.Write(body);
        return compressed.ToArray();
    }
}

using System.Buffers;
using System.IO.Compression;

namespace TrueCopy.Client;

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

    /// <summary>A response's decoded content, read to its end.</summary>
    /// <param name="response">The response.</param>
    /// <param name="maxLength">The most bytes that it may have.</param>
    /// <param name="isAsked">Whether a coding was asked for; if not, content that has one is not what was asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogFormatException">It is longer than <paramref name="maxLength"/>, or not in the coding that it names, or in one that nobody asked for.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int maxLength, bool isAsked, CancellationToken cancellationToken)
    {
        var coded = response.Content;
        if (!isAsked && coded.Headers.ContentEncoding.Count > 0)
            throw new LogFormatException("the answer has a content coding that was not asked for");
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(coded.Headers.ContentLength ?? 4096, 1, maxLength));
        await using var stream = Decode(await coded.ReadAsStreamAsync(cancellationToken), coded.Headers.ContentEncoding);
        try
        {
            while (await stream.ReadAsync(body.GetMemory(4096), cancellationToken) is > 0 and var read)
            {
                body.Advance(read);
                if (body.WrittenCount > maxLength)
                    throw new LogFormatException($"the answer is longer than the {maxLength} bytes that it may have");
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            // The one from gzip and deflate, the other from brotli.
            throw new LogFormatException("the answer is not in the content coding that it names", exception);
        }

        return body.WrittenMemory;
    }
}

using System.Net;
using System.Net.Http.Headers;

namespace TrueCopy.Ledger.Witnessing;

/// <summary>An answer to <c>add-checkpoint</c> as it came over HTTP; nothing is said of what is in it.</summary>
/// <param name="Status">The status.</param>
/// <param name="MediaType">The media type; null where none was told.</param>
/// <param name="Body">The body.</param>
public readonly record struct WitnessResponse(HttpStatusCode Status, string? MediaType, ReadOnlyMemory<byte> Body);

/// <summary>Sends checkpoints to witnesses (C2SP tlog-witness). Follows no redirect, keeps no cookie, and reads no more than an answer may hold.</summary>
public sealed class WitnessClient : IDisposable
{
    /// <summary>The longest answer, in bytes: twenty lines of ML-DSA-44.</summary>
    public const int MaxAnswerLength = 64 * 1024;

    private readonly HttpClient _http;

    /// <summary>A way to witnesses.</summary>
    /// <param name="network">How to reach them; not disposed. Null for a way of its own.</param>
    public WitnessClient(HttpMessageHandler? network = null)
    {
        // Connections end now and then, so that a witness that moved is found again. Who asks sets the limits of time.
        _http = new HttpClient(
            network ?? new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                MaxResponseHeadersLength = 16,
            },
            disposeHandler: network is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("TrueCopy", null));
    }

    /// <summary>Posts a request.</summary>
    /// <param name="prefix">The witness's submission prefix.</param>
    /// <param name="request">What <see cref="AddCheckpointRequest.Encode"/> wrote.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    /// <exception cref="LogFormatException">It answers with more than <see cref="MaxAnswerLength"/> bytes.</exception>
    public async Task<WitnessResponse> PostAsync(Uri prefix, byte[] request, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
        using var message = new HttpRequestMessage(HttpMethod.Post, $"{prefix.AbsoluteUri.TrimEnd('/')}/{AddCheckpointRequest.Path}") { Content = content };
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);

        // One byte more than is taken is enough to know; a length that the other side states is not trusted.
        var buffer = new byte[MaxAnswerLength + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxAnswerLength
            ? new WitnessResponse(response.StatusCode, response.Content.Headers.ContentType?.MediaType, buffer.AsMemory(0, length))
            : throw new LogFormatException($"witness: the answer is longer than {MaxAnswerLength} bytes");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

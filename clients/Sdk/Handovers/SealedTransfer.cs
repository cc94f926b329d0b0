using System.Net;
using System.Net.Http.Headers;

namespace TrueCopy.Client.Handovers;

/// <summary>
/// Carries sealed packages to storage and from there, in constant memory. The addresses are secrets of their own, so no message holds
/// one. What stops moving is given up.
/// </summary>
internal sealed class SealedTransfer(HttpClient http, Uri service, TimeSpan patience, TimeProvider time)
{
    private const int BlockLength = 128 * 1024;

    /// <summary>Puts a package where the service said.</summary>
    /// <returns>The storage's answer.</returns>
    /// <exception cref="NoAnswerException">Storage cannot be reached, or stopped answering.</exception>
    public Task<HttpStatusCode> PutAsync(string address, Stream package, IProgress<long>? progress, CancellationToken cancellationToken) => GuardAsync(async (alive, stop) =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Checked(address))
        {
            Content = new StreamContent(new Watched(package, alive, progress), BlockLength),
            Headers = { { "x-ms-blob-type", "BlockBlob" } },
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.ContentLength = package.Length;
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        return response.StatusCode;
    }, cancellationToken);

    /// <summary>Gets a package from where the service said.</summary>
    /// <param name="address">Where.</param>
    /// <param name="length">How long it has to be.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="progress">Told the number of bytes so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NoAnswerException">Storage cannot be reached, stopped, or has something of another length.</exception>
    public Task GetAsync(string address, long length, Stream destination, IProgress<long>? progress, CancellationToken cancellationToken) => GuardAsync(async (alive, stop) =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Checked(address));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
            throw NoAnswer($"storage does not hand out the package (HTTP status {(int)response.StatusCode})", response.StatusCode);
        await using var content = new Watched(await response.Content.ReadAsStreamAsync(stop), alive, progress);
        var block = new byte[BlockLength];
        var left = length;
        while (await content.ReadAsync(block, stop) is > 0 and var read)
        {
            if ((left -= read) < 0)
                break;
            await destination.WriteAsync(block.AsMemory(0, read), stop);
        }

        return left == 0 ? response.StatusCode : throw NoAnswer("what storage handed out is not as long as the package is");
    }, cancellationToken);

    // Over TLS, but on this machine.
    private Uri Checked(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && service.IsLoopback))
            ? uri
            : throw NoAnswer("it names no address of storage to which a package may go");

    private async Task<HttpStatusCode> GuardAsync(Func<Action, CancellationToken, Task<HttpStatusCode>> transfer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await transfer(() => limit.CancelAfter(patience), either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer("the package stopped moving", cause: exception, tookTooLong: true);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException { InnerException: not null } or HttpIOException)
        {
            throw NoAnswer("the connection to storage broke off", cause: exception);
        }
    }

    private NoAnswerException NoAnswer(string why, HttpStatusCode? status = null, Exception? cause = null, bool tookTooLong = false) =>
        new($"{service}: {why}.", unreachable: false, status, cause, tookTooLong);

    /// <summary>Tells that something moves.</summary>
    private sealed class Watched(Stream inner, Action alive, IProgress<long>? progress) : Stream
    {
        private long _moved;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read)
        {
            alive();
            progress?.Report(_moved += read);
            return read;
        }
    }
}

using System.Buffers;
using System.Net;
using System.Text.Json;
using TrueCopy.Client;

namespace TrueCopy.Cli.Audit;

/// <summary>
/// A log over HTTP. Transient failures are tried again, later each time; what is longer than it may be is not read to
/// the end; a log that does not answer at all is a <see cref="CommandException"/> with exit code 3.
/// </summary>
/// <param name="prefix">Address under which <c>checkpoint</c> and <c>tile/</c> are.</param>
/// <param name="network">How to get there.</param>
/// <param name="time">Waits between attempts, and the limit of each.</param>
internal sealed class HttpLog(Uri prefix, HttpMessageHandler network, TimeProvider time) : IPublicLog, IDisposable
{
    private const int Attempts = 5;
    private const int MaxBundleLength = TileId.FullWidth * (sizeof(ushort) + EntryBundle.MaxEntryLength);

    // JSON writes a line break of a receipt in two characters, and the keys themselves are few.
    private const int MaxKeysLength = 2 * KeyChain.MaxLength;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(network, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
    private long _resources;
    private long _bytes;

    /// <summary>How many resources were fetched.</summary>
    public long Resources => Interlocked.Read(ref _resources);

    /// <summary>How many bytes they had.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What the service says of the log's keys, where the log is a service's: <c>v1/keys</c> beside it.</summary>
    /// <returns>Nothing of it proven yet; null where there is none.</returns>
    /// <exception cref="LogFormatException">It is malformed.</exception>
    public async Task<KeyChain?> FindKeyChainAsync(CancellationToken cancellationToken)
    {
        if (await FetchAsync("../v1/keys", MaxKeysLength, cancellationToken) is not { } json)
            return null;
        try
        {
            return KeyChain.Read(ForeignJson.Read(json.Span, AnswerJson.Instance.KeysDocument));
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("what is served as the log's keys is not that", exception);
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        await FetchAsync("checkpoint", SignedNote.MaxLength, cancellationToken)
            ?? throw new LogFormatException("there is no checkpoint");

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken)
    {
        if (await FetchAsync(tile.ToPath(), MaxLength(tile), cancellationToken) is { } found)
            return found;

        // A partial tile may be gone once the full one is there (tlog-tiles, "Partial Tiles").
        var full = tile with { Width = TileId.FullWidth };
        return tile.IsPartial && await FetchAsync(full.ToPath(), MaxLength(full), cancellationToken) is { } whole
            ? Beginning(whole, tile)
            : throw new TileNotFoundException(tile);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static int MaxLength(TileId tile) => tile.IsEntries ? MaxBundleLength : TileId.FullWidth * TransparencyLog.Merkle.MerkleHash.Size;

    private static ReadOnlyMemory<byte> Beginning(ReadOnlyMemory<byte> full, TileId partial) => partial.IsEntries
        ? full[..EntryBundle.Parse(full, TileId.FullWidth).Take(partial.Width).Sum(entry => sizeof(ushort) + entry.Length)]
        : full.Length == TileId.FullWidth * TransparencyLog.Merkle.MerkleHash.Size
            ? full[..(partial.Width * TransparencyLog.Merkle.MerkleHash.Size)]
            : throw new LogFormatException("the full tile in its place does not have 256 hashes");

    private async Task<ReadOnlyMemory<byte>?> FetchAsync(string path, int maxLength, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            TimeSpan? retryAfter = null;
            string trouble;
            Exception? cause = null;
            try
            {
                var address = new Uri(new Uri($"{prefix.ToString().TrimEnd('/')}/"), path);
                using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept-Encoding", ContentCoding.Accepted } } };
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
                if (Redirect.Of(response, address) is { } redirect)
                    throw NoAnswer(path, redirect, null);
                if (response.StatusCode == HttpStatusCode.OK)
                    return Count(await ReadBodyAsync(response, maxLength, stop.Token));
                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                    return null;
                if ((int)response.StatusCode is not (408 or 429 or >= 500))
                    throw NoAnswer(path, $"HTTP status {(int)response.StatusCode}", null);
                trouble = $"HTTP status {(int)response.StatusCode}";
                retryAfter = response.Headers.RetryAfter?.Delta;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                (trouble, cause) = (exception.Message, exception);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                (trouble, cause) = ("it took too long", exception);
            }

            if (attempt == Attempts)
                throw NoAnswer(path, trouble, cause);
            await Task.Delay(WaitBefore(attempt, retryAfter), time, cancellationToken);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, int maxLength, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(response.Content.Headers.ContentLength ?? 4096, 1, maxLength));
        await using var stream = ContentCoding.Decode(await response.Content.ReadAsStreamAsync(cancellationToken), response.Content.Headers.ContentEncoding);
        try
        {
            while (await stream.ReadAsync(body.GetMemory(4096), cancellationToken) is > 0 and var read)
            {
                body.Advance(read);
                if (body.WrittenCount > maxLength)
                    throw new LogFormatException($"the answer is longer than the {maxLength} bytes that it may have");
            }

            return body.WrittenMemory;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            // The one from gzip and deflate, the other from brotli.
            throw new LogFormatException("the answer is not in the content coding that it names", exception);
        }
    }

    private ReadOnlyMemory<byte> Count(ReadOnlyMemory<byte> body)
    {
        Interlocked.Increment(ref _resources);
        Interlocked.Add(ref _bytes, body.Length);
        return body;
    }

    // Doubled each time, with up to half as much again by chance, so that many fetches do not come back at once.
    private static TimeSpan WaitBefore(int attempt, TimeSpan? asked)
    {
        var wait = asked ?? TimeSpan.FromMilliseconds(250 * (1 << (attempt - 1)) * (1 + (Random.Shared.NextDouble() / 2)));
        return wait < LongestWait ? wait : LongestWait;
    }

    private CommandException NoAnswer(string path, string why, Exception? cause) =>
        new(ExitCode.NoAnswer, $"The log at {prefix} did not answer for {path}: {why}. What was audited so far is kept; run it again to go on.", cause);
}

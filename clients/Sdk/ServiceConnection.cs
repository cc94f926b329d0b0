using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Client;

/// <summary>HTTP to one service: every failure becomes a <see cref="NoAnswerException"/>.</summary>
internal sealed class ServiceConnection : IDisposable
{
    private const int MaxAnswerLength = 64 * 1024 * 1024;
    private readonly TrueCopyClientOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Resilience _resilience;
    private readonly Patience _patience;
    private long _sent;

    /// <param name="options">Which service.</param>
    /// <param name="network">How to reach it; not disposed. Null for a way of its own.</param>
    /// <param name="time">For waits and time limits.</param>
    /// <param name="isPersistent">Whether whatever may be over in a while is waited out.</param>
    public ServiceConnection(TrueCopyClientOptions options, HttpMessageHandler? network, TimeProvider time, bool isPersistent = false)
    {
        _options = options;
        _time = time;
        Service = new UriBuilder(options.Service) { UserName = "", Password = "", Query = "" }.Uri;
        _resilience = new Resilience(options, isPersistent, time);
        _patience = new Patience(options.WaitLimit, time);

        // Connections end now and then, so that a service that moved is found again.
        _http = new HttpClient(network ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false }, disposeHandler: network is null)
        {
            BaseAddress = new Uri(options.Service.ToString().TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The service as messages and traces name it: without a user, a password or a query, which may be secrets.</summary>
    public Uri Service { get; }

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The same way to the network, for what does not go to the service itself.</summary>
    public HttpClient Http => _http;

    public Task<T> GetAsync<T>(string operation, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken, string? accessToken = null)
        where T : class => SendAsync(operation, () => SignedIn(new HttpRequestMessage(HttpMethod.Get, path), accessToken), json => ForeignJson.Read(json, type), cancellationToken);

    public Task<T> PostAsync<T>(string operation, string path, byte[] content, Func<ReadOnlySpan<byte>, T> read, CancellationToken cancellationToken)
        where T : class => SendAsync(operation, () => Post(path, content, "application/json"), read, cancellationToken);

    /// <summary>Has something done.</summary>
    /// <returns>Null where it was taken in, and takes longer.</returns>
    public async Task<T?> PostForLaterAsync<T>(string operation, string path, byte[] content, JsonTypeInfo<T> type, string? accessToken, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var answer = await SendAsync(operation, () => SignedIn(Post(path, content, "application/json"), accessToken), MaxAnswerLength, cancellationToken);
            return answer.Status == HttpStatusCode.Accepted ? null : Read(answer, json => ForeignJson.Read(json, type));
        }
        catch (LogFormatException exception)
        {
            throw NoAnswer(exception.Message, exception);
        }
    }

    /// <summary>An answer that is long and packs well: in any content coding.</summary>
    public async Task<T> GetCodedAsync<T>(string operation, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => await SendAsync(operation, () => Coded(path), json => ForeignJson.Read(json, type), cancellationToken);

    /// <summary>Sends text and gets text.</summary>
    /// <exception cref="LogFormatException">The answer is longer than it may be.</exception>
    public async Task<ReadOnlyMemory<byte>> PostTextAsync(string operation, string path, ReadOnlyMemory<byte> text, int maxLength, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(operation, () => Post(path, text, "text/plain"), maxLength, cancellationToken);
        return answer.Status == HttpStatusCode.OK ? answer.Body : throw NoAnswer(Explain(answer), status: answer.Status);
    }

    /// <summary>A resource of the log, in any content coding (tlog-tiles lets logs send bundles as gzip without being asked).</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="LogFormatException">It is longer than it may be, or not in the coding that it names.</exception>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(string operation, string path, int maxLength, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(operation, () => Coded(path), maxLength, cancellationToken);
        return answer.Status switch
        {
            HttpStatusCode.OK => answer.Body,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => (ReadOnlyMemory<byte>?)null,
            _ => throw NoAnswer($"{Explain(answer)}, for {path}", status: answer.Status),
        };
    }

    public NoAnswerException NoAnswer(string why, Exception? exception = null, HttpStatusCode? status = null, bool tookTooLong = false, ProblemDocument? problem = null) =>
        new(UnseenCharacters.MakeVisible($"{Service} did not answer the question: {why}"), unreachable: false, status, exception, tookTooLong) { Problem = problem };

    public void Dispose() => _http.Dispose();

    private Uri Address(Func<HttpRequestMessage> question)
    {
        using var request = question();
        return new Uri(_http.BaseAddress!, request.RequestUri!);
    }

    private static HttpRequestMessage Coded(string path) => new(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", ContentCoding.Accepted } } };

    private static HttpRequestMessage Post(string path, ReadOnlyMemory<byte> body, string mediaType) => new(HttpMethod.Post, path)
    {
        Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
    };

    private static HttpRequestMessage SignedIn(HttpRequestMessage request, string? accessToken)
    {
        if (accessToken is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return request;
    }

    private T Read<T>(Answered answer, Func<ReadOnlySpan<byte>, T> read)
        where T : class
    {
        try
        {
            return (int)answer.Status is >= 200 and < 300
                ? read(answer.Body.Span)
                : throw NoAnswer(Explain(answer), status: answer.Status, problem: ProblemOf(answer));
        }
        catch (JsonException exception)
        {
            throw NoAnswer("what it sent is not a TrueCopy answer", exception);
        }
    }

    private async Task<T> SendAsync<T>(string operation, Func<HttpRequestMessage> question, Func<ReadOnlySpan<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return Read(await SendAsync(operation, question, MaxAnswerLength, cancellationToken), read);
        }
        catch (LogFormatException exception)
        {
            throw NoAnswer(exception.Message, exception);
        }
    }

    private async Task<Answered> SendAsync(string operation, Func<HttpRequestMessage> question, int maxLength, CancellationToken cancellationToken)
    {
        using var activity = ClientTelemetry.Start($"truecopy.{operation}", Service);
        var began = _time.GetTimestamp();
        string? error = null;
        try
        {
            var (response, body) = await AskAsync(operation, question, maxLength, cancellationToken);
            using var _ = response;
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            if (Redirect.Of(response, Address(question)) is { } redirect)
                throw NoAnswer(redirect, status: response.StatusCode);
            return new Answered(response.StatusCode, response.Content.Headers.ContentType?.MediaType, body);
        }
        catch (Exception exception)
        {
            error = exception.GetType().Name;
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            ClientTelemetry.Took(_time.GetElapsedTime(began), operation, error);
        }
    }

    private async Task<(HttpResponseMessage Response, ReadOnlyMemory<byte> Body)> AskAsync(string operation, Func<HttpRequestMessage> question, int maxLength, CancellationToken cancellationToken)
    {
        using var patience = _patience.Begin(cancellationToken);
        try
        {
            ReadOnlyMemory<byte> body = default;
            var last = await _resilience.ExecuteAsync(
                async stop =>
                {
                    using var request = question();
                    Interlocked.Increment(ref _sent);
                    ClientTelemetry.Sent(operation);
                    var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
                    try
                    {
                        body = await ContentCoding.ReadAsync(response, maxLength, request.Headers.AcceptEncoding.Count > 0, stop);
                        return response;
                    }
                    catch
                    {
                        response.Dispose();
                        throw;
                    }
                },
                patience.Token);
            return (last, body);
        }
        catch (OperationCanceledException exception) when (patience.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer($"it took too long: with all that was asked before, more than {_options.WaitLimit.TotalSeconds:0.#} s.", exception, tookTooLong: true);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new NoAnswerException($"{Service} cannot be reached.", unreachable: true, innerException: exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw NoAnswer(Words((exception as HttpRequestException)?.HttpRequestError), exception);
        }
        catch (TimeoutException exception)
        {
            throw NoAnswer("it took too long.", exception, tookTooLong: true);
        }
    }

    // What the runtime says of it is for neither users nor other languages.
    private static string Words(HttpRequestError? error) => error switch
    {
        HttpRequestError.SecureConnectionError => "no secure connection: its certificate is not trusted here, or nothing there speaks TLS.",
        HttpRequestError.ProxyTunnelError => "the proxy does not lead to it.",
        HttpRequestError.UserAuthenticationError => "the proxy or the service wants another sign-in.",
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError => "what it sent is not HTTP.",
        HttpRequestError.ConfigurationLimitExceeded => "its answer is longer than one may be.",
        _ => "the connection broke off.",
    };

    private static string Explain(Answered answer) => answer.MediaType != ProblemDocument.MediaType ? $"HTTP status {(int)answer.Status}"
        : ProblemOf(answer) is { } problem ? $"{problem.Title}. {problem.Detail}"
        : $"HTTP status {(int)answer.Status}, with a description that cannot be read";

    private static ProblemDocument? ProblemOf(Answered answer)
    {
        try
        {
            return answer.MediaType == ProblemDocument.MediaType ? ForeignJson.Read(answer.Body.Span, DocumentJson.Instance.ProblemDocument) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Answered(HttpStatusCode Status, string? MediaType, ReadOnlyMemory<byte> Body);
}

/// <summary>The service gave no answer. This says nothing about any document.</summary>
public sealed class NoAnswerException(string message, bool unreachable = false, HttpStatusCode? status = null, Exception? innerException = null, bool tookTooLong = false)
    : Exception(message, innerException)
{
    /// <summary>Whether no connection could be made at all.</summary>
    public bool Unreachable { get; } = unreachable;

    /// <summary>Whether it would have taken longer than the client waits.</summary>
    public bool TookTooLong { get; } = tookTooLong;

    /// <summary>The HTTP status that came instead of an answer, if one did.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>The service's own words for why, where it gave any.</summary>
    public ProblemDocument? Problem { get; init; }
}

/// <summary>
/// Redirects are not followed: whoever is asked answers, or there is no answer, and nobody else learns what was asked.
/// For all who ask a service or a log over HTTP.
/// </summary>
public static class Redirect
{
    private const int LongestTarget = 300;

    /// <summary>Says where a response leads, if it leads anywhere else than where it was asked for.</summary>
    /// <param name="response">The response.</param>
    /// <param name="asked">The address that was asked.</param>
    /// <returns>Why it is no answer; null if it is no redirect.</returns>
    public static string? Of(HttpResponseMessage response, Uri asked)
    {
        if ((int)response.StatusCode is >= 300 and <= 399 and not 304)
            return Words(TargetOf(response.Headers), (int)response.StatusCode);

        // A network that the caller gave may have followed one.
        return response.RequestMessage?.RequestUri is { } answered && answered != asked ? Words(answered.ToString(), null) : null;
    }

    private static string Words(string target, int? status) =>
        $"it redirects to {(target.Length == 0 ? "nowhere" : target)}{(status is null ? "" : $" (HTTP status {status})")}, and redirects are not followed. If that is the service, give its address";

    // As it was sent: it may be no address at all.
    private static string TargetOf(HttpResponseHeaders headers)
    {
        var target = headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : "";
        return target.Length <= LongestTarget ? target : $"{target.AsSpan(0, LongestTarget)}…";
    }
}

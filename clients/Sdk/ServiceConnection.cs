using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Timeout;

namespace TrueCopy.Client;

/// <summary>HTTP to one service: every failure becomes a <see cref="NoAnswerException"/>.</summary>
internal sealed class ServiceConnection : IDisposable
{
    private const int MaxAnswerLength = 64 * 1024 * 1024;
    private readonly TrueCopyClientOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _resilience;
    private readonly Patience _patience;
    private long _sent;

    /// <param name="options">Which service.</param>
    /// <param name="network">How to reach it; not disposed. Null for a way of its own.</param>
    /// <param name="time">For waits and time limits.</param>
    public ServiceConnection(TrueCopyClientOptions options, HttpMessageHandler? network, TimeProvider time)
    {
        _options = options;
        _time = time;
        _resilience = Resilience.Build(options, time);
        _patience = new Patience(options.WaitLimit, time);

        // Connections end now and then, so that a service that moved is found again.
        _http = new HttpClient(network ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false }, disposeHandler: network is null)
        {
            BaseAddress = new Uri(options.Service.ToString().TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerLength,
        };
    }

    public Uri Service => _options.Service;

    public long Sent => Interlocked.Read(ref _sent);

    public Task<T> GetAsync<T>(string operation, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => SendAsync(operation, () => new HttpRequestMessage(HttpMethod.Get, path), body => Read(body, type), cancellationToken);

    public Task<byte[]> GetBytesAsync(string operation, string path, CancellationToken cancellationToken) =>
        SendAsync(operation, () => new HttpRequestMessage(HttpMethod.Get, path), body => body, cancellationToken);

    public Task<T> PostAsync<T>(string operation, string path, byte[] content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => SendAsync(operation, () => Post(path, content), body => Read(body, type), cancellationToken);

    public NoAnswerException NoAnswer(string why, Exception? exception = null, HttpStatusCode? status = null, bool tookTooLong = false) =>
        new(UnseenCharacters.MakeVisible($"{Service} did not answer the question: {why}"), unreachable: false, status, exception, tookTooLong);

    public void Dispose() => _http.Dispose();

    private Uri Address(Func<HttpRequestMessage> question)
    {
        using var request = question();
        return new Uri(_http.BaseAddress!, request.RequestUri!);
    }

    private static HttpRequestMessage Post(string path, byte[] body) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    private T Read<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return ForeignJson.Read(body, type);
        }
        catch (JsonException exception)
        {
            throw NoAnswer("what it sent is not a TrueCopy answer", exception);
        }
    }

    private async Task<T> SendAsync<T>(string operation, Func<HttpRequestMessage> question, Func<byte[], T> read, CancellationToken cancellationToken)
    {
        using var activity = ClientTelemetry.Start($"truecopy.{operation}", Service);
        var began = _time.GetTimestamp();
        string? error = null;
        try
        {
            using var response = await AskAsync(operation, question, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            if (Redirect.Of(response, Address(question)) is { } redirect)
                throw NoAnswer(redirect, status: response.StatusCode);
            return response.IsSuccessStatusCode ? read(body) : throw NoAnswer(Explain(response, body), status: response.StatusCode);
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

    private async Task<HttpResponseMessage> AskAsync(string operation, Func<HttpRequestMessage> question, CancellationToken cancellationToken)
    {
        using var patience = _patience.Begin(cancellationToken);
        try
        {
            return await _resilience.ExecuteAsync(
                async stop =>
                {
                    using var request = question();
                    Interlocked.Increment(ref _sent);
                    ClientTelemetry.Sent(operation);
                    return await _http.SendAsync(request, stop);
                },
                patience.Token);
        }
        catch (OperationCanceledException exception) when (patience.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer($"it took too long: with all that was asked before, more than {_options.WaitLimit.TotalSeconds:0.#} s.", exception, tookTooLong: true);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new NoAnswerException($"{Service} cannot be reached.", unreachable: true, innerException: exception);
        }
        catch (HttpRequestException exception)
        {
            throw NoAnswer(exception.Message, exception);
        }
        catch (TimeoutRejectedException exception)
        {
            throw NoAnswer("it took too long.", exception, tookTooLong: true);
        }
    }

    private static string Explain(HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentType?.MediaType != ProblemDocument.MediaType)
            return $"HTTP status {(int)response.StatusCode}";
        try
        {
            var problem = ForeignJson.Read(body, AnswerJson.Instance.ProblemDocument);
            return $"{problem.Title}. {problem.Detail}";
        }
        catch (JsonException)
        {
            return $"HTTP status {(int)response.StatusCode}, with a description that cannot be read";
        }
    }
}

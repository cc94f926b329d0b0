using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Cli.Service;

/// <summary>Asks a TrueCopy service. Every failure becomes a <see cref="CommandException"/> with exit code 3: no answer.</summary>
internal sealed class ServiceClient(Uri service, HttpMessageHandler network, TimeProvider time) : IDisposable
{
    private const int Attempts = 4;
    private const int MaxAnswerLength = 64 * 1024 * 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(network, disposeHandler: false)
    {
        BaseAddress = new Uri(service.ToString().TrimEnd('/') + "/"),
        Timeout = TimeSpan.FromSeconds(60),
        MaxResponseContentBufferSize = MaxAnswerLength,
    };

    public async Task<IReadOnlyList<VerdictDocument>> VerifyAsync(IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        if (digests.Count == 1)
        {
            var path = $"v1/verify/{digests[0].Algorithm}/{digests[0].Hex}";
            return [await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), AnswerJson.Instance.VerdictDocument, cancellationToken)];
        }

        var answers = new List<VerdictDocument>(digests.Count);
        foreach (var batch in digests.Chunk(BatchRequestDocument.MaxDigests))
        {
            var request = new BatchRequestDocument([.. batch.Select(digest => new DigestDocument(digest.Algorithm.Name, digest.Hex))]);
            var body = JsonSerializer.SerializeToUtf8Bytes(request, AnswerJson.Instance.BatchRequestDocument);
            var answer = await SendAsync(() => Post("v1/verify", body), AnswerJson.Instance.BatchAnswerDocument, cancellationToken);
            if (answer.Results.Count != batch.Length)
                throw NoAnswer("the answer has another number of results than there were questions");
            answers.AddRange(answer.Results);
        }

        return answers;
    }

    public Task<DocumentsDocument> DocumentsAsync(string issuer, string reference, CancellationToken cancellationToken)
    {
        var path = $"v1/issuers/{Uri.EscapeDataString(issuer)}/documents?reference={Uri.EscapeDataString(reference)}";
        return SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), AnswerJson.Instance.DocumentsDocument, cancellationToken);
    }

    public async Task<LogKeys> KeysAsync(CancellationToken cancellationToken)
    {
        var keys = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "v1/keys"), AnswerJson.Instance.KeysDocument, cancellationToken);
        return LogKeys.Parse(keys.VerifierKeys, pinned: false, ExitCode.NoAnswer);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Post(string path, byte[] body) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    // Every question may be asked again: none changes anything.
    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> question, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = question();
                using var response = await _http.SendAsync(request, cancellationToken);
                if (attempt < Attempts && response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
                {
                    await Task.Delay(WaitBefore(attempt, response), time, cancellationToken);
                    continue;
                }

                var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                return response.IsSuccessStatusCode
                    ? JsonSerializer.Deserialize(body, type) ?? throw NoAnswer("the answer is empty")
                    : throw NoAnswer(Explain(response, body));
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
            {
                throw new CommandException(
                    ExitCode.NoAnswer,
                    $"{service} cannot be reached. Is the service running, and is --service (or TRUECOPY_SERVICE) right?",
                    exception);
            }
            catch (HttpRequestException exception)
            {
                throw NoAnswer(exception.Message, exception);
            }
            catch (JsonException exception)
            {
                throw NoAnswer("what it sent is not a TrueCopy answer", exception);
            }
            catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw NoAnswer("it took too long", exception);
            }
        }
    }

    private static TimeSpan WaitBefore(int attempt, HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1 << (attempt - 1));
        return wait < LongestWait ? wait : LongestWait;
    }

    private static string Explain(HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentType?.MediaType != ProblemDocument.MediaType)
            return $"HTTP status {(int)response.StatusCode}";
        var problem = JsonSerializer.Deserialize(body, AnswerJson.Instance.ProblemDocument);
        return $"{problem?.Title}. {problem?.Detail}";
    }

    private CommandException NoAnswer(string why, Exception? exception = null) =>
        new(ExitCode.NoAnswer, $"{service} did not answer the question: {why}", exception);
}

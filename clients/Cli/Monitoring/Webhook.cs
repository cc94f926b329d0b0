using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using TrueCopy.Cli.Commands;

namespace TrueCopy.Cli.Monitoring;

/// <summary>Posts what a watch found to an address of the institution's own: over TLS, or on this machine.</summary>
internal sealed class Webhook(Uri address, HttpMessageHandler network, TimeProvider time)
{
    /// <summary>Names the secret that is sent as a bearer token; its value is printed nowhere.</summary>
    public const string SecretVariable = "TRUECOPY_WEBHOOK_SECRET";

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private const int MostRetries = 3;

    /// <summary>Why an address is none to post to; null if it is one.</summary>
    public static string? FaultOf(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)
        ? null
        : "--webhook is an https address, or one of http on this machine.";

    /// <summary>Posts JSON, again where a fault may pass.</summary>
    /// <returns>Why it was not taken; null if it was.</returns>
    public async Task<string?> PostAsync(byte[] json, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(network, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var response = await Pipeline().ExecuteAsync(
                async stop =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, address)
                    {
                        Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
                    };
                    if (SharedOptions.FromEnvironment(SecretVariable) is { } secret)
                        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                    return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
                },
                cancellationToken);
            return response.IsSuccessStatusCode ? null : $"HTTP status {(int)response.StatusCode}";
        }
        catch (TimeoutRejectedException)
        {
            return "it took too long";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return "it cannot be reached, or the connection broke off";
        }
    }

    // A report that came twice has the same sizes in it.
    private ResiliencePipeline<HttpResponseMessage> Pipeline() => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = MostRetries,
            Delay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome is { Exception: HttpRequestException or IOException or TimeoutRejectedException }
                or { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError }),
        })
        .AddTimeout(AttemptTimeout)
        .Build();
}

using System.Globalization;
using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace TrueCopy.AzureStorage;

/// <summary>
/// Says of a request that storage refused because too much is asked of it, however often it was tried, that this is why: the
/// caller then waits rather than look for a fault. Outside the retries, which have waited as long as storage said by then.
/// </summary>
internal sealed class BusyStorage : HttpPipelinePolicy
{
    public static readonly BusyStorage Instance = new();

    private BusyStorage()
    {
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        ThrowIfBusy(message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        ThrowIfBusy(message);
    }

    private static void ThrowIfBusy(HttpMessage message)
    {
        if (message.HasResponse && message.Response.Status is (int)HttpStatusCode.ServiceUnavailable or (int)HttpStatusCode.TooManyRequests)
            throw new StorageBusyException(AfterOf(message.Response));
    }

    // Seconds, as storage writes it; a date is no more than a hint that it is not worth reading.
    private static TimeSpan? AfterOf(Response response) =>
        response.Headers.TryGetValue("Retry-After", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, 60))
            : null;
}

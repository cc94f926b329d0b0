using Azure.Core;
using Azure.Core.Pipeline;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>Lets one request take effect and loses its answer, so that the SDK's own retry meets what the first attempt did.</summary>
internal sealed class LostAnswerPolicy(Func<Request, bool> which) : HttpPipelinePolicy
{
    private int _lost;

    public bool Struck => _lost == 1;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        Lose(message);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        Lose(message);
    }

    private void Lose(HttpMessage message)
    {
        if (which(message.Request) && Interlocked.Exchange(ref _lost, 1) == 0)
            throw new IOException("the answer was lost on the way");
    }
}

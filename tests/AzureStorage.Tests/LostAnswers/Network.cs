using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>What happens to the one request that the network is unkind to.</summary>
internal enum Loss
{
    /// <summary>It takes effect and its answer is lost; the SDK's own retry goes through and meets what it did.</summary>
    Once,

    /// <summary>It takes effect, its answer is lost, and so is every retry: the caller sees a failure.</summary>
    ForGood,
}

/// <summary>
/// The network between one service and its storage: names every request in order, and loses the answer of the one that is
/// its victim. Requests of one name are told apart by their number.
/// </summary>
internal sealed class Network(string? victim = null, Loss loss = Loss.Once)
{
    private const string NameKey = "truecopy.request-name";
    private readonly ConcurrentDictionary<string, int> _numbers = new();
    private readonly Loss _loss = loss;
    private int _struck;

    /// <summary>Every request, by name and number, in the order of sending; retries do not count.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public bool Struck => _struck > 0;

    public void Configure(ClientOptions options)
    {
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.AddPolicy(new Naming(this), HttpPipelinePosition.PerCall);
        options.AddPolicy(new Losing(this), HttpPipelinePosition.PerRetry);
    }

    private void Name(HttpMessage message)
    {
        var name = RequestName.Of(message.Request);
        var numbered = $"{name} #{_numbers.AddOrUpdate(name, 1, (_, count) => count + 1)}";
        Requests.Enqueue(numbered);
        message.SetProperty(NameKey, numbered);

        // Messages whose receiver never learns of them, or fails over another request, come back after two minutes. The
        // test does not wait so long.
        if (victim is not null && (_loss == Loss.ForGood || victim == numbered))
            message.Request.Uri.Query = (message.Request.Uri.Query ?? "").Replace("visibilitytimeout=120", "visibilitytimeout=2", StringComparison.Ordinal);
    }

    private bool IsVictim(HttpMessage message) =>
        victim is not null && message.TryGetProperty(NameKey, out var name) && victim.Equals(name);

    private sealed class Naming(Network network) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => network.Name(message);
    }

    private sealed class Losing(Network network) : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (!IsCut(message))
                ProcessNext(message, pipeline);
            Lose(message);
        }

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (!IsCut(message))
                await ProcessNextAsync(message, pipeline);
            Lose(message);
        }

        private bool IsCut(HttpMessage message) => network._struck > 0 && network._loss == Loss.ForGood && network.IsVictim(message);

        private void Lose(HttpMessage message)
        {
            if (network.IsVictim(message) && (Interlocked.Increment(ref network._struck) == 1 || network._loss == Loss.ForGood))
                throw new IOException("the answer was lost on the way");
        }
    }
}

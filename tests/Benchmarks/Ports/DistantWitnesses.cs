using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrueCopy.Witness;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>Two real witnesses over storage in memory, each so far away; the policy asks for both.</summary>
internal sealed class DistantWitnesses : HttpMessageHandler
{
    private static readonly string[] Sides = ["hongkong", "shenzhen"];

    private readonly TimeSpan _delay;
    private readonly Dictionary<string, (WitnessService Service, Cosigner Cosigner)> _witnesses;

    public DistantWitnesses(EcdsaP256Signer log, TimeSpan delay)
    {
        (LogKey, _delay) = (log, delay);
        _witnesses = Sides.Index().ToDictionary(side => side.Item, side =>
        {
            Cosigner cosigner = new Ed25519Cosigner($"witness.example/{side.Item}", [(byte)(side.Index + 1), .. new byte[31]], TimeProvider.System);
            var options = new WitnessOptions([new PolicyLog(log.Verifier, null)], [cosigner], []);
            return (new WitnessService(new InMemoryBlobs(new OperationCounts(), TimeProvider.System), options, new WitnessMetrics(), NullLogger<WitnessService>.Instance), cosigner);
        });
        var policy = new StringBuilder($"log {log.Verifier}\n");
        foreach (var (name, witness) in _witnesses)
            policy.Append($"witness {name} {witness.Cosigner.Verifier} http://{name}.example/\n");
        Policy = ServicePolicy.Parse(Encoding.UTF8.GetBytes($"{policy}group both all {string.Join(' ', Sides)}\nquorum both\n"), LeanService.Origin, failOpen: false);
    }

    /// <summary>The key of the log that they witness.</summary>
    public EcdsaP256Signer LogKey { get; }

    /// <summary>The policy that names them.</summary>
    public ServicePolicy Policy { get; }

    /// <summary>A checkpoint as both have signed it, without a wait.</summary>
    public async Task<SignedCheckpoint> CosignAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var lines = new List<NoteSignature>();
        foreach (var witness in _witnesses.Values)
            lines.Add(await witness.Cosigner.CosignAsync(checkpoint.Checkpoint, cancellationToken));
        return checkpoint.With(lines);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        await Task.Delay(_delay, cancellationToken);
        var answer = await _witnesses[request.RequestUri!.Host.Split('.')[0]].Service.AddCheckpointAsync(body, cancellationToken);
        var content = new ReadOnlyMemoryContent(answer.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(answer.Status == WitnessStatus.OtherSize ? AddCheckpointRequest.SizeType : "text/plain");
        return new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = content };
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Witness.Http;
using TrueCopy.Witness.Mirroring;

namespace TrueCopy.WitnessApp;

/// <summary>
/// HTTP requests, all answered by the one pipeline of the witness, which refuses the methods that a path does not have; and the
/// timer of the mirror. The platform's router goes by name, so what takes every path comes last.
/// </summary>
public sealed class WitnessFunctions(WitnessResult witness, Mirror mirror)
{
    /// <summary>Who this is.</summary>
    [Function("About")]
    public IResult About([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{root:maxlength(0)?}")] HttpRequest request) => witness;

    /// <summary>Requests for cosignatures.</summary>
    [Function("AddCheckpoint")]
    public IResult AddCheckpoint([HttpTrigger(AuthorizationLevel.Anonymous, Route = AddCheckpointRequest.Path)] HttpRequest request) => witness;

    /// <summary>For whoever watches over it.</summary>
    [Function("Health")]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, Route = "health/{*rest}")] HttpRequest request) => witness;

    /// <summary>Copies of logs.</summary>
    [Function("Mirror")]
    public IResult Mirror([HttpTrigger(AuthorizationLevel.Anonymous, Route = "mirror/{*rest}")] HttpRequest request) => witness;

    /// <summary>Checkpoints that were cosigned, and what is not there.</summary>
    [Function("Monitoring")]
    public IResult Monitoring([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => witness;

    /// <summary>What the pull after a cosignature did not bring; not monitored, because a run that was missed is made up for by the next.</summary>
    [Function("PullMirror")]
    public Task PullMirrorAsync([TimerTrigger("0 */5 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => mirror.PullAsync(cancellationToken);
}

using Microsoft.AspNetCore.Http;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Api;

/// <summary>For load balancers and for whoever waits for the service to start.</summary>
public sealed class HealthEndpoints(CheckpointSource checkpoints)
{
    /// <summary><c>GET /health/live</c>: the process runs.</summary>
    public static IResult Live() => Plain("live");

    /// <summary><c>GET /health/ready</c>: storage answers and the log has a checkpoint that its keys signed; else 503.</summary>
    public async Task<IResult> ReadyAsync(CancellationToken cancellationToken)
    {
        await checkpoints.GetAsync(minimumSize: 1, cancellationToken);
        return Plain("ready");
    }

    private static BytesAnswer Plain(string word) =>
        new(System.Text.Encoding.ASCII.GetBytes(word + "\n"), "text/plain; charset=utf-8", CacheControl.None);
}

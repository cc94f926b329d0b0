using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>For load balancers and for whoever waits for the service to start.</summary>
public sealed class HealthEndpoints(CheckpointSource checkpoints, Backlog backlog)
{
    /// <summary><c>GET /health/live</c>: the process runs.</summary>
    public static IResult Live() => Plain("live\n");

    /// <summary>
    /// <c>GET /health/ready</c>: storage answers, the log has a checkpoint that its keys signed, and it goes on; else 503.
    /// Answers that issuers wait for do not make it unready, for nothing that is asked of it waits for them; it tells of them.
    /// </summary>
    public async Task<IResult> ReadyAsync(CancellationToken cancellationToken)
    {
        await checkpoints.GetAsync(minimumSize: 1, cancellationToken);
        var waiting = await backlog.ReadRecentAsync(cancellationToken);
        if (waiting.StandsStill)
            throw new LogUnavailableException("The log stands still: uploads wait, and no batch is finished.");
        return Plain(waiting.Answers > WaitingWork.ManyAnswers
            ? string.Create(CultureInfo.InvariantCulture, $"ready\nanswers waiting: {waiting.Answers}\n")
            : "ready\n");
    }

    private static BytesAnswer Plain(string text) =>
        new(System.Text.Encoding.ASCII.GetBytes(text), "text/plain; charset=utf-8", CacheControl.None);
}

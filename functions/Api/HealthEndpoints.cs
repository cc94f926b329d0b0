using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>For load balancers and for whoever waits for the service to start.</summary>
public sealed class HealthEndpoints(CheckpointSource checkpoints, Backlog backlog)
{
    /// <summary>The process runs.</summary>
    /// <response code="200">It does.</response>
    [Operation(Routes.Live, "isLive", "service", CacheControl = CacheControl.None)]
    [Answers("text/plain")]
    public static IResult Live() => Plain("live\n");

    /// <summary>The service can answer.</summary>
    /// <response code="200">
    /// Storage answers, the log has a checkpoint that its keys signed, and it goes on: what was uploaded does not wait while no
    /// batch is finished, and no batch waits for its witnesses for long. A second line tells how many answers issuers wait for, if there are many: they do not make it unready,
    /// for nothing that is asked of it waits for them.
    /// </response>
    [Operation(Routes.Ready, "isReady", "service", CacheControl = CacheControl.None, Failures = ["NotReady"])]
    [Answers("text/plain")]
    public async Task<IResult> ReadyAsync(CancellationToken cancellationToken)
    {
        await checkpoints.GetAsync(minimumSize: 1, cancellationToken);
        WaitingWork waiting;
        try
        {
            waiting = await backlog.ReadRecentAsync(cancellationToken);
        }
        catch (LogFormatException refused)
        {
            throw new NotReadyException(Problem.HeadRefused(), refused.Message);
        }

        // What is committed and not published holds up what is staged, so it is named first.
        if (waiting.UnpublishedFor > WaitingWork.Patience)
            throw new NotReadyException(Problem.BatchUnpublished(), "A committed batch waits to be published.");
        if (waiting.StandsStill)
            throw new NotReadyException(Problem.LogStandsStill(), "The log stands still: uploads wait, and no batch is finished.");
        return Plain(waiting.Answers > WaitingWork.ManyAnswers
            ? string.Create(CultureInfo.InvariantCulture, $"ready\nanswers waiting: {waiting.Answers}\n")
            : "ready\n");
    }

    private static Response Plain(string text) =>
        new(System.Text.Encoding.ASCII.GetBytes(text), "text/plain; charset=utf-8", CacheControl.None);
}

/// <summary>The log does not go on; what was published is answered meanwhile.</summary>
internal sealed class NotReadyException(IResult problem, string message) : Exception(message)
{
    /// <summary>What whoever asked is told.</summary>
    public IResult Problem => problem;
}

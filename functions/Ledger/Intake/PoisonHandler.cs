using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Sees to it that a message that could not be handled is never silence: it is kept, it raises an alert, and where it is
/// about an upload, the issuer is told.
/// </summary>
public sealed partial class PoisonHandler(DeadLetters deadLetters, AnswerAttempts answers, IntakeMetrics metrics, ILogger<PoisonHandler> logger)
{
    /// <summary>Handles a message that failed for good.</summary>
    /// <param name="queue">The queue that it was in before it was given up.</param>
    /// <param name="id">The queue's id of the message.</param>
    /// <param name="body">What it says; anything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task HandleAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await deadLetters.KeepAsync(queue, id, body, cancellationToken);
        metrics.Poisoned(queue);
        LogPoison(logger, queue, id);
        foreach (var upload in UploadsOf(body))
            await answers.RefuseAsync(upload, Rejection.NotProcessed(), cancellationToken);
    }

    // What is not about an upload answers nobody; it is kept all the same.
    private static IEnumerable<BlobVersion> UploadsOf(ReadOnlyMemory<byte> body) =>
        (EventOf(body) is { } blob ? [blob] : StagedBody.SourcesOf(body.Span))
        .Where(upload => upload.Container.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal) && UploadName.CheckPath(upload.Path) is null);

    private static BlobVersion? EventOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            return BlobEvent.Parse(body);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A message of {Queue} could not be handled; it is kept as dead letter {Id}.")]
    private static partial void LogPoison(ILogger logger, string queue, string id);
}

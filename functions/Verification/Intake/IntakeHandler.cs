using Microsoft.Extensions.Logging;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Sequencing;

namespace TrueCopy.Verification.Intake;

/// <summary>What became of an event.</summary>
public enum IntakeOutcome
{
    /// <summary>The acts are staged and will be in the log.</summary>
    Staged,

    /// <summary>Nothing to do, on purpose.</summary>
    Ignored,

    /// <summary>The upload is refused for good, and the issuer can read why.</summary>
    Rejected,
}

/// <summary>
/// Turns one storage event into staged acts, then sees to it that they are sequenced. Redelivery is harmless: the same
/// event makes the same act ids.
/// </summary>
public sealed partial class IntakeHandler(
    IInbox inbox,
    IIssuerRegistry registry,
    IStagedActs staged,
    IOutbox outbox,
    Sequencer sequencer,
    ILogger<IntakeHandler> logger)
{
    /// <summary>Handles one event.</summary>
    /// <param name="message">The event's JSON, not base64.</param>
    /// <param name="cancellationToken">Gives up; the event is then delivered again.</param>
    /// <exception cref="LogFormatException">The message is not an event: a bug of ours or of the subscription, for the poison queue.</exception>
    public async Task<IntakeOutcome> HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (BlobEvent.Parse(message) is not { } blob
            || !blob.Container.StartsWith(Issuer.ContainerPrefix, StringComparison.Ordinal)
            || blob.Path.StartsWith(IOutbox.Folder, StringComparison.Ordinal))
        {
            return IntakeOutcome.Ignored;
        }

        Issuer issuer;
        try
        {
            issuer = await registry.GetAsync(blob.Container, cancellationToken);
        }
        catch (NotAnIssuerException exception)
        {
            LogRejected(logger, blob.Container, exception.Message);
            var rejection = new Rejection("not-an-issuer", "This container is not an issuer's", exception.Message);
            await outbox.WriteRejectionAsync(blob, rejection, cancellationToken);
            return IntakeOutcome.Rejected;
        }

        var outcome = await StageAsync(blob, issuer, cancellationToken);
        if (outcome == IntakeOutcome.Staged)
            await DrainAsync(cancellationToken);
        return outcome;
    }

    // Once staged, the act is safe, and the event is done with: failing it would only stage the act again.
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await sequencer.DrainAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogDrainFailed(logger, exception);
        }
    }

    private async Task<IntakeOutcome> StageAsync(BlobVersion blob, Issuer issuer, CancellationToken cancellationToken)
    {
        try
        {
            await using var document = await inbox.OpenAsync(blob, cancellationToken);
            if (document is null)
            {
                LogGone(logger, blob.Container);
                return IntakeOutcome.Ignored;
            }

            var digests = await StreamDigest.ComputeAsync(document.Content, issuer.Algorithms, progress: null, cancellationToken);
            var acts = digests.Select(digest => new Act(
                ActId.Of(blob, position: 0, digest.Algorithm),
                ActKind.Issue,
                issuer,
                document.LastModified,
                Position: 0,
                digest,
                blob));
            await staged.AddAsync([.. acts], cancellationToken);
            return IntakeOutcome.Staged;
        }
        catch (BlobChangedException)
        {
            LogGone(logger, blob.Container);
            return IntakeOutcome.Ignored;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A blob in {Container} was replaced or deleted before it was read; its next event answers.")]
    private static partial void LogGone(ILogger logger, string container);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sequencing failed; the staged acts wait for the next drain.")]
    private static partial void LogDrainFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An upload to {Container} is refused: {Reason}.")]
    private static partial void LogRejected(ILogger logger, string container, string reason);
}

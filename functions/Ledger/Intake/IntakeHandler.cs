using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Turns one storage event into staged acts, then sees to it that they are sequenced. Redelivery is harmless: the same
/// event makes the same act ids.
/// </summary>
public sealed partial class IntakeHandler(
    Inbox inbox,
    IssuerRegistry registry,
    AnswerAttempts answers,
    DocumentIntake documents,
    ManifestIntake manifests,
    ActListIntake actLists,
    PackageIntake packages,
    Sequencer sequencer,
    IntakeMetrics metrics,
    ILogger<IntakeHandler> logger)
{
    private const int MaxReadings = 3;

    /// <summary>Handles one event.</summary>
    /// <param name="message">The event's JSON, not base64.</param>
    /// <param name="cancellationToken">Gives up; the event is then delivered again.</param>
    public async Task<IntakeOutcome> HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var outcome = await HandleBlobAsync(message, cancellationToken);
        metrics.Handled(outcome);
        return outcome;
    }

    private async Task<IntakeOutcome> HandleBlobAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        BlobVersion? blob;
        try
        {
            blob = BlobEvent.Parse(message);
        }
        catch (LogFormatException exception)
        {
            LogUnreadable(logger, exception);
            return IntakeOutcome.Unreadable;
        }

        if (blob is null)
            return IntakeOutcome.Ignored;
        var outcome = blob.Container.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal) ? await ReadAsLongAsItChangesAsync(blob, cancellationToken)
            : blob.Container.StartsWith(ReceiverContainer.Prefix, StringComparison.Ordinal) ? await packages.TakeInAsync(blob, cancellationToken)
            : IntakeOutcome.Ignored;
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

    // There may be no other event for what the blob is now. One that changes at every reading waits for its event to come again.
    private async Task<IntakeOutcome> ReadAsLongAsItChangesAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        for (var reading = 1; ; reading++)
        {
            try
            {
                return await ReadAsync(blob, cancellationToken);
            }
            catch (BlobChangedException) when (reading < MaxReadings)
            {
                LogChanged(logger, blob.Container);
            }
        }
    }

    private async Task<IntakeOutcome> ReadAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        var source = blob;
        try
        {
            if (UploadName.CheckPath(blob.Path) is { } rule)
                throw new UploadRejectedException(Rejection.UnsafeName(rule));
            var issuer = await ResolveAsync(blob.Container, cancellationToken);
            await using var upload = await inbox.OpenAsync(blob, cancellationToken);
            if (upload is null)
            {
                LogGone(logger, blob.Container);
                return IntakeOutcome.Ignored;
            }

            source = upload.Version;
            return await StageAsync(issuer, upload, cancellationToken);
        }
        catch (UploadRejectedException exception)
        {
            LogRejected(logger, source.Container, exception.Rejection.Cause);
            await answers.RefuseAsync(source, exception.Rejection, cancellationToken);
            return IntakeOutcome.Rejected;
        }
    }

    private Task<IntakeOutcome> StageAsync(Issuer issuer, InboxDocument upload, CancellationToken cancellationToken)
    {
        var name = UploadName.Of(upload.Version.Path);
        return name.Kind switch
        {
            UploadKind.Manifest => manifests.StageAsync(issuer, upload, name.ListAlgorithm, cancellationToken),
            UploadKind.ActList => actLists.StageAsync(issuer, upload, name.IsTable, cancellationToken),
            _ => documents.StageAsync(issuer, upload, cancellationToken),
        };
    }

    private async Task<Issuer> ResolveAsync(string container, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.GetAsync(container, cancellationToken);
        }
        catch (NotAnIssuerException exception)
        {
            throw new UploadRejectedException(Rejection.NotAnIssuer(exception.Message));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A blob in {Container} was deleted before it was read.")]
    private static partial void LogGone(ILogger logger, string container);

    [LoggerMessage(Level = LogLevel.Information, Message = "A blob in {Container} changed while it was read; it is read again.")]
    private static partial void LogChanged(ILogger logger, string container);

    [LoggerMessage(Level = LogLevel.Error, Message = "A message is not a storage event.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sequencing failed; the staged acts wait for the next drain.")]
    private static partial void LogDrainFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An upload to {Container} is refused: {Cause}.")]
    private static partial void LogRejected(ILogger logger, string container, string cause);
}

/// <summary>What became of an event.</summary>
public enum IntakeOutcome
{
    /// <summary>The acts are staged and will be in the log.</summary>
    Staged,

    /// <summary>Nothing to do, on purpose.</summary>
    Ignored,

    /// <summary>The upload is refused for good, and the issuer, or the holder whose package it is, can read why.</summary>
    Rejected,

    /// <summary>The message is not a storage event: a bug of ours or of the subscription, which no retry mends.</summary>
    Unreadable,
}

/// <summary>What intake counts, under the meter <c>TrueCopy.Intake</c>.</summary>
public sealed class IntakeMetrics : ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Intake";

    private readonly Counter<long> _events;
    private readonly Counter<long> _poison;

    /// <summary>Creates the instruments.</summary>
    public IntakeMetrics()
        : base(MeterName)
    {
        _events = Counter("truecopy.intake.events", "{event}", "Storage events handled, by outcome");
        _poison = Counter("truecopy.poison", "{message}", "Messages that could not be handled, by queue; each is a bug or an outage, and raises an alert");
    }

    internal void Handled(IntakeOutcome outcome) => _events.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    internal void Poisoned(string queue) => _poison.Add(1, new KeyValuePair<string, object?>("queue", queue));
}

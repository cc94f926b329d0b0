using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Finds the staged message that makes every batch fail, and gives it up, so that those beside and behind it go on. After a
/// failure that is not storage's, the batch's messages are tried at once in halves, and halves of those, so that whoever is
/// in a batch with it does not wait; what failed by itself is from then on tried by itself.
/// </summary>
/// <remarks>Remembers what failed while the process runs; one instance a process, used by one drain at a time.</remarks>
public sealed partial class SuspectMessages(
    ActIndex index,
    StagedActs staged,
    DeadLetters deadLetters,
    AnswerAttempts answers,
    SequencerOptions options,
    SequencerMetrics metrics,
    ILogger<SuspectMessages> logger)
{
    /// <summary>Under which name messages that were given up are kept among the dead letters.</summary>
    public const string DeadLetters = "staged-acts";

    private static readonly Digest Anything = new(DigestAlgorithm.Sha256, new byte[32]);
    private readonly Dictionary<string, int> _suspects = [];

    /// <summary>
    /// What to sequence together: those that nothing is known against, then each that failed, by itself; one group of none where
    /// there are none, since the log may have something to say all the same.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<StagedMessage>> Group(IReadOnlyList<StagedMessage> messages)
    {
        if (_suspects.Count == 0 || messages.Count == 0)
            return [messages];
        var suspects = messages.ToLookup(message => _suspects.ContainsKey(message.Name));
        StagedMessage[] others = [.. suspects[false]];
        return
        [
            .. others.Length > 0 ? [others] : Array.Empty<StagedMessage[]>(),
            .. suspects[true].Select(message => new[] { message }),
        ];
    }

    /// <summary>Nothing is held against messages that were sequenced.</summary>
    public void Clear(IReadOnlyList<StagedMessage> messages)
    {
        if (_suspects.Count == 0)
            return;
        foreach (var message in messages)
            _suspects.Remove(message.Name);
    }

    /// <summary>Notes that a message failed by itself, and gives up one that did so too often.</summary>
    /// <returns>Whether to go on, with the halves of what failed if it was not one; false if storage does not answer.</returns>
    public async Task<bool> BlameAsync(IReadOnlyList<StagedMessage> messages, Exception exception, CancellationToken cancellationToken)
    {
        if (messages.Count == 0 || !await StorageAnswersAsync(cancellationToken))
            return false;
        if (messages is not [var one])
            return true;
        var tries = _suspects[one.Name] = _suspects.GetValueOrDefault(one.Name) + 1;
        if (tries < options.MaxTries)
        {
            LogFailed(logger, tries, exception);
            await staged.ReleaseAsync(one, options.RetryDelay, cancellationToken);
            return true;
        }

        LogGivenUp(logger, exception);
        await deadLetters.KeepAsync(DeadLetters, one.Name, StagedBody.Encode(one.Work), cancellationToken);
        if (one.Work is StagedUpload upload)
            await answers.RefuseAsync(upload.Source, Rejection.NotProcessed(), cancellationToken);
        await staged.DeleteAsync(one, cancellationToken);
        metrics.GivenUp();
        _suspects.Remove(one.Name);
        return true;
    }

    private async Task<bool> StorageAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await index.FindAsync(Anything, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogOutage(logger, exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A staged message could not be sequenced, try {Tries}; the others go on.")]
    private static partial void LogFailed(ILogger logger, int tries, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A staged message fails always; it is kept as a dead letter, and if it is of an upload, its issuer is told.")]
    private static partial void LogGivenUp(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage does not answer; nothing is held against what was to be sequenced.")]
    private static partial void LogOutage(ILogger logger, Exception exception);
}

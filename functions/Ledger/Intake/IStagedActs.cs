namespace TrueCopy.Ledger.Intake;

/// <summary>An upload, or a part of one, that is stored but not yet staged.</summary>
/// <param name="Part">Which part, from 0.</param>
/// <param name="Blob">Where it is stored; null if it goes into the message itself.</param>
/// <param name="Body">The message's content if it is not stored apart.</param>
public sealed record PreparedPart(int Part, string? Blob, ReadOnlyMemory<byte> Body)
{
    /// <summary>The upload, if it is stored apart, so that its issuer can be told should that be lost.</summary>
    public BlobVersion? Source { get; init; }
}

/// <summary>A staged upload as the queue delivers it.</summary>
/// <param name="Id">The queue's id of the message.</param>
/// <param name="Handle">What the queue asks for to delete this delivery.</param>
/// <param name="DeliveryCount">1 on first delivery; more if an earlier holder did not finish.</param>
/// <param name="StagedAt">When it was staged.</param>
/// <param name="Blob">Where its body is stored; null if it is in the message.</param>
/// <param name="Upload">What to put into the log.</param>
public sealed record StagedMessage(string Id, string Handle, long DeliveryCount, DateTimeOffset StagedAt, string? Blob, StagedUpload Upload)
{
    /// <summary>Whether it is a part of a long upload, which queues behind the short ones.</summary>
    public bool IsBulk => Blob is not null;
}

/// <summary>
/// The queue between intake and sequencer: at least once, in any order. Long uploads are stored apart and queue behind
/// short ones, so that nobody waits for another's million lines. Long is also what names references, each of which may
/// stand for a hundred documents.
/// </summary>
public interface IStagedActs
{
    /// <summary>How many short messages are taken at once. Fewer mean that, for now, that was all.</summary>
    const int PageLength = 32;

    /// <summary>A list of acts that may come to more is long, however short its text is: as much as one reference stands for.</summary>
    const int MaxShortActs = ActResolver.MaxDocuments;

    /// <summary>Whether an upload may be among the short ones, if its body fits into a message.</summary>
    static bool IsShort(StagedUpload upload) =>
        upload.Answer is { Part: 0, Parts: 1 } && (upload.Answer.Kind != UploadKind.ActList || upload.MostActs <= MaxShortActs);

    /// <summary>Stores an upload, or a part of one, under a name that nothing else has: whoever discards it takes nothing from another delivery.</summary>
    Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken);

    /// <summary>Stages all parts of an upload; they survive from here on. The parts then know how many they are.</summary>
    Task StageAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken);

    /// <summary>Removes parts that were prepared and will not be staged.</summary>
    Task DiscardAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken);

    /// <summary>
    /// Takes messages, short ones first; they come back by themselves if they are not deleted. Empty when none is visible, or
    /// none of those that are can be read: these come back too, and after some deliveries count as poison.
    /// </summary>
    Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Since when the message that has waited longest, of those visible now, is staged; null when none is visible.</summary>
    Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken);

    /// <summary>Removes a message that is answered; does nothing if it is gone or was delivered again since.</summary>
    Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken);

    /// <summary>Puts a message back, to be seen after <paramref name="delay"/>; does nothing if it is gone or was delivered again since.</summary>
    Task ReleaseAsync(StagedMessage message, TimeSpan delay, CancellationToken cancellationToken);
}

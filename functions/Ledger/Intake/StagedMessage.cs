using System.Globalization;

namespace TrueCopy.Ledger.Intake;

/// <summary>An upload, or a part of one, that is stored but not yet staged.</summary>
/// <param name="Part">Which part, from 0.</param>
/// <param name="Blob">Where it is stored; null if it goes into the message itself.</param>
/// <param name="Body">The message's content if it is not stored apart.</param>
public sealed record PreparedPart(int Part, string? Blob, ReadOnlyMemory<byte> Body)
{
    /// <summary>The most acts that it comes to.</summary>
    public int MostActs { get; init; }

    /// <summary>The upload, if it is stored apart, so that its issuer can be told should that be lost.</summary>
    public BlobVersion? Source { get; init; }

    /// <summary>Whether it may share its message with others: documents may, which are never long and never wait.</summary>
    public bool MayShare { get; init; }
}

/// <summary>What is staged, as the queue delivers it.</summary>
/// <param name="Id">The queue's id of the message.</param>
/// <param name="Handle">What the queue asks for to delete this delivery.</param>
/// <param name="DeliveryCount">1 on first delivery; more if an earlier holder did not finish.</param>
/// <param name="StagedAt">When it was staged.</param>
/// <param name="Blob">Where its body is stored; null if it is in the message.</param>
/// <param name="Work">What to put into the log.</param>
public sealed record StagedMessage(string Id, string Handle, long DeliveryCount, DateTimeOffset StagedAt, string? Blob, StagedWork Work)
{
    /// <summary>Whether it is a part of a long upload, which queues behind the short ones.</summary>
    public bool IsBulk => Blob is not null;

    /// <summary>Which upload of the message it is, where that has several; null if it is alone.</summary>
    public StagedShare? Share { get; init; }

    /// <summary>What nothing else in the queue is called.</summary>
    public string Name => Share is null ? Id : string.Create(CultureInfo.InvariantCulture, $"{Id}-{Share.Number}");
}

/// <summary>What one look at the queues brings.</summary>
/// <param name="Messages">What was taken.</param>
/// <param name="IsFull">Whether there may be more short ones.</param>
public sealed record StagedPage(IReadOnlyList<StagedMessage> Messages, bool IsFull);

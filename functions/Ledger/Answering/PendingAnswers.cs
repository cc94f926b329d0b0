using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Answering;

/// <summary>A message that was put into the queue of answers.</summary>
/// <param name="Id">The queue's id of it.</param>
/// <param name="Handle">What the queue asks for to change or remove it.</param>
/// <param name="Blob">Where its body is stored; null if it is in the message.</param>
public sealed record QueuedAnswer(string Id, string Handle, string? Blob);

/// <summary>
/// The queue of answers that issuers are owed: at least once, in any order. The host takes messages from it and hands each
/// to <see cref="AnswerHandler"/>. A body that does not fit goes into a blob, and its name into the message; a body whose
/// message the host removed goes with the container's lifecycle rule.
/// </summary>
public sealed class PendingAnswers(IBlobStore blobs, IQueueStore queues)
{
    private const string Folder = "answers/";

    /// <summary>Queues an answer; it survives from here on, and is handed out after <paramref name="delay"/>.</summary>
    public async Task<QueuedAnswer> AddAsync(PendingAnswer answer, TimeSpan delay, CancellationToken cancellationToken)
    {
        var body = PendingAnswerBody.Encode(answer);
        string? blob = null;
        if (body.Length > IQueueStore.MaxBodyLength)
        {
            blob = Folder + Guid.NewGuid().ToString("N");
            await blobs.TryWriteAsync(BodyOf(blob), body, BlobCondition.None, BlobHeaders.None, cancellationToken);
            body = new AnswerPointer(blob).Encode();
        }

        var sent = await queues.SendAsync(StorageNames.AnswersQueue, new MessageBody(body), delay, cancellationToken);
        return new QueuedAnswer(sent.Id, sent.Handle, blob);
    }

    /// <summary>Has a message handed out at once; does nothing if it was already.</summary>
    public Task ReleaseAsync(QueuedAnswer queued, CancellationToken cancellationToken) =>
        queues.TryHideAsync(StorageNames.AnswersQueue, queued.Id, queued.Handle, TimeSpan.Zero, cancellationToken);

    /// <summary>Removes a message whose answers are written, and its body; does nothing if it is gone, or was handed out meanwhile.</summary>
    public async Task RemoveAsync(QueuedAnswer queued, CancellationToken cancellationToken)
    {
        // Otherwise whoever has it now answers for it.
        var isOurs = await queues.TryDeleteAsync(StorageNames.AnswersQueue, queued.Id, queued.Handle, cancellationToken);
        if (isOurs && queued.Blob is { } blob)
            await blobs.DeleteAsync(BodyOf(blob), cancellationToken);
    }

    /// <summary>Reads a message that was handed out.</summary>
    /// <exception cref="LogFormatException">It is none of this queue's, or its body is gone.</exception>
    public async Task<PendingAnswer> ReadAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (AnswerPointer.TryDecode(message.Span) is not { } pointer)
            return PendingAnswerBody.Decode(message.Span);
        var body = await blobs.ReadAsync(BodyOf(pointer.Blob), cancellationToken) ?? throw new LogFormatException("pending answer: its body is gone");
        return PendingAnswerBody.Decode(body.Content.Span);
    }

    /// <summary>About how many messages there are, those that wait for their next try among them.</summary>
    public Task<long> CountAsync(CancellationToken cancellationToken) => queues.CountAsync(StorageNames.AnswersQueue, cancellationToken);

    private static BlobAddress BodyOf(string blob) => new(StorageNames.StagingContainer, blob);
}

/// <summary>The message of an answer whose body is a blob.</summary>
/// <param name="Blob">The blob's name in the staging container.</param>
internal sealed record AnswerPointer([property: JsonPropertyName("blob")] string Blob)
{
    // The longest name of a blob.
    private const int MaxNameLength = 1024;

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, AnswerPointerJson.Default.AnswerPointer);

    /// <returns>The pointer; null if the message is none.</returns>
    public static AnswerPointer? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ForeignJson.Read(bytes, AnswerPointerJson.Default.AnswerPointer) is { Blob.Length: > 0 and <= MaxNameLength } pointer ? pointer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AnswerPointer))]
internal sealed partial class AnswerPointerJson : JsonSerializerContext;

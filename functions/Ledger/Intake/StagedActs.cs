using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

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
}

/// <summary>
/// The queue between intake and sequencer: at least once, in any order. A body that does not fit into a message goes into a
/// blob, and a pointer to it into the queue for long uploads, which is read one message at a time and only when the other is
/// empty, so that nobody waits for another's million lines. Long is also what names references, each of which may stand for
/// a hundred documents.
/// </summary>
public sealed partial class StagedActs(IBlobStore blobs, IQueueStore queues, ILogger<StagedActs> logger)
{
    /// <summary>How many short messages are taken at once. Fewer mean that, for now, that was all.</summary>
    public const int PageLength = IQueueStore.MaxReceived;

    /// <summary>A list of acts that may come to more is long, however short its text is: as much as one reference stands for.</summary>
    public const int MaxShortActs = ActResolver.MaxDocuments;

    /// <summary>How long a message that was received stays out of sight: longer than a batch takes; one that shows up again all the same is recognised by its act ids.</summary>
    public static readonly TimeSpan Invisible = TimeSpan.FromMinutes(2);

    // Pages that are asked for at once when the first was full.
    private const int MorePages = 15;

    // Whoever deletes a message deletes its body after it, so that no message should ever lack one.
    private const int MaxDeliveriesWithoutBody = 5;

    /// <summary>Stores an upload, or a part of one, under a name that nothing else has: whoever discards it takes nothing from another delivery.</summary>
    public async Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken)
    {
        var body = StagedBody.Encode(upload);
        if (body.Length <= IQueueStore.MaxBodyLength && IsShort(upload))
            return new PreparedPart(0, null, body);

        // A name that no other delivery of the same event has, so that one that fails takes nothing from another.
        var blob = Guid.NewGuid().ToString("N");
        await blobs.TryWriteAsync(BodyOf(blob), body, BlobCondition.None, BlobHeaders.None, cancellationToken);
        return new PreparedPart(upload.Answer.Part, blob, default) { Source = upload.Source };
    }

    /// <summary>Stages a change of the registry, or what is to be done with a package; it survives from here on.</summary>
    public Task StageAsync(StagedWork work, CancellationToken cancellationToken) =>
        SendAsync(StorageNames.StagedActsQueue, StagedBody.Encode(work), cancellationToken);

    /// <summary>Stages all parts of an upload; they survive from here on. The parts then know how many they are.</summary>
    public Task StageAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) =>
        InParallelAsync(
            parts,
            async (part, stop) =>
            {
                if (part.Blob is { } blob)
                    await SendAsync(StorageNames.StagedBulkQueue, new StagedPointer(blob, part.Part, parts.Count, part.Source).Encode(), stop);
                else
                    await SendAsync(StorageNames.StagedActsQueue, part.Body, stop);
            },
            cancellationToken);

    /// <summary>Removes parts that were prepared and will not be staged.</summary>
    public Task DiscardAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) =>
        InParallelAsync(
            [.. parts.Where(part => part.Blob is not null)],
            async (part, stop) => await blobs.DeleteAsync(BodyOf(part.Blob!), stop),
            cancellationToken);

    /// <summary>
    /// Takes messages, short ones first; they come back by themselves if they are not deleted. Empty when none is visible, or
    /// none of those that are can be read: these come back too, and after some deliveries count as poison.
    /// </summary>
    public async Task<IReadOnlyList<StagedMessage>> ReceiveAsync(CancellationToken cancellationToken)
    {
        var messages = await ReceivePageAsync(cancellationToken);
        if (messages.Count == 0)
            return await ReceiveAsync(StorageNames.StagedBulkQueue, 1, ReadPointerAsync, cancellationToken);
        if (messages.Count < PageLength)
            return messages;

        // Much is waiting, so one page a round trip would be slow.
        var more = await Task.WhenAll(Enumerable.Range(0, MorePages).Select(_ => ReceivePageAsync(cancellationToken)));
        return [.. messages, .. more.SelectMany(page => page)];
    }

    /// <summary>Since when the message that has waited longest, of those visible now, is staged; null when none is visible.</summary>
    public async Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken)
    {
        var shorts = await queues.PeekAsync(StorageNames.StagedActsQueue, cancellationToken);
        var bulk = await queues.PeekAsync(StorageNames.StagedBulkQueue, cancellationToken);
        return shorts < bulk ? shorts : bulk ?? shorts;
    }

    /// <summary>Removes a message that is answered; does nothing if it is gone or was delivered again since.</summary>
    public async Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken)
    {
        // The message first: a message without its body would be lost, a body without its message only takes space.
        await queues.TryDeleteAsync(QueueOf(message), message.Id, message.Handle, cancellationToken);
        if (message.Blob is { } blob)
            await blobs.DeleteAsync(BodyOf(blob), cancellationToken);
    }

    /// <summary>Puts a message back, to be seen after <paramref name="delay"/>; does nothing if it is gone or was delivered again since.</summary>
    public Task ReleaseAsync(StagedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        queues.TryHideAsync(QueueOf(message), message.Id, message.Handle, delay, cancellationToken);

    private static bool IsShort(StagedUpload upload) =>
        upload.Answer is { Part: 0, Parts: 1 } && (upload.Answer.Kind != UploadKind.ActList || upload.MostActs <= MaxShortActs);

    private static string QueueOf(StagedMessage message) => message.IsBulk ? StorageNames.StagedBulkQueue : StorageNames.StagedActsQueue;

    private static BlobAddress BodyOf(string blob) => new(StorageNames.StagingContainer, blob);

    private Task<List<StagedMessage>> ReceivePageAsync(CancellationToken cancellationToken) =>
        ReceiveAsync(StorageNames.StagedActsQueue, PageLength, ReadInlineAsync, cancellationToken);

    private async Task<List<StagedMessage>> ReceiveAsync(
        string queue,
        int count,
        Func<ReceivedMessage, CancellationToken, Task<StagedMessage>> read,
        CancellationToken cancellationToken)
    {
        var received = await queues.ReceiveAsync(queue, count, Invisible, cancellationToken);
        var messages = new List<StagedMessage>(received.Count);
        foreach (var message in received)
        {
            try
            {
                messages.Add(await read(message, cancellationToken));
            }
            catch (MissingInStorageException exception) when (message.DeliveryCount < MaxDeliveriesWithoutBody)
            {
                LogMissing(logger, message.DeliveryCount, exception);
            }
            catch (Exception exception) when (exception is LogFormatException or MissingInStorageException)
            {
                LogPoison(logger, exception);
                await queues.SendAsync(queue + StorageNames.PoisonSuffix, message.Body, TimeSpan.Zero, cancellationToken);
                await queues.TryDeleteAsync(queue, message.Id, message.Handle, cancellationToken);
            }
        }

        return messages;
    }

    private static Task<StagedMessage> ReadInlineAsync(ReceivedMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(Message(message, null, StagedBody.Decode(message.Body.Bytes.Span)));

    private async Task<StagedMessage> ReadPointerAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var pointer = StagedPointer.Decode(message.Body.Bytes.Span);
        var body = await blobs.ReadAsync(BodyOf(pointer.Blob), cancellationToken) ?? throw new MissingInStorageException("the body of a staged upload");
        return StagedBody.Decode(body.Content.Span) is StagedUpload upload
            ? Message(message, pointer.Blob, upload with { Answer = upload.Answer with { Part = pointer.Part, Parts = pointer.Parts } })
            : throw new LogFormatException("staged pointer: it leads to no upload");
    }

    private static StagedMessage Message(ReceivedMessage message, string? blob, StagedWork work) =>
        new(message.Id, message.Handle, message.DeliveryCount, message.SentAt, blob, work);

    private Task<SentMessage> SendAsync(string queue, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        queues.SendAsync(queue, new MessageBody(body), TimeSpan.Zero, cancellationToken);

    private static Task InParallelAsync<T>(IReadOnlyList<T> items, Func<T, CancellationToken, ValueTask> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, action);

    [LoggerMessage(Level = LogLevel.Error, Message = "The body of a staged message is missing, delivery {Count}.")]
    private static partial void LogMissing(ILogger logger, long count, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A staged message cannot be read and is moved to the poison queue.")]
    private static partial void LogPoison(ILogger logger, Exception exception);
}

/// <summary>The message of a staged upload whose body is a blob.</summary>
/// <param name="Blob">The blob's name in the staging container.</param>
/// <param name="Part">Which part of the upload it is, from 0.</param>
/// <param name="Parts">How many parts there are.</param>
/// <param name="Source">The upload, which is told if the blob is lost (<see cref="StagedBody.SourceOf"/>); messages of before it was named have none.</param>
public sealed record StagedPointer(string Blob, int Part, int Parts, [property: JsonPropertyName("source")] BlobVersion? Source = null)
{
    // The longest name of a blob.
    private const int MaxNameLength = 1024;

    /// <summary>Writes it.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, StagedPointerJson.Default.StagedPointer);

    /// <summary>Reads it.</summary>
    /// <exception cref="LogFormatException">It is not a pointer.</exception>
    public static StagedPointer Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var pointer = ForeignJson.Read(bytes, StagedPointerJson.Default.StagedPointer);
            return pointer is { Blob.Length: > 0 and <= MaxNameLength, Part: >= 0, Source: null or { Container: not null, Path: not null, ETag: not null } } && pointer.Part < pointer.Parts
                ? pointer
                : throw new LogFormatException("staged pointer: it names no part of an upload");
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("staged pointer: not its JSON", exception);
        }
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StagedPointer))]
internal sealed partial class StagedPointerJson : JsonSerializerContext;

using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Intake;

/// <summary>
/// The queue between intake and sequencer: at least once, in any order. A body that does not fit into a message goes into a
/// blob, and a pointer to it into the queue for long uploads, which is read one message at a time and only when the other is
/// empty, so that nobody waits for another's million lines. Long is also what names references, each of which may stand for
/// a hundred documents. Documents that are staged at the same time share a message.
/// </summary>
/// <remarks>One instance a process.</remarks>
public sealed partial class StagedActs(IBlobStore blobs, IQueueStore queues, TimeProvider time, ILogger<StagedActs> logger)
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

    private readonly StagedReader _reader = new();
    private readonly StagedHere _here = new(time);
    private readonly SharedSends _shared = new(
        bodies => queues.SendAsync(StorageNames.StagedActsQueue, new MessageBody(StagedGroup.Encode(bodies)), TimeSpan.Zero, CancellationToken.None),
        () => queues.CountAsync(StorageNames.StagedActsQueue, CancellationToken.None),
        time);

    /// <summary>Stores an upload, or a part of one, under a name that nothing else has: whoever discards it takes nothing from another delivery.</summary>
    public async Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken)
    {
        var body = StagedBody.Encode(upload);
        if (body.Length <= IQueueStore.MaxBodyLength && IsShort(upload))
            return new PreparedPart(0, null, body) { MostActs = upload.MostActs, MayShare = upload.Answer.Kind == UploadKind.Document };

        // A name that no other delivery of the same event has, so that one that fails takes nothing from another.
        var blob = Guid.NewGuid().ToString("N");
        await blobs.TryWriteAsync(BodyOf(blob), body, BlobCondition.None, BlobHeaders.None, cancellationToken);
        return new PreparedPart(upload.Answer.Part, blob, default) { MostActs = upload.MostActs, Source = upload.Source };
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
                else if (part.MayShare)
                    await _shared.SendAsync(part.Body);
                else
                    await SendAsync(StorageNames.StagedActsQueue, part.Body, stop);
                _here.Add(part.MostActs);
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
    public Task<StagedPage> ReceiveAsync(CancellationToken cancellationToken) => ReceiveAsync(null, cancellationToken);

    /// <summary>Likewise, after what was taken already.</summary>
    /// <param name="first">What was taken of the short ones already; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StagedPage> ReceiveAsync(StagedPage? first, CancellationToken cancellationToken)
    {
        var page = first ?? await ReceivePageAsync(cancellationToken);
        if (page.Messages.Count == 0)
            return (await ReceiveAsync(StorageNames.StagedBulkQueue, 1, ReadPointerAsync, cancellationToken)) with { IsFull = false };
        if (!page.IsFull)
            return page;

        // Much is waiting, so one page a round trip would be slow.
        var more = await Task.WhenAll(Enumerable.Range(0, MorePages).Select(_ => ReceiveMoreAsync(cancellationToken)));
        return new StagedPage([.. page.Messages, .. more.SelectMany(other => other.Messages)], IsFull: true);
    }

    /// <summary>Waits until this process has staged so many acts since messages were last taken, but no longer than <paramref name="most"/>: what others stage it does not see.</summary>
    public Task WaitForMoreAsync(int acts, TimeSpan most, CancellationToken cancellationToken) => _here.WaitAsync(acts, most, cancellationToken);

    /// <summary>Since when the message that has waited longest, of those visible now, is staged; null when none is visible.</summary>
    public async Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken)
    {
        var shorts = await queues.PeekAsync(StorageNames.StagedActsQueue, cancellationToken);
        var bulk = await queues.PeekAsync(StorageNames.StagedBulkQueue, cancellationToken);
        return shorts < bulk ? shorts : bulk ?? shorts;
    }

    /// <summary>Removes a message that is answered, or what it is of one; does nothing if it is gone or was delivered again since.</summary>
    public Task DeleteAsync(StagedMessage message, CancellationToken cancellationToken) => SettleAsync(message, null, cancellationToken);

    /// <summary>Puts a message back, to be seen after <paramref name="delay"/>; does nothing if it is gone or was delivered again since.</summary>
    public Task ReleaseAsync(StagedMessage message, TimeSpan delay, CancellationToken cancellationToken) => SettleAsync(message, delay, cancellationToken);

    private async Task SettleAsync(StagedMessage message, TimeSpan? wait, CancellationToken cancellationToken)
    {
        if (message.Share is { } share)
        {
            (var all, wait) = share.Group.Settle(share.Number, wait);
            if (!all)
                return;
        }

        if (wait is { } delay)
        {
            await queues.TryHideAsync(QueueOf(message), message.Id, message.Handle, delay, cancellationToken);
            return;
        }

        // The message first: a message without its body would be lost, a body without its message only takes space.
        await queues.TryDeleteAsync(QueueOf(message), message.Id, message.Handle, cancellationToken);
        if (message.Blob is { } blob)
            await blobs.DeleteAsync(BodyOf(blob), cancellationToken);
    }

    private static bool IsShort(StagedUpload upload) =>
        upload.Answer is { Part: 0, Parts: 1 } && (upload.Answer.Kind != UploadKind.ActList || upload.MostActs <= MaxShortActs);

    private static string QueueOf(StagedMessage message) => message.IsBulk ? StorageNames.StagedBulkQueue : StorageNames.StagedActsQueue;

    private static BlobAddress BodyOf(string blob) => new(StorageNames.StagingContainer, blob);

    /// <summary>Takes short messages, as many as storage hands out at once.</summary>
    public Task<StagedPage> ReceivePageAsync(CancellationToken cancellationToken)
    {
        _here.Reset();
        return ReceiveAsync(StorageNames.StagedActsQueue, PageLength, ReadInlineAsync, cancellationToken);
    }

    // What the others brought is not lost when storage refuses one.
    private async Task<StagedPage> ReceiveMoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReceivePageAsync(cancellationToken);
        }
        catch (StorageBusyException exception)
        {
            LogBusy(logger, exception);
            return new StagedPage([], IsFull: false);
        }
    }

    private async Task<StagedPage> ReceiveAsync(
        string queue,
        int count,
        Func<ReceivedMessage, List<StagedMessage>, CancellationToken, ValueTask> read,
        CancellationToken cancellationToken)
    {
        var received = await queues.ReceiveAsync(queue, count, Invisible, cancellationToken);
        var messages = new List<StagedMessage>(received.Count);
        foreach (var message in received)
        {
            try
            {
                await read(message, messages, cancellationToken);
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

        return new StagedPage(messages, received.Count >= count);
    }

    private ValueTask ReadInlineAsync(ReceivedMessage message, List<StagedMessage> messages, CancellationToken cancellationToken)
    {
        if (StagedGroup.TryDecode(message.Body.Bytes.Span, _reader) is not { } uploads)
        {
            messages.Add(Message(message, null, StagedBody.Decode(message.Body.Bytes.Span, _reader)));
            return ValueTask.CompletedTask;
        }

        foreach (var (upload, share) in uploads)
            messages.Add(Message(message, null, upload) with { Share = share });
        return ValueTask.CompletedTask;
    }

    private async ValueTask ReadPointerAsync(ReceivedMessage message, List<StagedMessage> messages, CancellationToken cancellationToken)
    {
        var pointer = StagedPointer.Decode(message.Body.Bytes.Span);
        var body = await blobs.ReadAsync(BodyOf(pointer.Blob), cancellationToken) ?? throw new MissingInStorageException("the body of a staged upload");
        messages.Add(StagedBody.Decode(body.Content.Span, _reader) is StagedUpload upload
            ? Message(message, pointer.Blob, upload with { Answer = upload.Answer with { Part = pointer.Part, Parts = pointer.Parts } })
            : throw new LogFormatException("staged pointer: it leads to no upload"));
    }

    private static StagedMessage Message(ReceivedMessage message, string? blob, StagedWork work) =>
        new(message.Id, message.Handle, message.DeliveryCount, message.SentAt, blob, work);

    private Task<SentMessage> SendAsync(string queue, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        queues.SendAsync(queue, new MessageBody(body), TimeSpan.Zero, cancellationToken);

    private static Task InParallelAsync<T>(IReadOnlyList<T> items, Func<T, CancellationToken, ValueTask> action, CancellationToken cancellationToken) => items is [var only]
        ? action(only, cancellationToken).AsTask()
        : Parallel.ForEachAsync(items, SideBySide.Of(16, cancellationToken), action);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage is busy: fewer staged messages are taken at once.")]
    private static partial void LogBusy(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The body of a staged message is missing, delivery {Count}.")]
    private static partial void LogMissing(ILogger logger, long count, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A staged message cannot be read and is moved to the poison queue.")]
    private static partial void LogPoison(ILogger logger, Exception exception);
}

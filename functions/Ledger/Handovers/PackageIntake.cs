using System.IO.Pipelines;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Handovers;

/// <summary>
/// Takes in a sealed package: hashes it while reading it once, in constant memory, and stages the handover. What was not announced, or
/// is not as announced, is deleted. Nothing in a package is looked at but its first line.
/// </summary>
public sealed partial class PackageIntake(Inbox inbox, Packages packages, HandoverRecords records, StagedActs staged, ILogger<PackageIntake> logger)
{
    private const int BufferSize = 1024 * 1024;

    /// <summary>What every binary age file begins with.</summary>
    public static ReadOnlySpan<byte> FirstLine => "age-encryption.org/v1\n"u8;

    /// <summary>Takes in what was uploaded to a receiver's container.</summary>
    public async Task<IntakeOutcome> TakeInAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        if (ReceiverContainer.HandoverOf(blob.Path) is not { } id)
            return await DeleteAsync(blob, cancellationToken);
        var record = await records.FindAsync(id, cancellationToken);
        if (record.Sent?.Source == blob)
            return IntakeOutcome.Ignored;

        // One package is sent under one id: after it was refused as well, and after it is gone.
        if (record.Sent is not null || record.Refused is not null || record.Announced is not { } announced || announced.Receiver != ReceiverContainer.IdOf(blob.Container))
            return await DeleteAsync(blob, cancellationToken);
        try
        {
            return await StageAsync(id, blob, announced, cancellationToken);
        }
        catch (UploadRejectedException exception)
        {
            // First what the holder is told, so that none is gone without a word.
            LogRefused(logger, blob.Container, exception.Rejection.Cause);
            await records.RefuseAsync(id, exception.Rejection.Cause, cancellationToken);
            await packages.DeleteAsync(blob, cancellationToken);
            return IntakeOutcome.Rejected;
        }
    }

    private async Task<IntakeOutcome> StageAsync(string id, BlobVersion blob, AnnouncedHandover announced, CancellationToken cancellationToken)
    {
        await using var upload = await inbox.OpenAsync(blob, cancellationToken);
        if (upload is null)
            return IntakeOutcome.Ignored;
        if (upload.Version != blob)
            return await DeleteAsync(upload.Version, cancellationToken);
        var length = new AnnouncedLength(announced.Length);
        var content = await RequireSealedAsync(upload.Content, cancellationToken);
        var digests = await StreamDigest.ComputeAsync(content, [DigestAlgorithm.Sha256], length, cancellationToken);
        var handover = new StagedHandover(blob, id, ActKind.Handover, upload.LastModified, digests[0])
        {
            Lock = announced.Lock,
            WithdrawLock = announced.WithdrawLock,
            Length = length.Read,
        };
        await staged.StageAsync(handover, cancellationToken);
        return IntakeOutcome.Staged;
    }

    private async Task<IntakeOutcome> DeleteAsync(BlobVersion blob, CancellationToken cancellationToken)
    {
        LogUnannounced(logger, blob.Container);
        await packages.DeleteAsync(blob, cancellationToken);
        return IntakeOutcome.Rejected;
    }

    // Looks at the beginning, and hands on the whole.
    private static async Task<Stream> RequireSealedAsync(Stream content, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: BufferSize, leaveOpen: true));
        var beginning = (await reader.ReadAtLeastAsync(FirstLine.Length, cancellationToken)).Buffer;
        var isSealed = beginning.Length >= FirstLine.Length && new System.Buffers.SequenceReader<byte>(beginning).IsNext(FirstLine);
        reader.AdvanceTo(beginning.Start);
        return isSealed ? reader.AsStream() : throw new UploadRejectedException(HandoverRefusal.NotSealed());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A package in {Container} is refused: {Cause}.")]
    private static partial void LogRefused(ILogger logger, string container, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Something in {Container} was not announced, and is deleted.")]
    private static partial void LogUnannounced(ILogger logger, string container);

    // Whatever is longer is not read to its end.
    private sealed class AnnouncedLength(long most) : IProgress<long>
    {
        public long Read { get; private set; }

        public void Report(long value)
        {
            Read = value;
            if (value > most)
                throw new UploadRejectedException(HandoverRefusal.LongerThanAnnounced());
        }
    }
}

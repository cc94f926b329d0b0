using System.Globalization;
using System.Runtime.CompilerServices;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>Committed and candidate batches, by name: the source of truth. One blob a batch; in production a WORM policy keeps what is written.</summary>
public sealed class Journal(IBlobStore blobs)
{
    /// <summary>Writes a batch. The root in its name fixes every entry in it, so writing it again changes nothing.</summary>
    /// <returns>False if there was one of that name: an earlier attempt's, which has the same entries and may have another note.</returns>
    public async Task<bool> TryWriteAsync(string name, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        await blobs.TryWriteAsync(BlobOf(name), batch, BlobCondition.Absent, BlobHeaders.None, cancellationToken) is not null;

    /// <summary>Reads a batch that a head names.</summary>
    /// <exception cref="TransparencyLog.LogFormatException">The batch is missing.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string name, CancellationToken cancellationToken) =>
        (await blobs.ReadAsync(BlobOf(name), cancellationToken))?.Content ?? throw Missing();

    /// <summary>The name of the batch before this one, from the batch's first bytes alone; empty for the first.</summary>
    /// <exception cref="TransparencyLog.LogFormatException">The batch is missing, or does not begin as one.</exception>
    public async Task<string> ReadPreviousAsync(string name, CancellationToken cancellationToken) =>
        JournalFormat.ReadPrevious(await blobs.ReadPartAsync(BlobOf(name), 0, JournalFormat.MaxBeginning, cancellationToken) ?? throw Missing());

    /// <summary>The names of all batches that lead to more than so many entries, committed or not, by size.</summary>
    public async IAsyncEnumerable<string> ListAfterAsync(long size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in blobs.ListAsync(StorageNames.JournalContainer, "", cancellationToken))
        {
            if (SizeOf(batch.Path) > size)
                yield return batch.Path;
        }
    }

    /// <summary>Whether more was written than first batches, which a crash may have left uncommitted: then a log was begun.</summary>
    public async Task<bool> HasBegunAsync(CancellationToken cancellationToken)
    {
        await foreach (var name in ListAfterAsync(0, cancellationToken))
        {
            if (SizeOf(name) > FirstBatchLength || await ReadPreviousAsync(name, cancellationToken) != "")
                return true;
        }

        return false;
    }

    // The genesis and the status.
    private const long FirstBatchLength = 2;

    private static long SizeOf(string name) =>
        name.IndexOf('-') is var end and > 0 && long.TryParse(name.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : -1;

    private static BlobAddress BlobOf(string name) => new(StorageNames.JournalContainer, name);

    private static LogFormatException Missing() => new("journal: the batch is missing");
}

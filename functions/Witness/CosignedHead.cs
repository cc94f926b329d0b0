using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Witness;

/// <summary>A checkpoint that was cosigned.</summary>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Note">With the log's signatures and the witness's.</param>
/// <param name="ETag">The version of the blob that holds it.</param>
internal sealed record Cosigned(Checkpoint Checkpoint, ReadOnlyMemory<byte> Note, string ETag)
{
    public static Cosigned Of(StoredBlob blob) => new(Checkpoint.Parse(SignedNote.Parse(blob.Content.Span).Text), blob.Content, blob.ETag);

    public bool IsSameTreeAs(Checkpoint other) => Checkpoint.Size == other.Size && Checkpoint.Root == other.Root;
}

/// <summary>
/// How far one log was cosigned. What decides is its steps: for each size a blob that says what was cosigned next, and that is
/// never written a second time. So from no size does the witness go on in two ways, whichever instances run and whatever becomes
/// of the head. The head is the last checkpoint with its cosignatures, replaced under <c>If-Match</c>; one that was set back is
/// brought forward along the steps.
/// </summary>
internal sealed class CosignedHead(IBlobStore blobs, string origin)
{
    private const int Attempts = 8;
    private static readonly BlobHeaders Text = new("text/plain; charset=utf-8", "public, max-age=2");

    private readonly BlobAddress _head = new(WitnessContainers.Heads, $"{HashOf(origin)}/checkpoint");

    // Replaced whole. Whoever has an older one is put right by storage.
    private volatile Cosigned? _last;

    /// <summary>What this process knows of it without asking; null if nothing.</summary>
    public Cosigned? Known => _last;

    /// <summary>Where a log is found below a monitoring prefix: SHA-256 of its origin, in hex.</summary>
    public static string HashOf(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    /// <summary>Reads how far it was cosigned.</summary>
    /// <param name="isEnough">Whether the head that is known will do if it is still there; else its steps are followed all the same.</param>
    /// <param name="cosign">Cosigns a note anew, for a head that is behind its steps.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The head; null if nothing was ever cosigned. Whether it was behind its steps.</returns>
    /// <exception cref="WitnessUnavailableException">Storage knows less than was cosigned here.</exception>
    public async Task<(Cosigned? Head, bool WasBehind)> LoadAsync(bool isEnough, Func<SignedNote, Task<ReadOnlyMemory<byte>>> cosign, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await ReadAsync(_head, cancellationToken);
            if (isEnough && _last is { } known && found?.ETag == known.ETag)
                return (known, false);

            var head = found;
            while (await ReadAsync(StepFrom(head?.Checkpoint.Size ?? 0), cancellationToken) is { } next)
                head = next;
            if (head != found)
            {
                var note = await cosign(SignedNote.Parse(head!.Note.Span));
                if (await blobs.TryWriteAsync(_head, note, BlobCondition.Is(found?.ETag), Text, cancellationToken) is not { } etag)
                    continue;
                head = head with { Note = note, ETag = etag };
            }

            Remember(head);
            return (head, head != found);
        }

        throw new WitnessUnavailableException("The head changes all the time.");
    }

    /// <summary>Goes on to a checkpoint, for good: once this has returned true, its cosignatures may leave.</summary>
    /// <param name="from">The head that it was compared with; null for none.</param>
    /// <param name="checkpoint">The checkpoint, of the same size or a greater one.</param>
    /// <param name="note">Its note, cosigned.</param>
    /// <param name="plain">Its note without the cosignatures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False if the witness has gone on otherwise by now.</returns>
    public async Task<bool> TryAdvanceAsync(Cosigned? from, Checkpoint checkpoint, ReadOnlyMemory<byte> note, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var isStep = checkpoint.Size > (from?.Checkpoint.Size ?? 0);
        if (isStep && !await TryStepAsync(from?.Checkpoint.Size ?? 0, checkpoint, plain, cancellationToken))
            return false;
        for (var (attempt, etag) = (0, from?.ETag); attempt < Attempts; attempt++)
        {
            if (await blobs.TryWriteAsync(_head, note, BlobCondition.Is(etag), Text, cancellationToken) is { } written)
            {
                Remember(new Cosigned(checkpoint, note, written));
                return true;
            }

            // A write whose answer was lost meets itself. What is ahead has gone on from this step; what is behind was set back.
            var there = await ReadAsync(_head, cancellationToken);
            if (there is not null && there.Note.Span.SequenceEqual(note.Span))
            {
                Remember(there);
                return true;
            }

            if (!isStep)
                return false;
            if (there?.Checkpoint.Size >= checkpoint.Size)
                return true;
            etag = there?.ETag;
        }

        throw new WitnessUnavailableException("The head changes all the time.");
    }

    /// <summary>The head as it is served; null if there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadNoteAsync(CancellationToken cancellationToken) => (await blobs.ReadAsync(_head, cancellationToken))?.Content;

    private async Task<bool> TryStepAsync(long size, Checkpoint checkpoint, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        if (await blobs.TryWriteAsync(StepFrom(size), plain, BlobCondition.Absent, Text, cancellationToken) is not null)
            return true;
        var step = await ReadAsync(StepFrom(size), cancellationToken) ?? throw new WitnessUnavailableException("A step that is there cannot be read.");
        return step.IsSameTreeAs(checkpoint);
    }

    private void Remember(Cosigned? head)
    {
        var known = _last;
        if (known is not null && (head is null || head.Checkpoint.Size < known.Checkpoint.Size || (head.Checkpoint.Size == known.Checkpoint.Size && !head.IsSameTreeAs(known.Checkpoint))))
            throw new WitnessUnavailableException("Storage knows less than was cosigned here.");
        _last = head;
    }

    private async Task<Cosigned?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken) =>
        await blobs.ReadAsync(blob, cancellationToken) is { } found ? Cosigned.Of(found) : null;

    private static string NameOf(long size) => size.ToString("d19", CultureInfo.InvariantCulture);

    private BlobAddress StepFrom(long size) => new(WitnessContainers.Steps, $"{HashOf(origin)}/{NameOf(size)}");
}

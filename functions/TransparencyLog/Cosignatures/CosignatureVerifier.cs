using System.Buffers.Binary;

namespace TrueCopy.TransparencyLog.Cosignatures;

/// <summary>
/// A public key of a witness (C2SP tlog-cosignature). Its signature over a checkpoint begins with a time, big-endian seconds
/// since 1970: as of then, the tree was the largest that the witness had seen of the log, and went with all before it.
/// </summary>
public abstract class CosignatureVerifier : NoteVerifier
{
    internal const int TimeLength = sizeof(ulong);
    private static readonly ulong MaxTime = (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private protected CosignatureVerifier(string name, byte type, ReadOnlySpan<byte> publicKey)
        : base(name, ComputeKeyId(name, type, publicKey))
    {
    }

    /// <summary>Parses a verifier key of type 0x04 (Ed25519) or 0x06 (ML-DSA-44).</summary>
    /// <exception cref="LogFormatException">It is malformed, of another type, or its id is not that of its key.</exception>
    public static new CosignatureVerifier Parse(string verifierKey) => Parse(verifierKey, static (name, type, key) => type switch
    {
        Ed25519CosignatureVerifier.Type => (CosignatureVerifier)new Ed25519CosignatureVerifier(name, key),
        MlDsa44CosignatureVerifier.Type => new MlDsa44CosignatureVerifier(name, key),
        _ => throw new LogFormatException("verifier key: only types 0x04 (Ed25519) and 0x06 (ML-DSA-44) are those of witnesses"),
    });

    /// <inheritdoc/>
    public sealed override bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) => TryVerify(text, signature, out _);

    /// <summary>Whether <paramref name="signature"/> is this key's over the checkpoint <paramref name="text"/>, and as of when.</summary>
    /// <param name="text">A checkpoint's text.</param>
    /// <param name="signature">Time and signature; malformed ones are simply false, and so are times after the year 9999.</param>
    /// <param name="time">The time that is signed; null for zero, which says that the tree goes with all that the witness saw and not that it is the largest.</param>
    public bool TryVerify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature, out DateTimeOffset? time)
    {
        time = null;
        if (signature.Length != TimeLength + SignatureLength)
            return false;
        var seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        if (seconds > MaxTime || !IsSigned(text, (long)seconds, signature[TimeLength..]))
            return false;
        time = seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return true;
    }

    /// <summary>
    /// This witness's newest line among several, as it answers with them: lines of other keys are left alone, and those of this
    /// one have to verify.
    /// </summary>
    /// <param name="text">The text of the checkpoint that was sent to it.</param>
    /// <param name="lines">What it answered.</param>
    /// <returns>The line and its time; null if there is none with a time.</returns>
    /// <exception cref="LogFormatException">A line of this key is wrong.</exception>
    public (NoteSignature Line, DateTimeOffset Time)? FindIn(string text, IReadOnlyList<NoteSignature> lines)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        (NoteSignature Line, DateTimeOffset Time)? newest = null;
        foreach (var line in new SignedNote(text, lines).LinesOf(this))
        {
            if (!TryVerify(bytes, line.Value.Span, out var time))
                throw SignedNote.Wrong(this);
            if (time is { } at && (newest is not { } found || at > found.Time))
                newest = (line, at);
        }

        return newest;
    }

    /// <summary>Length of the signature behind the time, in bytes.</summary>
    private protected abstract int SignatureLength { get; }

    private protected abstract bool IsSigned(ReadOnlySpan<byte> text, long time, ReadOnlySpan<byte> signature);
}

/// <summary>Cosigns checkpoints for a witness: each signature carries the clock's time. Whether to sign is decided before.</summary>
public abstract class Cosigner : INoteSigner, IDisposable
{
    /// <summary>The length of a seed in bytes, of either kind of key.</summary>
    public const int SeedSize = 32;

    private readonly TimeProvider _clock;

    private protected Cosigner(CosignatureVerifier verifier, TimeProvider clock) => (Verifier, _clock) = (verifier, clock);

    /// <summary>The public half.</summary>
    public CosignatureVerifier Verifier { get; }

    /// <inheritdoc/>
    NoteVerifier INoteSigner.Verifier => Verifier;

    /// <summary>Cosigns the text of a checkpoint, as of now.</summary>
    /// <returns>Time and signature, as a note's line carries them after the key's id.</returns>
    /// <exception cref="LogFormatException">The text is not that of a checkpoint, or its origin is too long for this kind of key.</exception>
    public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StrictText.TryDecodeUtf8(text.Span, out var decoded))
            throw new LogFormatException("checkpoint: not UTF-8");
        var checkpoint = Checkpoint.Parse(decoded);
        var time = _clock.GetUtcNow().ToUnixTimeSeconds();
        var signature = Sign(text.Span, checkpoint, time);
        var stamped = new byte[CosignatureVerifier.TimeLength + signature.Length];
        BinaryPrimitives.WriteInt64BigEndian(stamped, time);
        signature.CopyTo(stamped, CosignatureVerifier.TimeLength);
        return new ValueTask<ReadOnlyMemory<byte>>(stamped);
    }

    /// <summary>Cosigns a checkpoint, as of now.</summary>
    /// <returns>The signature line to append to its note.</returns>
    /// <exception cref="LogFormatException">Its origin is too long for this kind of key.</exception>
    public async ValueTask<NoteSignature> CosignAsync(Checkpoint checkpoint, CancellationToken cancellationToken) =>
        new(Verifier.Name, Verifier.KeyId, await SignAsync(System.Text.Encoding.UTF8.GetBytes(checkpoint.ToNoteText()), cancellationToken));

    /// <summary>Wipes the seed, where that is possible.</summary>
    public abstract void Dispose();

    private protected abstract byte[] Sign(ReadOnlySpan<byte> text, Checkpoint checkpoint, long time);
}

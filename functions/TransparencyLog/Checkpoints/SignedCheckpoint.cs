using System.Text;

namespace TrueCopy.TransparencyLog.Checkpoints;

/// <summary>A checkpoint whose signatures were made or verified, with the exact bytes of its note.</summary>
public sealed class SignedCheckpoint
{
    private SignedCheckpoint(
        Checkpoint checkpoint,
        ReadOnlyMemory<byte> note,
        IReadOnlyList<NoteSignature> signatures,
        IReadOnlyList<NoteVerifier> signers)
    {
        Checkpoint = checkpoint;
        Note = note;
        Signatures = signatures;
        Signers = signers;
    }

    /// <summary>What is signed.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The signed note, byte for byte as published.</summary>
    public ReadOnlyMemory<byte> Note { get; }

    /// <summary>Every signature line, of known keys and of others.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The known keys whose signatures it carries; never empty.</summary>
    public IReadOnlyList<NoteVerifier> Signers { get; }

    /// <summary>Number of entries.</summary>
    public long Size => Checkpoint.Size;

    /// <summary>Signs a checkpoint with every signer and verifies each signature before anyone can see it.</summary>
    /// <exception cref="LogFormatException">A signer returned a signature that its own public key rejects.</exception>
    public static async Task<SignedCheckpoint> SignAsync(
        Checkpoint checkpoint,
        IReadOnlyList<INoteSigner> signers,
        CancellationToken cancellationToken)
    {
        var text = checkpoint.ToNoteText();
        var bytes = Encoding.UTF8.GetBytes(text);
        var pending = signers.Select(signer => signer.SignAsync(bytes, cancellationToken).AsTask());
        var values = await Task.WhenAll(pending);
        var signatures = signers.Zip(values, (signer, value) => new NoteSignature(signer.Verifier.Name, signer.Verifier.KeyId, value));
        var note = new SignedNote(text, [.. signatures]);
        return new SignedCheckpoint(checkpoint, note.Encode(), note.Signatures, note.Verify(signers.Select(signer => signer.Verifier)));
    }

    /// <summary>Parses a published note and verifies it.</summary>
    /// <param name="note">The note's bytes.</param>
    /// <param name="origin">The origin that the checkpoint must name.</param>
    /// <param name="keys">Keys of that log; at least one must have signed, and none of theirs may be wrong.</param>
    /// <exception cref="LogFormatException">The note is malformed, of another log, or not signed by its keys.</exception>
    public static SignedCheckpoint Open(ReadOnlyMemory<byte> note, string origin, IReadOnlyList<NoteVerifier> keys)
    {
        var signed = SignedNote.Parse(note.Span);
        var signers = signed.Verify(keys);
        var checkpoint = Checkpoint.Parse(signed.Text);
        return checkpoint.Origin == origin
            ? new SignedCheckpoint(checkpoint, note, signed.Signatures, signers)
            : throw new LogFormatException("checkpoint: the origin is that of another log");
    }

    /// <summary>The same checkpoint with the lines of <see cref="Signers"/> alone: as its log signed it, before any witness saw it.</summary>
    public SignedCheckpoint WithoutCosignatures()
    {
        if (Signatures.All(line => Signers.Any(line.IsOf)))
            return this;
        var note = new SignedNote(SignedNote.Parse(Note.Span).Text, [.. Signatures.Where(line => Signers.Any(line.IsOf))]);
        return new SignedCheckpoint(Checkpoint, note.Encode(), note.Signatures, Signers);
    }

    /// <summary>
    /// The same checkpoint with further signature lines, of witnesses; a line of a key that has one takes its place, so that a
    /// newer cosignature follows an older one. Nothing is said of their validity.
    /// </summary>
    /// <exception cref="ArgumentException">A line claims to be of one of <see cref="Signers"/>.</exception>
    public SignedCheckpoint With(IReadOnlyList<NoteSignature> cosignatures)
    {
        if (cosignatures.Any(line => Signers.Any(line.IsOf)))
            throw new ArgumentException("A cosignature is not the log's own.", nameof(cosignatures));
        var kept = Signatures.Where(line => !cosignatures.Any(other => other.Name == line.Name && other.KeyId == line.KeyId));
        var note = new SignedNote(SignedNote.Parse(Note.Span).Text, [.. kept, .. cosignatures]);
        return new SignedCheckpoint(Checkpoint, note.Encode(), note.Signatures, Signers);
    }
}

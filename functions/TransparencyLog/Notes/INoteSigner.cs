namespace TrueCopy.TransparencyLog.Notes;

/// <summary>Signs notes with one key, which may live in a vault.</summary>
public interface INoteSigner
{
    /// <summary>The public half, which verifies what this signs.</summary>
    NoteVerifier Verifier { get; }

    /// <summary>Signs a note's text (final newline included); the encoding is the one of <see cref="NoteVerifier.SignatureType"/>.</summary>
    ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken);
}

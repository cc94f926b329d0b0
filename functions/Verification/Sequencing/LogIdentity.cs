using TrueCopy.TransparencyLog.Notes;

namespace TrueCopy.Verification.Sequencing;

/// <summary>Which log this deployment keeps, and the keys that sign for it.</summary>
/// <param name="Origin">Name of the log in checkpoints and of its keys; never changes.</param>
/// <param name="Signers">Every checkpoint carries a signature of each: ECDSA P-256 for receipts, Ed25519 for witnesses.</param>
public sealed record LogIdentity(string Origin, IReadOnlyList<INoteSigner> Signers)
{
    /// <summary>The public keys.</summary>
    public IReadOnlyList<NoteVerifier> Verifiers { get; } = [.. Signers.Select(signer => signer.Verifier)];
}

namespace TrueCopy.Ledger.Signing;

/// <summary>Which log this deployment keeps, and the keys that sign for it.</summary>
/// <param name="Origin">Name of the log in checkpoints and of its keys; never changes.</param>
/// <param name="Signers">
/// Every checkpoint carries a signature of each: ECDSA P-256 for receipts, Ed25519 for witnesses. Two of a kind while one
/// takes over from the other; the one to rely on comes first.
/// </param>
public sealed record LogIdentity(string Origin, IReadOnlyList<INoteSigner> Signers)
{
    /// <summary>The public keys.</summary>
    public IReadOnlyList<NoteVerifier> Verifiers { get; } = [.. Signers.Select(signer => signer.Verifier)];

    /// <summary>Whether the checkpoint carries signatures of these keys and of no others.</summary>
    public bool IsThatOf(SignedCheckpoint checkpoint) =>
        checkpoint.Signatures.Select(line => (line.Name, line.KeyId)).ToHashSet()
            .SetEquals(Verifiers.Select(verifier => (verifier.Name, verifier.KeyId)));
}

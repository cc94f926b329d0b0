using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace TrueCopy.Receipts.Handovers;

/// <summary>
/// The secrets of a handover and what the log holds of them. A lock is the SHA-256 of what opens it: the log has the lock from
/// the handover on, and what opens it once the package was accepted or the consent taken back, so that the service can
/// say neither for those who alone can.
/// </summary>
public static class HandoverLocks
{
    /// <summary>Length of secrets, proofs and locks in bytes.</summary>
    public const int Size = 32;

    /// <summary>A trace secret, which stays with the holder: in the fragment of the trace link, 43 characters of base64url.</summary>
    public static byte[] CreateSecret() => RandomNumberGenerator.GetBytes(Size);

    /// <summary>
    /// The id of the handover, 64 lower-case hex digits: SHA-256 of <c>truecopy/handover/v1 ‖ 0x00 ‖ secret</c>. Whoever knows it
    /// may read what became of the package.
    /// </summary>
    public static string Id(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(Hash("truecopy/handover/v1\0"u8, secret));

    /// <summary>What takes the consent back: SHA-256 of <c>truecopy/withdraw/v1 ‖ 0x00 ‖ secret</c>.</summary>
    public static byte[] WithdrawKey(ReadOnlySpan<byte> secret) => Hash("truecopy/withdraw/v1\0"u8, secret);

    /// <summary>
    /// The proof that the consent was opened: SHA-256 of <c>truecopy/consent/v1 ‖ 0x00 ‖ the exact bytes of consent.json</c>,
    /// which holds a random nonce.
    /// </summary>
    public static byte[] ConsentProof(ReadOnlySpan<byte> consent) => Hash("truecopy/consent/v1\0"u8, consent);

    /// <summary>The lock that <paramref name="proof"/> opens, 64 lower-case hex digits.</summary>
    public static string Lock(ReadOnlySpan<byte> proof) => Convert.ToHexStringLower(SHA256.HashData(proof));

    /// <summary>Whether a proof opens a lock; both as the log writes them.</summary>
    public static bool Opens(string? proof, [NotNullWhen(true)] string? @lock) =>
        IsHex(proof) && IsHex(@lock) && Lock(Convert.FromHexString(proof)) == @lock;

    /// <summary>Whether a text is an id, a proof or a lock as they are written: 64 lower-case hex digits.</summary>
    public static bool IsHex([NotNullWhen(true)] string? text) => text is { Length: 2 * Size } && text.All(char.IsAsciiHexDigitLower);

    private static byte[] Hash(ReadOnlySpan<byte> label, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(label);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}

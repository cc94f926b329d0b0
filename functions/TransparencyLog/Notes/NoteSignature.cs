namespace TrueCopy.TransparencyLog.Notes;

/// <summary>One signature line of a signed note.</summary>
/// <param name="Name">The key's name: not empty, no Unicode space, no plus sign.</param>
/// <param name="KeyId">The key's id: the first four bytes of a hash, big-endian.</param>
/// <param name="Value">The signature itself, as the key's algorithm encodes it.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Value)
{
    /// <summary>
    /// The base64 as it was read, where it is not the one spelling of its value: in a line of an unknown key that is
    /// nobody's concern, and a known key never signs so. Null everywhere else.
    /// </summary>
    public string? OddSpelling { get; init; }
}

namespace TrueCopy.TransparencyLog.Notes;

/// <summary>
/// The rule for key names in notes and verifier keys (C2SP signed-note, "Format"): no Unicode space, no plus sign, and no
/// ASCII control character, which no note may hold. Other controls are allowed, so a signer that is not known may have them.
/// </summary>
internal static class KeyName
{
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (char.IsWhiteSpace(character) || character is < ' ' or '+')
                return false;
        }

        return !name.IsEmpty;
    }
}

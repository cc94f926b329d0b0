namespace TrueCopy.TransparencyLog.Notes;

/// <summary>The rule for key names in notes and verifier keys (C2SP signed-note, "Format").</summary>
internal static class KeyName
{
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (char.IsWhiteSpace(character) || char.IsControl(character) || character == '+')
                return false;
        }

        return !name.IsEmpty;
    }
}

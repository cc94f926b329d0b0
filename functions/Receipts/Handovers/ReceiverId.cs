namespace TrueCopy.Receipts.Handovers;

/// <summary>The ids of receivers: what a container's name may hold after <c>receiver-</c>.</summary>
public static class ReceiverId
{
    // A container has at most 63 characters.
    private const int MaxLength = 54;

    /// <summary>Whether a text could be one.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

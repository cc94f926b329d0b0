namespace TrueCopy.Testing;

/// <summary>How long a test waits for a condition that has to come.</summary>
public static class Wait
{
    /// <summary>After this it gives up: so late that no load gets there, because nobody waits for it unless something is wrong.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
}

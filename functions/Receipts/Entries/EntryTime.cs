namespace TrueCopy.Receipts.Entries;

/// <summary>Times as entries have them.</summary>
public static class EntryTime
{
    /// <summary>Now, without fractions of a second, as storage tells times too.</summary>
    public static DateTimeOffset WholeSecond(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }
}

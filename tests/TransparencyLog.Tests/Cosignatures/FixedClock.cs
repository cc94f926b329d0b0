namespace TrueCopy.TransparencyLog.Tests.Cosignatures;

/// <summary>A clock that stands.</summary>
internal sealed class FixedClock(long seconds) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(seconds);
}

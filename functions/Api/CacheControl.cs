namespace TrueCopy.Api;

/// <summary>Values of the Cache-Control header.</summary>
internal static class CacheControl
{
    /// <summary>Verdicts and problems change with the log and the clock.</summary>
    public const string None = "no-store";

    /// <summary>A few seconds, as tlog-tiles asks of checkpoints.</summary>
    public const string Moment = "public, max-age=2";

    /// <summary>Keys and issuers change rarely.</summary>
    public const string Minute = "public, max-age=60";

    /// <summary>The page names the assets of its own version, so it must not be older than they are.</summary>
    public const string Revalidate = "no-cache";

    /// <summary>Tiles never change.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";
}

namespace TrueCopy.Ledger.Signing;

/// <summary>One version of a key as a vault lists it.</summary>
/// <param name="Version">The vault's name for it.</param>
/// <param name="CreatedAt">When it was made; a later one takes over from an earlier.</param>
/// <param name="Enabled">Whether the vault lets it sign.</param>
/// <param name="NotBefore">Before this the vault does not let it sign.</param>
/// <param name="ExpiresAt">From this on the vault does not let it sign.</param>
public sealed record KeyVersion(string Version, DateTimeOffset CreatedAt, bool Enabled, DateTimeOffset? NotBefore, DateTimeOffset? ExpiresAt)
{
    private bool IsUsable(DateTimeOffset now) => Enabled && !(now < NotBefore) && !(now >= ExpiresAt);

    /// <summary>
    /// Which versions sign now, the newest first: the newest, and with it each one whose successor is younger than
    /// <paramref name="overlap"/>, so that a verifier who knows only the older key has that long to learn the newer.
    /// Disabling a version in the vault ends its part at once.
    /// </summary>
    public static IReadOnlyList<KeyVersion> Signing(IEnumerable<KeyVersion> versions, TimeSpan overlap, DateTimeOffset now)
    {
        var signing = new List<KeyVersion>();
        foreach (var version in versions.Where(version => version.IsUsable(now)).OrderByDescending(version => version.CreatedAt))
        {
            if (signing is [.., var successor] && now - SignsSince(successor) >= overlap)
                break;
            signing.Add(version);
        }

        return signing;
    }

    private static DateTimeOffset SignsSince(KeyVersion version) =>
        version.NotBefore is { } start && start > version.CreatedAt ? start : version.CreatedAt;
}

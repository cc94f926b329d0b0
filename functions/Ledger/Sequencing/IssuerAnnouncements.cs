namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Decides which descriptions of issuers are new to the log: the first sight of each, and every change. A description
/// older than the one in the log, from an act that was delivered late, is not a change.
/// </summary>
/// <remarks>Remembers the newest of each issuer until <see cref="Forget"/>; one instance a process.</remarks>
public sealed class IssuerAnnouncements(IssuerHistory history)
{
    private readonly Dictionary<string, Issuer> _latest = [];

    /// <summary>Those of <paramref name="issuers"/> that the log is to record, oldest first.</summary>
    public async Task<IReadOnlyList<Issuer>> NewAsync(IEnumerable<Issuer> issuers, CancellationToken cancellationToken)
    {
        var announced = new List<Issuer>();
        foreach (var issuer in issuers.OrderBy(issuer => issuer.Since))
        {
            if (!_latest.TryGetValue(issuer.Id, out var latest))
            {
                latest = await history.FindAsync(issuer.Id, cancellationToken) is [.., var last] ? last.Issuer : null;
                if (latest is not null)
                    _latest[issuer.Id] = latest;
            }

            // Storage tells times to the second, so two changes may have the same; the later to be seen then counts.
            if (latest is not null && (issuer.Since < latest.Since || issuer.Describes(latest)))
                continue;
            announced.Add(issuer);
            _latest[issuer.Id] = issuer;
        }

        return announced;
    }

    /// <summary>Forgets: what was announced may not have been committed, or another process may have announced.</summary>
    public void Forget() => _latest.Clear();
}

namespace TrueCopy.Ledger.Sequencing;

/// <summary>
/// Decides what of issuers is new to the log: the first sight of each, every change of its description, and what its own domain
/// says, if that differs from what it said last. What is older than what the log says already, from a message that was
/// delivered late, is not a change.
/// </summary>
/// <remarks>Remembers the newest of each issuer until <see cref="Forget"/>; one instance a process.</remarks>
public sealed class IssuerAnnouncements(IssuerHistory history, DomainHistory domains)
{
    private readonly Dictionary<string, Issuer> _latest = [];
    private readonly Dictionary<string, DomainOutcome> _outcomes = [];

    /// <summary>What the log is to record of the issuers of <paramref name="works"/>: descriptions, then outcomes, each oldest first.</summary>
    public async Task<IReadOnlyList<Entry>> NewAsync(IReadOnlyList<StagedWork> works, CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        foreach (var issuer in IssuersOf(works).OrderBy(issuer => issuer.Since))
        {
            if (await IsNewAsync(issuer, cancellationToken))
                entries.Add(issuer.ToEntry(issuer.Since));
        }

        foreach (var change in works.OfType<RegistryChange>().Where(change => change.Outcome is not null).OrderBy(change => change.Outcome!.At))
        {
            if (await IsNewAsync(change.Issuer.Id, change.Outcome!, cancellationToken))
                entries.Add(change.Outcome!.ToEntry(change.Issuer.Id));
        }

        return entries;
    }

    /// <summary>Forgets: what was announced may not have been committed, or another process may have announced.</summary>
    public void Forget()
    {
        _latest.Clear();
        _outcomes.Clear();
    }

    // Uploads that come one after the other mostly bear the very same description.
    private static List<Issuer> IssuersOf(IReadOnlyList<StagedWork> works)
    {
        var issuers = new List<Issuer>();
        for (var i = 0; i < works.Count; i++)
        {
            if (works[i] is StagedOfIssuer work && (issuers.Count == 0 || !ReferenceEquals(issuers[^1], work.Issuer)))
                issuers.Add(work.Issuer);
        }

        return issuers;
    }

    private async Task<bool> IsNewAsync(Issuer issuer, CancellationToken cancellationToken)
    {
        if (!_latest.TryGetValue(issuer.Id, out var latest))
        {
            latest = await history.FindAsync(issuer.Id, cancellationToken) is [.., var last] ? last.Issuer : null;
            if (latest is not null)
                _latest[issuer.Id] = latest;
        }

        // Storage tells times to the second, so two changes may have the same; the later to be seen then counts.
        if (latest is not null && (issuer.Since < latest.Since || issuer.Describes(latest)))
            return false;
        _latest[issuer.Id] = issuer;
        return true;
    }

    private async Task<bool> IsNewAsync(string issuer, DomainOutcome outcome, CancellationToken cancellationToken)
    {
        if (!_outcomes.TryGetValue(issuer, out var latest))
        {
            latest = await domains.FindAsync(issuer, cancellationToken) is [.., var last] ? last.Outcome : null;
            if (latest is not null)
                _outcomes[issuer] = latest;
        }

        if (latest is not null && (outcome.At <= latest.At || outcome.SaysSameAs(latest)))
            return false;
        _outcomes[issuer] = outcome;
        return true;
    }
}

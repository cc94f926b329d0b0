namespace TrueCopy.Ledger.Sequencing;

/// <summary>Writes everything that is looked up about a batch: its acts by document and reference, revocations, issuers, keys, receivers, handovers. All of it can be repeated.</summary>
public sealed class BatchIndexer(ITableStore tables)
{
    private readonly ActIndex _index = new(tables);
    private readonly ReferenceIndex _references = new(tables);
    private readonly RevocationIndex _revocations = new(tables);
    private readonly IssuerHistory _issuers = new(tables);
    private readonly DomainHistory _domains = new(tables);
    private readonly KeyHistory _keys = new(tables);
    private readonly ReceiverHistory _receivers = new(tables);
    private readonly HandoverRecords _handovers = new(tables);

    /// <summary>Adds a batch.</summary>
    /// <returns>The acts that take no effect, by log index.</returns>
    public async Task<IReadOnlyDictionary<long, DisplacedAct>> AddAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        foreach (var record in batch.Keys())
            await _keys.AddAsync(record, cancellationToken);
        foreach (var (logIndex, entry) in batch.OwnEntries().Where(own => own.Entry.Kind == ActKind.Issuer))
            await _issuers.AddAsync(new IssuerRecord(logIndex, Describe(entry)), cancellationToken);
        foreach (var record in batch.Domains())
            await _domains.AddAsync(record, cancellationToken);
        foreach (var record in batch.Receivers())
            await _receivers.AddAsync(record, cancellationToken);

        var acts = batch.Acts();
        var named = acts
            .Where(item => item.Act is { Kind: ActKind.Issue, Unpublished.Reference: not null })
            .Select(item => new DocumentReference(item.Act.Issuer, item.Act.Unpublished.Reference!, item.Act.Digest));
        await _references.AddAsync([.. named], cancellationToken);
        foreach (var revoked in acts.Where(item => item.Act.Kind == ActKind.Revoke).GroupBy(item => item.Act.Issuer))
            await _revocations.AddAsync(revoked.Key, [.. revoked.Select(item => item.Act.Digest).Distinct()], cancellationToken);
        foreach (var (row, act) in acts.Where(item => item.Act.Kind == ActKind.Handover))
            await _handovers.AddAsync(SentHandover.Of(row, act), cancellationToken);

        // Last, because an act that is found here counts as wholly indexed.
        var displaced = await _index.AddAsync([.. acts.Select(item => item.Row)], cancellationToken);
        return displaced.ToDictionary(item => item.Act.LogIndex);
    }

    /// <summary>The description that an issuer entry holds.</summary>
    public static Issuer Describe(Entry entry) => new(
        entry.Issuer ?? "",
        entry.LegalName ?? "",
        entry.Jurisdiction ?? "",
        entry.Domain,
        entry.Retention ?? Retention.Keep,
        [.. (entry.Algorithms ?? []).Select(name => DigestAlgorithm.TryParse(name, out var algorithm) ? algorithm : null).OfType<DigestAlgorithm>()])
    {
        Since = entry.At,
        LegalNames = entry.LegalNames,
    };
}

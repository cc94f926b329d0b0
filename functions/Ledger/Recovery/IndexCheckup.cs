using System.Collections.Concurrent;

namespace TrueCopy.Ledger.Recovery;

/// <summary>Compares the index with the journal, in both directions.</summary>
internal sealed class IndexCheckup(ITableStore tables, JournalChain chain, Findings findings)
{
    private const string RepairMissing = "It is written again from the journal.";
    private const string RepairExtra = "It is taken away.";
    private readonly ActIndex _index = new(tables);
    private readonly IssuedDocuments _issued = new(tables, new ActIndex(tables));
    private readonly ReferenceIndex _references = new(tables);
    private readonly RevocationIndex _revocations = new(tables);
    private readonly IssuerHistory _issuers = new(tables);
    private readonly DomainHistory _domains = new(tables);
    private readonly KeyHistory _keys = new(tables);
    private readonly ReceiverHistory _receivers = new(tables);
    private readonly HandoverRecords _handovers = new(tables);
    private readonly ConcurrentDictionary<string, IReadOnlySet<Digest>> _revoked = new();
    private readonly ConcurrentDictionary<string, SharedRead<IReadOnlySet<Digest>>> _reading = new();
    private long _inEffect;
    private bool _keepsIssued;

    /// <summary>Looks for what a batch of the journal says and the index does not.</summary>
    public async Task CheckAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        // In a log that is older than the rule to note what was issued, the index is asked in any case.
        _keepsIssued |= batch is { Start: 0, Pack: not null };
        foreach (var record in batch.Keys())
            await CheckKeysAsync(record, cancellationToken);
        foreach (var (logIndex, entry) in batch.OwnEntries().Where(own => own.Entry.Kind == ActKind.Issuer))
            await CheckIssuerAsync(new IssuerRecord(logIndex, BatchIndexer.Describe(entry)), cancellationToken);
        foreach (var record in batch.Domains())
            await CheckDomainAsync(record, cancellationToken);
        foreach (var record in batch.Receivers())
            await CheckReceiverAsync(record, cancellationToken);

        // Within a batch, too, the first entry of an act is the one in effect.
        var firsts = batch.Acts().GroupBy(item => (item.Row.Digest, item.Row.ActId)).Select(same => same.First());
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(firsts, options, async (item, stop) =>
        {
            if (!await CheckRowAsync(item.Row, stop))
                return;
            await CheckActAsync(item.Act, stop);
            if (item.Act.Kind == ActKind.Handover && SentHandover.Of(item.Row, item.Act) is var sent && !await _handovers.HasAsync(sent, stop))
                await findings.RepairAsync(FindingKind.Handover, "# handovers are missing or not as the journal has them", RepairMissing, null, () => _handovers.AddAsync(sent, stop));
        });
    }

    /// <summary>Looks for what the index says and the journal does not, after every batch was looked at.</summary>
    public async Task CheckExtraAsync(long size, CancellationToken cancellationToken)
    {
        await CheckExtraRowsAsync(size, cancellationToken);
        await CheckExtraHandoversAsync(size, cancellationToken);

        // The other tables are judged by the acts, and so only by sound ones.
        if (!findings.Apply && findings.CountOf(FindingKind.Act) > 0)
            return;
        await foreach (var (hash, digest, row) in _references.ListAsync(cancellationToken))
        {
            if (!await IsJustifiedAsync(digest, (act, entry) => entry.Kind == ActKind.Issue && act.Unpublished.Reference is { } reference && ReferenceIndex.HashOf(entry.Issuer!, reference) == hash, cancellationToken))
                await findings.RepairAsync(FindingKind.Reference, "# rows of the references are of no act in the log", RepairExtra, null, () => _references.RemoveAsync(row, cancellationToken));
        }

        await foreach (var (issuer, digest) in _revocations.ListAsync(cancellationToken))
        {
            if (!await IsJustifiedAsync(digest, (_, entry) => entry.Kind == ActKind.Revoke && entry.Issuer == issuer, cancellationToken))
                await findings.RepairAsync(FindingKind.Revocation, "# rows of the revocations are of no act in the log", RepairExtra, null, () => _revocations.RemoveAsync(issuer, digest, cancellationToken));
        }
    }

    private async Task CheckExtraHandoversAsync(long size, CancellationToken cancellationToken)
    {
        await foreach (var (row, sent) in _handovers.ListSentAsync(cancellationToken))
        {
            if (row.LogIndex < size && (sent is null || !await IsOfJournalAsync(sent.Package, ActId.OfHandover(sent.Source, ActKind.Handover, null), sent.LogIndex, cancellationToken)))
                await findings.RepairAsync(FindingKind.Handover, "# rows of the handovers are of no act in the log", RepairExtra, null, () => _handovers.RemoveAsync(row, cancellationToken));
        }
    }

    /// <returns>Whether the act takes effect.</returns>
    private async Task<bool> CheckRowAsync(IndexedAct act, CancellationToken cancellationToken)
    {
        var rows = await FindAsync(act.Digest, cancellationToken);
        var displaced = rows is null ? null : DocumentActs.Displace(act, rows);
        if (displaced is not null && await IsRightAsync(displaced, cancellationToken))
            return false;

        Interlocked.Increment(ref _inEffect);
        var row = rows?.FirstOrDefault(row => row.ActId == act.ActId);
        if (row is null && rows is not null)
            await findings.RepairAsync(FindingKind.Act, "# rows of the anchors are missing", RepairMissing, null, () => _index.ReplaceAsync(act, cancellationToken));
        else if (row is null || !IsSame(row, act))
            await findings.RepairAsync(FindingKind.Act, "# rows of the anchors are not as the journal has them", RepairMissing, null, () => _index.ReplaceAsync(act, cancellationToken));
        return true;
    }

    // What takes an act's place has to be of the journal itself, and earlier.
    private async Task<bool> IsRightAsync(DisplacedAct displaced, CancellationToken cancellationToken) =>
        displaced.Standing is not { } standing || (standing.LogIndex < displaced.Act.LogIndex && await IsOfJournalAsync(standing.Digest, standing.ActId, standing.LogIndex, cancellationToken));

    /// <returns>The rows of a document; null where one cannot be read.</returns>
    private async Task<IReadOnlyList<IndexedAct>?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await _index.FindAsync(digest, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or LogFormatException)
        {
            return null;
        }
    }

    private async Task CheckActAsync(Act act, CancellationToken cancellationToken)
    {
        var issuer = act.Issuer;
        if (_keepsIssued && act.Kind == ActKind.Issue && !await _issued.HasAsync(issuer, act.Digest, cancellationToken))
            await findings.RepairAsync(FindingKind.Issued, "# rows of what was issued are missing", RepairMissing, null, () => _issued.AddAsync([(issuer, act.Digest)], cancellationToken));
        if (act.Kind == ActKind.Issue && act.Unpublished.Reference is { } reference
            && !(await _references.FindAsync(issuer, reference, cancellationToken)).Contains(act.Digest))
        {
            await findings.RepairAsync(FindingKind.Reference, "# rows of the references are missing", RepairMissing, null, () => _references.AddAsync([new DocumentReference(issuer, reference, act.Digest)], cancellationToken));
        }

        if (act.Kind == ActKind.Revoke && !(await RevokedAsync(issuer, cancellationToken)).Contains(act.Digest))
            await findings.RepairAsync(FindingKind.Revocation, "# rows of the revocations are missing", RepairMissing, null, () => _revocations.AddAsync(issuer, [act.Digest], cancellationToken));
    }

    private async Task<IReadOnlySet<Digest>> RevokedAsync(string issuer, CancellationToken cancellationToken)
    {
        if (_revoked.TryGetValue(issuer, out var known))
            return known;
        var reading = _reading.GetOrAdd(issuer, id => new SharedRead<IReadOnlySet<Digest>>(stop => _revocations.LoadAsync(id, stop)));
        return _revoked.GetOrAdd(issuer, (await reading.GetAsync(cancellationToken)).Value);
    }

    private async Task CheckIssuerAsync(IssuerRecord record, CancellationToken cancellationToken)
    {
        bool known;
        try
        {
            known = (await _issuers.FindAsync(record.Issuer.Id, cancellationToken)).Any(row => row.LogIndex == record.LogIndex && row.Issuer.Since == record.Issuer.Since && row.Issuer.Describes(record.Issuer));
        }
        catch (Exception exception) when (exception is InvalidDataException or LogFormatException)
        {
            known = false;
        }

        if (!known)
            await findings.RepairAsync(FindingKind.Issuer, "# descriptions of issuers are missing or not as the log has them", RepairMissing, null, () => _issuers.AddAsync(record, cancellationToken));
    }

    private async Task CheckDomainAsync(DomainRecord record, CancellationToken cancellationToken)
    {
        bool known;
        try
        {
            known = (await _domains.FindAsync(record.Issuer, cancellationToken)).Contains(record);
        }
        catch (Exception exception) when (exception is InvalidDataException or LogFormatException)
        {
            known = false;
        }

        if (!known)
            await findings.RepairAsync(FindingKind.Domain, "# outcomes of domains are missing or not as the log has them", RepairMissing, null, () => _domains.AddAsync(record, cancellationToken));
    }

    private async Task CheckReceiverAsync(ReceiverRecord record, CancellationToken cancellationToken)
    {
        bool known;
        try
        {
            known = (await _receivers.FindAsync(record.Read().Id, cancellationToken)).Any(row => row.LogIndex == record.LogIndex && row.Entry.Span.SequenceEqual(record.Entry.Span));
        }
        catch (InvalidDataException)
        {
            known = false;
        }

        if (!known)
            await findings.RepairAsync(FindingKind.Receiver, "# descriptions of receivers are missing or not as the log has them", RepairMissing, null, () => _receivers.AddAsync(record, cancellationToken));
    }

    private async Task CheckKeysAsync(KeyRecord record, CancellationToken cancellationToken)
    {
        bool known;
        try
        {
            known = (await _keys.ListAsync(cancellationToken)).Any(row => row.LogIndex == record.LogIndex && row.Entry.Span.SequenceEqual(record.Entry.Span) && AreSame(row.Note, record.Note));
        }
        catch (InvalidDataException)
        {
            known = false;
        }

        if (!known)
            await findings.RepairAsync(FindingKind.Keys, "# announcements of keys are missing or not as the journal has them", RepairMissing, null, () => _keys.AddAsync(record, cancellationToken));
    }

    private static bool AreSame(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right) =>
        left.HasValue == right.HasValue && left.GetValueOrDefault().Span.SequenceEqual(right.GetValueOrDefault().Span);

    // Every row that belongs there was found, so that more rows than those is the only way for one to be too many; only
    // then is each looked up in the journal.
    private async Task CheckExtraRowsAsync(long size, CancellationToken cancellationToken)
    {
        var (rows, missing) = (0L, findings.Apply ? 0 : findings.CountOf(FindingKind.Act, "# rows of the anchors are missing"));
        await foreach (var (_, row) in _index.ListAsync(cancellationToken))
            rows += row.LogIndex >= size ? 0 : 1;
        if (rows <= _inEffect - missing)
            return;
        await foreach (var (digest, row) in _index.ListAsync(cancellationToken))
        {
            if (!(row.LogIndex >= size) && !await IsOfJournalAsync(digest, new ActId(row.Act ?? ""), row.LogIndex, cancellationToken))
                await findings.RepairAsync(FindingKind.Act, "# rows of the anchors are of no act in the log", RepairExtra, null, () => _index.RemoveAsync(row, cancellationToken));
        }
    }

    private async Task<bool> IsOfJournalAsync(Digest digest, ActId act, long? logIndex, CancellationToken cancellationToken)
    {
        if (logIndex is not (>= 0 and { } index))
            return false;
        var batch = await chain.FindAsync(index, cancellationToken);
        return batch.Records[(int)(index - batch.Start)].Act is { } recorded && recorded.Id == act && recorded.Digest.Equals(digest);
    }

    private async Task<bool> IsJustifiedAsync(Digest digest, Func<IndexedAct, Entry, bool> justifies, CancellationToken cancellationToken) =>
        (await _index.FindAsync(digest, cancellationToken)).Any(act => justifies(act, act.Entry));

    private static bool IsSame(IndexedAct row, IndexedAct act) =>
        row.LogIndex == act.LogIndex
        && row.EntryBytes.Span.SequenceEqual(act.EntryBytes.Span)
        && row.Opening.Nonce.SequenceEqual(act.Opening.Nonce)
        && UnpublishedJson.Encode(row.Unpublished).AsSpan().SequenceEqual(UnpublishedJson.Encode(act.Unpublished));
}

namespace TrueCopy.Ledger.Handovers;

/// <summary>The institutions that take packages, as the log describes each now, proven under one checkpoint: the answer to <c>GET /v1/receivers</c>.</summary>
public sealed class ReceiverDirectory(ReceiverRegistry registry, ReceiverHistory history, CheckpointSource checkpoints, IHashTileSource tiles, StatusSource statuses)
{
    /// <summary>Every receiver that is in the registry and in the log, by id.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<ReceiversDocument> ListAsync(CancellationToken cancellationToken)
    {
        var latest = await history.LatestAsync(cancellationToken);
        var known = latest.Count == 0 ? [] : await registry.ListAsync(cancellationToken);
        ReceiverRecord[] records = [.. known.Select(receiver => latest.GetValueOrDefault(receiver.Id)).OfType<ReceiverRecord>()];
        if (records.Length == 0)
            return new ReceiversDocument([]);

        var checkpoint = await checkpoints.GetAsync(records.Max(record => record.LogIndex) + 1, cancellationToken);
        var status = await statuses.GetAsync(checkpoint, cancellationToken) ?? throw new LogUnavailableException("The log keeps no status yet.");
        var reader = new TreeReader(tiles, checkpoint.Size);
        var documents = new List<ReceiverDocument>(records.Length);
        foreach (var record in records)
        {
            var (code, proof) = await status.ProveAsync(record.LogIndex, cancellationToken);
            if (code != EntryStatus.Stands)
                throw new LogUnavailableException("What the log published last is not indexed yet.");
            documents.Add(DocumentOf(record, ProvenReceiver.Encode(record.LogIndex, record.Entry, await reader.InclusionProofAsync(record.LogIndex, cancellationToken), checkpoint.Note, proof)));
        }

        return new ReceiversDocument(documents);
    }

    private static ReceiverDocument DocumentOf(ReceiverRecord record, string proof)
    {
        var receiver = record.Read();
        return new ReceiverDocument(receiver.Id, receiver.LegalName, receiver.Jurisdiction, receiver.EncryptionKey, receiver.Purposes, receiver.KeepsDays, record.LogIndex, proof, receiver.Domain)
        {
            LegalNames = receiver.LegalNames,
        };
    }
}

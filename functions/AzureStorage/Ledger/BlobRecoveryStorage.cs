using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace TrueCopy.AzureStorage.Ledger;

/// <summary>What those who operate the service look at and take away, in blobs, tables and queues.</summary>
public sealed class BlobRecoveryStorage(StorageAccounts accounts) : IRecoveryStorage
{
    private readonly BlobContainerClient _journal = accounts.Ledger.GetBlobContainerClient(StorageNames.JournalContainer);
    private readonly TableClient _anchors = accounts.Tables.GetTableClient(StorageNames.AnchorsTable);
    private readonly TableClient _references = accounts.Tables.GetTableClient(StorageNames.ReferencesTable);
    private readonly TableClient _revocations = accounts.Tables.GetTableClient(StorageNames.RevocationsTable);

    /// <inheritdoc/>
    public async Task<string> PreviousBatchAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(0, JournalFormat.MaxBeginning) };
            var beginning = (await _journal.GetBlobClient(name).DownloadContentAsync(options, cancellationToken)).Value.Content;
            return JournalFormat.ReadPrevious(beginning.ToMemory());
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new LogFormatException("journal: the batch is missing", exception);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AnchorRow> ListAnchorsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in _anchors.QueryAsync<TableEntity>(select: [nameof(ITableEntity.PartitionKey), nameof(ITableEntity.RowKey), TableAnchorIndex.LogIndexColumn, TableAnchorIndex.ActColumn], cancellationToken: cancellationToken))
            yield return TableAnchorIndex.ReadKey(row);
    }

    /// <inheritdoc/>
    public async Task ReplaceAnchorAsync(Anchor anchor, CancellationToken cancellationToken)
    {
        // The key of the issuer's first issue may hold this act, or nothing that could be read.
        var key = TableAnchorIndex.FirstIssueKey(anchor.Digest, anchor.ReadEntry().Issuer ?? "");
        var row = TableAnchorIndex.ToRow(anchor, key);
        var first = await _anchors.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, key, [TableAnchorIndex.ActColumn], cancellationToken);
        if (!first.HasValue || TableAnchorIndex.ActOf(first.Value!) is var act && act != anchor.ActId && act.Value.Length > 0)
            row.RowKey = TableAnchorIndex.KeyOf(anchor.Digest, anchor.ActId);
        await _anchors.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemoveAnchorAsync(AnchorRow row, CancellationToken cancellationToken) => RemoveAsync(_anchors, row.Key, cancellationToken);

    /// <inheritdoc/>
    public string ReferenceKey(string issuer, string reference) => TableReferenceIndex.Hash(issuer, reference);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReferenceRow> ListReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in _references.QueryAsync<TableEntity>(select: [nameof(ITableEntity.PartitionKey), nameof(ITableEntity.RowKey)], cancellationToken: cancellationToken))
        {
            var colon = row.RowKey.IndexOf(':', StringComparison.Ordinal);
            yield return new ReferenceRow(row.RowKey[..Math.Max(colon, 0)], DigestOf(row.RowKey[(colon + 1)..]));
        }
    }

    /// <inheritdoc/>
    public Task RemoveReferenceAsync(ReferenceRow row, CancellationToken cancellationToken) =>
        RemoveAsync(_references, TableReferenceIndex.KeyOf(row.Key, row.Digest).Row, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<(string Issuer, Digest Digest)> ListRevocationsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in _revocations.QueryAsync<TableEntity>(select: [nameof(ITableEntity.PartitionKey), nameof(ITableEntity.RowKey)], cancellationToken: cancellationToken))
            yield return (row.PartitionKey, DigestOf(row.RowKey));
    }

    /// <inheritdoc/>
    public Task RemoveRevocationAsync(string issuer, Digest digest, CancellationToken cancellationToken) =>
        _revocations.DeleteEntityAsync(issuer, digest.ToString(), ETag.All, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveCheckpointAsync(CancellationToken cancellationToken) => accounts.Ledger
        .GetBlobContainerClient(StorageNames.LogContainer)
        .GetBlobClient(BlobLogStore.CheckpointName)
        .DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public async Task<PendingWork> CountPendingAsync(CancellationToken cancellationToken)
    {
        var poison = 0L;
        foreach (var queue in StorageNames.Queues)
            poison += (await accounts.Queues.GetQueueClient(queue + StorageNames.PoisonSuffix).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCountLong;
        var letters = 0L;
        await foreach (var _ in DeadLetters.GetBlobsAsync(cancellationToken: cancellationToken))
            letters++;
        return new PendingWork(poison, letters);
    }

    /// <inheritdoc/>
    public async Task<bool> LacksAnswerAsync(BlobVersion source, string answer, CancellationToken cancellationToken)
    {
        var upload = await FindAsync(accounts.Inbox.GetBlobContainerClient(source.Container).GetBlobClient(source.Path), cancellationToken);
        if (upload is null || upload.ETag.ToString().Trim('"') != source.ETag)
            return false;
        var written = await FindAsync(accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(source.Container)).GetBlobClient(answer), cancellationToken);
        return written is null || !written.Metadata.TryGetValue(AnswerMetadata.SourceETag, out var answered) || answered != source.ETag;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> ListDeadLettersAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Prefix = queue + "/" };
        await foreach (var blob in DeadLetters.GetBlobsAsync(options, cancellationToken))
            yield return new DeadLetter(blob.Name, (await DeadLetters.GetBlobClient(blob.Name).DownloadContentAsync(cancellationToken)).Value.Content.ToMemory());
    }

    /// <inheritdoc/>
    public Task RemoveDeadLetterAsync(string name, CancellationToken cancellationToken) =>
        DeadLetters.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    private BlobContainerClient DeadLetters => accounts.Ledger.GetBlobContainerClient(StorageNames.DeadLettersContainer);

    private static async Task<BlobProperties?> FindAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private static Digest DigestOf(string text) => Digest.TryParse(text, out var digest)
        ? digest
        : throw new LogFormatException("index: a row's key does not name a digest");

    // In whatever partition it is: whoever put a row there that is not the log's need not have put it where it would belong.
    private static async Task RemoveAsync(TableClient table, string key, CancellationToken cancellationToken)
    {
        string[] keys = [nameof(ITableEntity.PartitionKey), nameof(ITableEntity.RowKey)];
        await foreach (var found in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"RowKey eq {key}"), select: keys, cancellationToken: cancellationToken))
            await table.DeleteEntityAsync(found.PartitionKey, found.RowKey, ETag.All, cancellationToken);
    }
}

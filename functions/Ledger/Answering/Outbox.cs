using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Where the service answers: a container an issuer, <c>answers-&lt;id&gt;</c>, which the service alone writes and that issuer
/// reads. Each answer carries in its metadata the ETag of the upload that it answers, so that an issuer who replaced a blob
/// knows which version was answered, and the time of that upload: of two answers under one name the one to the later upload
/// stays, whichever is written last. Receipts that give way are kept by their version, because what they are of still stands,
/// but for those of an upload that only repeated what stood and gives way to another such. Every method does nothing, and says so in the log, when the issuer itself is gone:
/// nobody is left to answer.
/// </summary>
public sealed partial class Outbox(IIssuerContainers containers, ILogger<Outbox> logger)
{
    private const string LinesType = "application/jsonl; charset=utf-8";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private volatile Named? _last;

    /// <summary>Writes the receipt of a document under one algorithm.</summary>
    /// <param name="source">The upload.</param>
    /// <param name="at">The upload's last-modified time.</param>
    /// <param name="document">The document, under the algorithm.</param>
    /// <param name="logIndex">Index of the act's entry.</param>
    /// <param name="receipt">The <c>.tlog-proof</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isRepeat">Whether the upload only repeats what stands.</param>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DateTimeOffset at,
        Digest document,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken,
        bool isRepeat = false)
    {
        var metadata = new AnswerFacts(source, at) { IsRepeat = isRepeat, LogIndex = logIndex, Document = document };
        return WriteAsync(source, AnswerPath.Receipt(source.Path, document.Algorithm), receipt, "text/plain; charset=utf-8", metadata, cancellationToken);
    }

    /// <summary>
    /// Deletes a document that has its receipts, if it still is the version that they are about, and says so in their
    /// metadata.
    /// </summary>
    public Task DeleteDocumentAsync(BlobVersion source, IReadOnlyList<DigestAlgorithm> algorithms, CancellationToken cancellationToken) =>
        UnlessGoneAsync(source, async () =>
        {
            // Deleted by an earlier attempt, or by the issuer: it is gone either way. Only one that was replaced is there
            // all the same; it has its own event, and its own end.
            var document = new BlobAddress(source.Container, source.Path);
            if (!await containers.TryDeleteAsync(document, source.ETag, cancellationToken) && await containers.FindAsync(document, cancellationToken) is not null)
                return;

            foreach (var algorithm in algorithms)
            {
                if (await FindAnswerAsync(source, AnswerPath.Receipt(source.Path, algorithm), cancellationToken) is ({ } receipt, { } facts))
                    await containers.SetMetadataAsync(receipt, new Dictionary<string, string>(facts.Metadata) { [AnswerMetadata.Document] = AnswerMetadata.Deleted }, cancellationToken);
            }
        });

    /// <summary>
    /// Adds the receipts of one part of a manifest, as JSON lines. They appear, in order, when the last part is added;
    /// parts may be added in any order and more than once.
    /// </summary>
    public Task WriteManifestReceiptsAsync(BlobVersion source, DateTimeOffset at, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken, bool isRepeat = false)
    {
        var path = AnswerPath.Lines(source.Path);
        var metadata = new AnswerFacts(source, at) { IsRepeat = isRepeat };
        if (parts == 1)
            return WriteAsync(source, path, lines, LinesType, metadata, cancellationToken);

        // Put together under the version's own name, where no other version's parts are in the way.
        var whole = AnswerTo(source, AnswerPath.OfVersion(path, source.ETag));
        return UnlessGoneAsync(source, async () =>
        {
            var written = await containers.FindAsync(whole, cancellationToken);
            if (written is null)
            {
                await containers.StageBlockAsync(whole, BlockId(source, part), lines, cancellationToken);
                var staged = await containers.ListStagedBlocksAsync(whole, cancellationToken);
                string[] all = [.. Enumerable.Range(0, parts).Select(number => BlockId(source, number))];
                if (!all.All(staged.Contains))
                    return;
                await containers.CommitBlocksAsync(whole, all, new BlobHeaders(LinesType, Metadata: metadata), cancellationToken);
                written = await containers.FindAsync(whole, cancellationToken) ?? throw new MissingInStorageException("the receipts of a manifest");
            }

            await ReplaceAsync(AnswerTo(source, path), metadata, CopyWholeAsync, cancellationToken);

            // Whoever else has all parts puts the same together, perhaps after this one.
            async Task<bool> CopyWholeAsync(BlobCondition condition, CancellationToken stop)
            {
                if (await containers.TryCopyAsync(whole, written.ETag, path, condition, stop))
                    return true;
                written = await containers.FindAsync(whole, stop) ?? throw new MissingInStorageException("the receipts of a manifest");
                return false;
            }
        });
    }

    /// <summary>Whether the receipts of this version of a manifest have appeared.</summary>
    public Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken) =>
        HasAnswerAsync(source, AnswerPath.Lines(source.Path), cancellationToken);

    /// <summary>
    /// Whether a version of an upload that issued something lacks its receipts, whether or not it was replaced or removed
    /// since. Where the issuer itself is gone there is nobody to be told.
    /// </summary>
    public async Task<bool> LacksReceiptAsync(BlobVersion source, string receipt, CancellationToken cancellationToken) =>
        !await HasAnswerAsync(source, receipt, cancellationToken) && await containers.FindContainerAsync(source.Container, cancellationToken) is not null;

    /// <summary>Writes the answer to a list of acts: receipts as JSON lines, and what was refused. Either may be empty.</summary>
    public async Task WriteActReceiptsAsync(BlobVersion source, DateTimeOffset at, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken)
    {
        var metadata = new AnswerFacts(source, at)
        {
            Done = lines.Span.Count((byte)'\n').ToString(CultureInfo.InvariantCulture),
            Refused = refused?.Lines.Count ?? 0,
        };

        // The refusal first: whoever sees the receipts knows from their metadata that it is there.
        if (refused is not null)
            await WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(refused, source), ProblemDocument.MediaType, metadata, cancellationToken);
        if (!lines.IsEmpty)
            await WriteAsync(source, AnswerPath.Lines(source.Path), lines, LinesType, metadata, cancellationToken);
    }

    /// <summary>Writes why a blob was refused, as <c>application/problem+json</c>.</summary>
    /// <param name="source">The upload.</param>
    /// <param name="at">When it was refused, for it need not have been read.</param>
    /// <param name="rejection">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WriteRejectionAsync(BlobVersion source, DateTimeOffset at, Rejection rejection, CancellationToken cancellationToken)
    {
        var metadata = new AnswerFacts(source, at) { Done = rejection.IsPartial ? AnswerMetadata.Some : null };
        return WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(rejection, source), ProblemDocument.MediaType, metadata, cancellationToken);
    }

    private static byte[] Encode(Rejection rejection, BlobVersion source) =>
        JsonSerializer.SerializeToUtf8Bytes(rejection.ToDocument() with { Upload = source.Path }, DocumentJson.Instance.ProblemDocument);

    // Blocks of another version of the manifest must not be taken for this one's; all ids of a blob have one length.
    private static string BlockId(BlobVersion source, int part) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ActId.Of(source, part, DigestAlgorithm.Sha256)}{part:d6}")));

    // Almost every answer is the first under its name; only where one stands is it read.
    private async Task WriteAsync(
        BlobVersion source,
        string path,
        ReadOnlyMemory<byte> body,
        string contentType,
        AnswerFacts metadata,
        CancellationToken cancellationToken)
    {
        try
        {
            var blob = AnswerTo(source, path);
            var headers = new BlobHeaders(contentType, Metadata: metadata);
            if (await containers.TryWriteAsync(blob, body, BlobCondition.Absent, headers, cancellationToken) is null)
                await ReplaceAsync(source, blob, body, headers, metadata, cancellationToken);
        }
        catch (MissingInStorageException)
        {
            if (!await IsGoneAsync(source))
                throw;
        }
    }

    private async Task ReplaceAsync(BlobVersion source, BlobAddress blob, ReadOnlyMemory<byte> body, BlobHeaders headers, AnswerFacts metadata, CancellationToken cancellationToken)
    {
        var isNewest = await ReplaceAsync(blob, metadata, async (condition, stop) => await containers.TryWriteAsync(blob, body, condition, headers, stop) is not null, cancellationToken);
        if (!isNewest && IsReceipts(blob.Name))
            await containers.TryWriteAsync(blob with { Name = AnswerPath.OfVersion(blob.Name, source.ETag) }, body, BlobCondition.None, headers, cancellationToken);
    }

    // Puts an answer in the place of one to an older version, or to the same, which is kept if it gives way to another.
    private async Task<bool> ReplaceAsync(BlobAddress blob, AnswerFacts metadata, Func<BlobCondition, CancellationToken, Task<bool>> tryWriteAsync, CancellationToken cancellationToken)
    {
        while (true)
        {
            var standing = await containers.FindAsync(blob, cancellationToken);
            if (standing is not null && IsNewer(standing.Metadata, metadata))
                return false;

            // What is replaced below is what was kept here, or nothing is replaced.
            if (standing is not null && IsKept(blob.Name, standing.Metadata, metadata))
                await containers.TryCopyAsync(blob, standing.ETag, AnswerPath.OfVersion(blob.Name, AnsweredVersion(standing.Metadata)!), BlobCondition.None, cancellationToken);
            if (await tryWriteAsync(BlobCondition.Is(standing?.ETag), cancellationToken))
                return true;
        }
    }

    private static bool IsReceipts(string path) => path.StartsWith(AnswerPath.ReceiptsFolder, StringComparison.Ordinal);

    private static bool IsKept(string path, IReadOnlyDictionary<string, string> standing, AnswerFacts newer) =>
        IsReceipts(path)
        && AnsweredVersion(standing) is { } version
        && version != AnsweredVersion(newer)
        && !(standing.ContainsKey(AnswerMetadata.Repeat) && newer.ContainsKey(AnswerMetadata.Repeat));

    // Storage tells times to the second; of two uploads in one, the log has the later last.
    private static bool IsNewer(IReadOnlyDictionary<string, string> standing, IReadOnlyDictionary<string, string> other) =>
        AnsweredVersion(standing) != AnsweredVersion(other) && OrderOf(standing).CompareTo(OrderOf(other)) > 0;

    private static (DateTimeOffset At, long LogIndex) OrderOf(IReadOnlyDictionary<string, string> metadata) => (
        metadata.TryGetValue(AnswerMetadata.SourceAt, out var text)
            && DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : DateTimeOffset.MinValue,
        metadata.TryGetValue(AnswerMetadata.LogIndex, out var number)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : -1);

    private static string? AnsweredVersion(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(AnswerMetadata.SourceETag);

    private BlobAddress AnswerTo(BlobVersion source, string path)
    {
        // Neighbours are nearly always of one issuer.
        if (_last is not { } last || last.Uploads != source.Container)
            _last = last = new Named(source.Container, IssuerContainer.AnswersOf(source.Container));
        return new BlobAddress(last.Answers, path);
    }

    private async Task<bool> HasAnswerAsync(BlobVersion source, string path, CancellationToken cancellationToken) =>
        await FindAnswerAsync(source, path, cancellationToken) is not null;

    // Under its name, or, where a newer one has that, under its version.
    private async Task<(BlobAddress Blob, BlobFacts Facts)?> FindAnswerAsync(BlobVersion source, string path, CancellationToken cancellationToken)
    {
        var plain = AnswerTo(source, path);
        foreach (var blob in (BlobAddress[])[plain, plain with { Name = AnswerPath.OfVersion(path, source.ETag) }])
        {
            if (await containers.FindAsync(blob, cancellationToken) is { } facts && AnsweredVersion(facts.Metadata) == source.ETag)
                return (blob, facts);
        }

        return null;
    }

    private async Task UnlessGoneAsync(BlobVersion source, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (MissingInStorageException)
        {
            if (!await IsGoneAsync(source))
                throw;
        }
    }

    // An issuer without a place for its answers is a mistake of the deployment, not an issuer that has left.
    private async Task<bool> IsGoneAsync(BlobVersion source)
    {
        if (await containers.FindContainerAsync(source.Container, CancellationToken.None) is not null)
            return false;
        LogContainerGone(logger, source.Container);
        return true;
    }

    /// <param name="Uploads">An issuer's container.</param>
    /// <param name="Answers">That of the answers to its uploads.</param>
    private sealed record Named(string Uploads, string Answers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Container} is gone, so an answer to one of its uploads could not be written.")]
    private static partial void LogContainerGone(ILogger logger, string container);
}

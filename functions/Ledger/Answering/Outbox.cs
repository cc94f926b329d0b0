using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Where the service answers: a container an issuer, <c>answers-&lt;id&gt;</c>, which the service alone writes and that issuer
/// reads. Each answer carries in its metadata the ETag of the upload that it answers, so that an issuer who replaced a blob
/// knows which version was answered, and the time of that upload: of two answers under one name the one to the later upload
/// stays, whichever is written last. Every method does nothing, and says so in the log, when the issuer itself is gone:
/// nobody is left to answer.
/// </summary>
public sealed partial class Outbox(IIssuerContainers containers, ILogger<Outbox> logger)
{
    private const string LinesType = "application/jsonl; charset=utf-8";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Writes the receipt of a document under one algorithm.</summary>
    /// <param name="source">The upload.</param>
    /// <param name="at">The upload's last-modified time.</param>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="logIndex">Index of the act's entry.</param>
    /// <param name="receipt">The <c>.tlog-proof</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DateTimeOffset at,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken)
    {
        var metadata = About(source, at);
        metadata[AnswerMetadata.LogIndex] = logIndex.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(source, AnswerPath.Receipt(source.Path, algorithm), receipt, "text/plain; charset=utf-8", metadata, cancellationToken);
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
                var receipt = AnswerTo(source, AnswerPath.Receipt(source.Path, algorithm));
                var standing = await containers.FindAsync(receipt, cancellationToken) ?? throw new MissingInStorageException("the receipt of a document that is deleted");
                if (AnsweredVersion(standing.Metadata) == source.ETag)
                    await containers.SetMetadataAsync(receipt, new Dictionary<string, string>(standing.Metadata) { [AnswerMetadata.Document] = AnswerMetadata.Deleted }, cancellationToken);
            }
        });

    /// <summary>
    /// Adds the receipts of one part of a manifest, as JSON lines. They appear, in order, when the last part is added;
    /// parts may be added in any order and more than once.
    /// </summary>
    public Task WriteManifestReceiptsAsync(BlobVersion source, DateTimeOffset at, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var path = AnswerPath.Lines(source.Path);
        if (parts == 1)
            return WriteAsync(source, path, lines, LinesType, About(source, at), cancellationToken);
        return UnlessGoneAsync(source, async () =>
        {
            var blob = AnswerTo(source, path);
            var standing = await containers.FindAsync(blob, cancellationToken);
            if (standing is not null && (AnsweredVersion(standing.Metadata) == source.ETag || IsNewer(standing.Metadata, About(source, at))))
                return;
            await containers.StageBlockAsync(blob, BlockId(source, part), lines, cancellationToken);

            var staged = await containers.ListStagedBlocksAsync(blob, cancellationToken);
            string[] all = [.. Enumerable.Range(0, parts).Select(number => BlockId(source, number))];
            if (all.All(staged.Contains))
                await containers.CommitBlocksAsync(blob, all, new BlobHeaders(LinesType, Metadata: About(source, at)), cancellationToken);
        });
    }

    /// <summary>Whether the receipts of this version of a manifest have appeared.</summary>
    public Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken) =>
        HasAnswerAsync(source, AnswerPath.Lines(source.Path), cancellationToken);

    /// <summary>
    /// Whether an upload lacks an answer: it is there, in that version, and the answer of that name is not, or does not say
    /// that it answers it. An upload that was replaced or removed since has nothing to be told.
    /// </summary>
    public async Task<bool> LacksAnswerAsync(BlobVersion source, string answer, CancellationToken cancellationToken) =>
        (await containers.FindAsync(new BlobAddress(source.Container, source.Path), cancellationToken))?.ETag == source.ETag
        && !await HasAnswerAsync(source, answer, cancellationToken);

    /// <summary>Writes the answer to a list of acts: receipts as JSON lines, and what was refused. Either may be empty.</summary>
    public async Task WriteActReceiptsAsync(BlobVersion source, DateTimeOffset at, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken)
    {
        var metadata = About(source, at);
        metadata[AnswerMetadata.Done] = lines.Span.Count((byte)'\n').ToString(CultureInfo.InvariantCulture);
        metadata[AnswerMetadata.Refused] = (refused?.Lines.Count ?? 0).ToString(CultureInfo.InvariantCulture);

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
        var metadata = About(source, at);
        if (rejection.IsPartial)
            metadata[AnswerMetadata.Done] = AnswerMetadata.Some;
        return WriteAsync(source, AnswerPath.Rejection(source.Path), Encode(rejection, source), ProblemDocument.MediaType, metadata, cancellationToken);
    }

    private static byte[] Encode(Rejection rejection, BlobVersion source) =>
        JsonSerializer.SerializeToUtf8Bytes(rejection.ToDocument() with { Upload = source.Path }, DocumentJson.Instance.ProblemDocument);

    private static Dictionary<string, string> About(BlobVersion source, DateTimeOffset at) => new()
    {
        [AnswerMetadata.SourceETag] = source.ETag,
        [AnswerMetadata.SourceAt] = at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
    };

    // Blocks of another version of the manifest must not be taken for this one's; all ids of a blob have one length.
    private static string BlockId(BlobVersion source, int part) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ActId.Of(source, part, DigestAlgorithm.Sha256)}{part:d6}")));

    // Almost every answer is the first under its name; only where one stands is it read.
    private Task WriteAsync(
        BlobVersion source,
        string path,
        ReadOnlyMemory<byte> body,
        string contentType,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken) =>
        UnlessGoneAsync(source, async () =>
        {
            var blob = AnswerTo(source, path);
            var headers = new BlobHeaders(contentType, Metadata: metadata);
            var condition = BlobCondition.Absent;
            while (await containers.TryWriteAsync(blob, body, condition, headers, cancellationToken) is null)
            {
                var standing = await containers.FindAsync(blob, cancellationToken);
                if (standing is not null && IsNewer(standing.Metadata, metadata))
                    return;
                condition = BlobCondition.Is(standing?.ETag);
            }
        });

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

    private static BlobAddress AnswerTo(BlobVersion source, string path) => new(IssuerContainer.AnswersOf(source.Container), path);

    private async Task<bool> HasAnswerAsync(BlobVersion source, string path, CancellationToken cancellationToken) =>
        await containers.FindAsync(AnswerTo(source, path), cancellationToken) is { } answer && AnsweredVersion(answer.Metadata) == source.ETag;

    private async Task UnlessGoneAsync(BlobVersion source, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (MissingInStorageException)
        {
            // An issuer without a place for its answers is a mistake of the deployment, not an issuer that has left.
            if (await containers.FindContainerAsync(source.Container, CancellationToken.None) is not null)
                throw;
            LogContainerGone(logger, source.Container);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Container} is gone, so an answer to one of its uploads could not be written.")]
    private static partial void LogContainerGone(ILogger logger, string container);
}

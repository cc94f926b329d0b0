using System.Globalization;
using System.Text.Json;

namespace TrueCopy.Testing.InMemory;

/// <summary>An issuer's two containers as they are listed: uploads, and the answers as storage would hold them.</summary>
public sealed partial class InMemoryInbox : IInboxListing
{
    /// <inheritdoc/>
    public Task<BlobListing> ListAsync(string container, string prefix, int most, CancellationToken cancellationToken) => _operations.RunAsync("inbox.list", () =>
    {
        var uploads = _blobs
            .Where(blob => blob.Key.Container == container)
            .Select(blob => new ListedBlob(blob.Key.Path, blob.Value.ETag, blob.Value.At, blob.Value.Content.Length, blob.Value.Metadata));
        ListedBlob[] all = [.. uploads.Concat(Answers(container)).Where(blob => blob.Path.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(blob => blob.Path, StringComparer.Ordinal)];
        return new BlobListing([.. all.Take(most)], all.Length <= most);
    });

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> ReadAnswerAsync(string container, string path, CancellationToken cancellationToken) => _operations.RunAsync("answer.read", () =>
    {
        var rejection = Rejections.FirstOrDefault(answer => IssuerContainer.AnswersOf(answer.Key.Container) == container && AnswerPath.Rejection(answer.Key.Path) == path).Value;
        return rejection is null
            ? (ReadOnlyMemory<byte>?)null
            : JsonSerializer.SerializeToUtf8Bytes(rejection.ToDocument(), AnswerJson.Instance.ProblemDocument);
    });

    private IEnumerable<ListedBlob> Answers(string container)
    {
        var documents = Receipts.Select(answer => Answer(
            answer.Key.Source,
            AnswerPath.Receipt(answer.Key.Source.Path, DigestAlgorithm.All.Single(algorithm => algorithm.Name == answer.Key.Algorithm)),
            Receipt.Parse(answer.Value).Proof.Index));
        var lines = ManifestReceipts.Concat(ActReceipts).Where(answer => answer.Value.Length > 0).Select(answer => Answer(answer.Key, AnswerPath.Lines(answer.Key.Path)));
        var rejected = Rejections.Keys.Select(source => Answer(source, AnswerPath.Rejection(source.Path)));
        return documents.Concat(lines).Concat(rejected).Where(answer => answer.Container == container).Select(answer => answer.Blob);
    }

    private (string Container, ListedBlob Blob) Answer(BlobVersion source, string path, long? logIndex = null)
    {
        var metadata = new Dictionary<string, string>
        {
            [AnswerMetadata.SourceETag] = source.ETag,
        };
        if (logIndex is { } index)
            metadata[AnswerMetadata.LogIndex] = index.ToString(CultureInfo.InvariantCulture);
        if (Deleted.ContainsKey(source))
            metadata[AnswerMetadata.Document] = AnswerMetadata.Deleted;
        return (IssuerContainer.AnswersOf(source.Container), new ListedBlob(path, "0x0", time.GetUtcNow(), 1, metadata));
    }
}

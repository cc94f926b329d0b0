using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TrueCopy.Testing.InMemory;

/// <summary>The inbox account in memory: containers with registry metadata, blobs, and the service's answers.</summary>
public sealed partial class InMemoryInbox(Operations operations, TimeProvider time) : IInbox, IIssuerRegistry, IOutbox
{
    private readonly Operations _operations = operations;
    private readonly ConcurrentDictionary<string, (Dictionary<string, string> Metadata, DateTimeOffset Since)> _containers = new();
    private readonly ConcurrentDictionary<(string Container, string Path), (string ETag, byte[] Content, DateTimeOffset At, Dictionary<string, string> Metadata)> _blobs = new();
    private readonly ConcurrentDictionary<(BlobVersion Source, int Part), string> _parts = new();
    private readonly ConcurrentDictionary<BlobVersion, byte[]> _everyVersion = new();
    private int _versions;

    /// <summary>Receipts by the upload that they answer and algorithm.</summary>
    public ConcurrentDictionary<(BlobVersion Source, string Algorithm), ReadOnlyMemory<byte>> Receipts { get; } = new();

    /// <summary>Every receipt that was ever handed out, those that were written over since among them.</summary>
    public ConcurrentQueue<HandedReceipt> EveryReceipt { get; } = new();

    /// <summary>Receipts of manifests, whole only, by the upload that they answer.</summary>
    public ConcurrentDictionary<BlobVersion, string> ManifestReceipts { get; } = new();

    /// <summary>Receipts of lists of acts by the upload that they answer.</summary>
    public ConcurrentDictionary<BlobVersion, string> ActReceipts { get; } = new();

    /// <summary>Containers whose uploads cannot be answered now.</summary>
    public ConcurrentDictionary<string, bool> Unanswerable { get; } = new();

    /// <summary>Blobs that storage does not hand out, by path, and why.</summary>
    public ConcurrentDictionary<string, Rejection> Unreadable { get; } = new();

    /// <summary>Documents that were deleted, and whether each had its receipt then.</summary>
    public ConcurrentDictionary<BlobVersion, bool> Deleted { get; } = new();

    /// <summary>Rejections by the upload that they answer.</summary>
    public ConcurrentDictionary<BlobVersion, Rejection> Rejections { get; } = new();

    /// <summary>Takes over another inbox's containers, not what was answered there.</summary>
    internal void CopyFrom(InMemoryInbox other)
    {
        foreach (var (name, container) in other._containers)
            _containers[name] = container;
        foreach (var (path, blob) in other._blobs)
            _blobs[path] = blob;
        foreach (var (version, content) in other._everyVersion)
            _everyVersion[version] = content;
        _versions = other._versions;
    }

    /// <summary>Creates an issuer's container, or any other.</summary>
    public void CreateContainer(string name, Dictionary<string, string> metadata) => _containers[name] = (metadata, time.GetUtcNow());

    /// <summary>Puts a blob.</summary>
    public BlobVersion Put(string container, string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        var etag = "0x" + Interlocked.Increment(ref _versions).ToString("X16", CultureInfo.InvariantCulture);
        _blobs[(container, path)] = (etag, content, time.GetUtcNow(), metadata ?? []);
        var version = new BlobVersion(container, path, etag);
        _everyVersion[version] = content;
        return version;
    }

    /// <summary>Whether a version, which may be gone since, held these bytes.</summary>
    public async Task<bool> HeldAsync(BlobVersion version, Digest digest)
    {
        using var content = new MemoryStream(_everyVersion[version], writable: false);
        return (await StreamDigest.ComputeAsync(content, [digest.Algorithm], progress: null, CancellationToken.None))[0].Equals(digest);
    }

    /// <summary>Deletes a blob.</summary>
    public void Delete(string container, string path) => _blobs.TryRemove((container, path), out _);

    /// <inheritdoc/>
    public Task<InboxDocument?> OpenAsync(BlobVersion blob, CancellationToken cancellationToken) => _operations.RunAsync("inbox.open", () =>
        Unreadable.TryGetValue(blob.Path, out var refusal) ? throw new UploadRejectedException(refusal)
        : _blobs.TryGetValue((blob.Container, blob.Path), out var found)
            ? new InboxDocument(blob with { ETag = found.ETag }, new Download(this, blob with { ETag = found.ETag }, found.Content), found.At, found.Metadata)
            : null);

    /// <inheritdoc/>
    public Task<Issuer> GetAsync(string container, CancellationToken cancellationToken) => _operations.RunAsync("registry.get", () =>
        _containers.TryGetValue(container, out var found)
            ? IssuerMetadata.Parse(container, found.Metadata) with { Since = found.Since }
            : throw new NotAnIssuerException("the container does not exist"));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Issuer>> ListAsync(CancellationToken cancellationToken) => _operations.RunAsync(
        "registry.list",
        IReadOnlyList<Issuer> () => [.. _containers.Select(container => IssuerMetadata.Parse(container.Key, container.Value.Metadata) with { Since = container.Value.Since }).OrderBy(issuer => issuer.Id, StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DateTimeOffset at,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken) =>
        _operations.RunAsync("receipt.write", () =>
        {
            RequireAnswerable(source);
            EveryReceipt.Enqueue(new HandedReceipt(source, Encoding.UTF8.GetString(receipt.Span)));
            Receipts[(source, algorithm.Name)] = receipt;
        });

    /// <inheritdoc/>
    public Task DeleteDocumentAsync(BlobVersion source, IReadOnlyList<DigestAlgorithm> algorithms, CancellationToken cancellationToken) =>
        _operations.RunAsync("document.delete", () =>
        {
            if (Exists(source))
                Delete(source.Container, source.Path);
            Deleted[source] = algorithms.All(algorithm => Receipts.ContainsKey((source, algorithm.Name)));
        });

    /// <inheritdoc/>
    public Task WriteManifestReceiptsAsync(BlobVersion source, DateTimeOffset at, int part, int parts, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) =>
        _operations.RunAsync("manifest.receipts", () =>
        {
            RequireAnswerable(source);
            HandOut(_parts[(source, part)] = Encoding.UTF8.GetString(lines.Span));
            var all = Enumerable.Range(0, parts).Select(number => _parts.GetValueOrDefault((source, number))).ToArray();
            if (all.All(lines => lines is not null))
                ManifestReceipts[source] = string.Concat(all);
        });

    /// <inheritdoc/>
    public Task<bool> HasManifestReceiptsAsync(BlobVersion source, CancellationToken cancellationToken) =>
        _operations.RunAsync("manifest.answered", () => ManifestReceipts.ContainsKey(source));

    /// <inheritdoc/>
    public Task WriteActReceiptsAsync(BlobVersion source, DateTimeOffset at, ReadOnlyMemory<byte> lines, Rejection? refused, CancellationToken cancellationToken) =>
        _operations.RunAsync("acts.receipts", () =>
        {
            RequireAnswerable(source);
            if (refused is not null)
                Rejections[source] = refused;
            HandOut(ActReceipts[source] = Encoding.UTF8.GetString(lines.Span));
        });

    /// <summary>Whether this version of a blob is there.</summary>
    public bool Exists(BlobVersion blob) => _blobs.TryGetValue((blob.Container, blob.Path), out var found) && found.ETag == blob.ETag;

    /// <inheritdoc/>
    public Task WriteRejectionAsync(BlobVersion source, DateTimeOffset at, Rejection rejection, CancellationToken cancellationToken) =>
        _operations.RunAsync("rejection.write", () =>
        {
            RequireAnswerable(source);
            Rejections[source] = rejection;
        });

    /// <summary>Whether an upload is answered, in whatever way.</summary>
    public bool IsAnswered(BlobVersion source) =>
        ManifestReceipts.ContainsKey(source) || ActReceipts.ContainsKey(source) || Rejections.ContainsKey(source) || Receipts.ContainsKey((source, DigestAlgorithm.Sha256.Name));

    /// <summary>Whether an upload has the answer of a name.</summary>
    public bool HasAnswer(BlobVersion source, string answer) =>
        Receipts.Keys.Any(key => key.Source == source && AnswerPath.Receipt(source.Path, DigestAlgorithm.All.Single(algorithm => algorithm.Name == key.Algorithm)) == answer)
        || ((ManifestReceipts.ContainsKey(source) || ActReceipts.ContainsKey(source)) && AnswerPath.Lines(source.Path) == answer)
        || (Rejections.ContainsKey(source) && AnswerPath.Rejection(source.Path) == answer);

    private void RequireAnswerable(BlobVersion source)
    {
        if (Unanswerable.ContainsKey(source.Container))
            throw new IOException($"{source.Container} takes no answers");
    }

    private void HandOut(string lines)
    {
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsReceipt))
            EveryReceipt.Enqueue(new HandedReceipt(null, line));
    }

    private static bool IsReceipt(string line)
    {
        using var json = JsonDocument.Parse(line);
        return !json.RootElement.TryGetProperty("refused", out _);
    }

    /// <summary>A version being read, which stops being readable when the blob changes, as on storage.</summary>
    private sealed class Download(InMemoryInbox inbox, BlobVersion blob, byte[] content) : MemoryStream(content, writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await inbox._operations.RunAsync("inbox.read", () =>
                inbox._blobs.TryGetValue((blob.Container, blob.Path), out var now) && now.ETag == blob.ETag
                    ? Read(buffer.Span)
                    : throw new BlobChangedException(new IOException("412")));
        }
    }
}

/// <summary>A receipt as an issuer got it.</summary>
/// <param name="Source">The document that it answers; null for a line of an answer to many.</param>
/// <param name="Text">The <c>.tlog-proof</c>, or the line.</param>
public sealed record HandedReceipt(BlobVersion? Source, string Text)
{
    /// <summary>The receipt, and of which entry and digest it is said to be where that is said.</summary>
    public (Receipt Receipt, long? LogIndex, Digest? Digest) Read()
    {
        if (Source is not null)
            return (Receipt.Parse(Encoding.UTF8.GetBytes(Text)), null, null);
        var line = JsonDocument.Parse(Text).RootElement;
        return (
            Receipt.Parse(Encoding.UTF8.GetBytes(line.GetProperty("receipt").GetString()!)),
            line.GetProperty("logIndex").GetInt64(),
            Digest.TryParse($"{line.GetProperty("algorithm").GetString()}:{line.GetProperty("digest").GetString()}", out var digest)
                ? digest
                : throw new AuditException("a line of receipts names its digest"));
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Intake;
using TrueCopy.Verification.Issuers;

namespace TrueCopy.Testing.InMemory;

/// <summary>The inbox account in memory: containers with registry metadata, blobs, and the service's answers.</summary>
public sealed class InMemoryInbox(Operations operations, TimeProvider time) : IInbox, IIssuerRegistry, IOutbox
{
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _containers = new();
    private readonly ConcurrentDictionary<(string Container, string Path), (string ETag, byte[] Content, DateTimeOffset At)> _blobs = new();
    private int _versions;

    /// <summary>Receipts by the upload that they answer and algorithm.</summary>
    public ConcurrentDictionary<(BlobVersion Source, string Algorithm), ReadOnlyMemory<byte>> Receipts { get; } = new();

    /// <summary>Rejections by the upload that they answer.</summary>
    public ConcurrentDictionary<BlobVersion, Rejection> Rejections { get; } = new();

    /// <summary>Creates an issuer's container, or any other.</summary>
    public void CreateContainer(string name, Dictionary<string, string> metadata) => _containers[name] = metadata;

    /// <summary>Puts a blob.</summary>
    public BlobVersion Put(string container, string path, byte[] content)
    {
        var etag = "0x" + Interlocked.Increment(ref _versions).ToString("X16", CultureInfo.InvariantCulture);
        _blobs[(container, path)] = (etag, content, time.GetUtcNow());
        return new BlobVersion(container, path, etag);
    }

    /// <inheritdoc/>
    public Task<InboxDocument?> OpenAsync(BlobVersion blob, CancellationToken cancellationToken) => operations.RunAsync("inbox.open", () =>
        _blobs.TryGetValue((blob.Container, blob.Path), out var found) && found.ETag == blob.ETag
            ? new InboxDocument(new MemoryStream(found.Content), found.At)
            : null);

    /// <inheritdoc/>
    public Task<Issuer> GetAsync(string container, CancellationToken cancellationToken) => operations.RunAsync("registry.get", () =>
        _containers.TryGetValue(container, out var metadata)
            ? IssuerMetadata.Parse(container, metadata)
            : throw new NotAnIssuerException("the container does not exist"));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Issuer>> ListAsync(CancellationToken cancellationToken) => operations.RunAsync(
        "registry.list",
        IReadOnlyList<Issuer> () => [.. _containers.Select(container => IssuerMetadata.Parse(container.Key, container.Value))]);

    /// <inheritdoc/>
    public Task WriteReceiptAsync(
        BlobVersion source,
        DigestAlgorithm algorithm,
        long logIndex,
        ReadOnlyMemory<byte> receipt,
        CancellationToken cancellationToken) =>
        operations.RunAsync("receipt.write", () => Receipts[(source, algorithm.Name)] = receipt);

    /// <inheritdoc/>
    public Task WriteRejectionAsync(BlobVersion source, Rejection rejection, CancellationToken cancellationToken) =>
        operations.RunAsync("rejection.write", () => Rejections[source] = rejection);
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace TrueCopy.Testing.InMemory;

/// <summary>
/// The inbox account in memory, and what a test asks of it. Every answer is noted at the moment that it takes effect, by the
/// version that it answers.
/// </summary>
public sealed class InMemoryInbox(IRequests requests, TimeProvider time) : InMemoryBlobs(requests, time, StorageService.InboxBlob), IIssuerContainers
{
    private readonly ConcurrentDictionary<string, BlobContainer> _containers = new();
    private readonly ConcurrentDictionary<BlobVersion, byte[]> _everyVersion = new();
    private readonly ConcurrentDictionary<string, BlobVersion> _byETag = new();
    private readonly Dictionary<(BlobAddress Blob, string Id), byte[]> _blocks = [];
    private readonly Dictionary<BlobAddress, Dictionary<string, byte[]>> _committed = [];

    /// <summary>Receipts by the upload that they answer and algorithm.</summary>
    public ConcurrentDictionary<(BlobVersion Source, string Algorithm), ReadOnlyMemory<byte>> Receipts { get; } = new();

    /// <summary>Every receipt that was ever handed out, those that were written over since among them.</summary>
    public ConcurrentQueue<HandedReceipt> EveryReceipt { get; } = new();

    /// <summary>Receipts of manifests and of long lists of acts, whole only, by the upload that they answer.</summary>
    public ConcurrentDictionary<BlobVersion, string> ManifestReceipts { get; } = new();

    /// <summary>Receipts of lists of acts by the upload that they answer; empty where nothing was done.</summary>
    public ConcurrentDictionary<BlobVersion, string> ActReceipts { get; } = new();

    /// <summary>Rejections by the upload that they answer.</summary>
    public ConcurrentDictionary<BlobVersion, Rejection> Rejections { get; } = new();

    /// <summary>Documents that were deleted, and whether each had its receipts then.</summary>
    public ConcurrentDictionary<BlobVersion, bool> Deleted { get; } = new();

    /// <summary>Containers whose uploads cannot be answered now.</summary>
    public ConcurrentDictionary<string, bool> Unanswerable { get; } = new();

    /// <summary>Whether a document comes with the answer to the request that opens it, as a short one does on storage.</summary>
    public bool HandsOutAtOnce { get; set; }

    /// <summary>Sees every answer when it is there, by the upload that it answers.</summary>
    public Action<BlobVersion>? Answered { get; set; }

    /// <summary>Blobs that storage does not hand out, by path, and why.</summary>
    public ConcurrentDictionary<string, Rejection> Unreadable { get; } = new();

    /// <inheritdoc/>
    public Task<BlobContainer?> FindContainerAsync(string container, CancellationToken cancellationToken) =>
        RunAsync("registry.get", "", () => _containers.GetValueOrDefault(container), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobContainer> ListContainersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var container in await RunAsync("registry.list", "", () => _containers.Values.Where(container => container.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(container => container.Name, StringComparer.Ordinal).ToArray(), cancellationToken))
            yield return container;
    }

    /// <inheritdoc/>
    public Task<InboxDocument?> OpenAsync(BlobAddress blob, string? etag, CancellationToken cancellationToken) => RunAsync("open", blob, () =>
    {
        if (Unreadable.TryGetValue(blob.Name, out var refusal))
            throw new UploadRejectedException(refusal);
        if (!All.TryGetValue(blob, out var found))
            return null;
        if (etag is not null && etag != found.ETag)
            throw new BlobChangedException(new IOException("412"));
        return new InboxDocument(VersionOf(blob, found.ETag), new Download(this, blob, found), found.At, found.Metadata);
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryDeleteAsync(BlobAddress blob, string etag, CancellationToken cancellationToken) => RunAsync("delete", blob, () =>
    {
        lock (Changing)
        {
            RequireContainer(blob.Container);

            // Of none, too, storage says that it is not that version, and of one that somebody leased.
            if (!All.TryGetValue(blob, out var found) || found.ETag != etag || HolderOf(blob) is not null)
                return false;
            if (blob.Container.StartsWith(ReceiverContainer.Prefix, StringComparison.Ordinal))
                return Remove(blob);
            var source = VersionOf(blob, etag);
            var algorithms = IssuerMetadata.Parse(blob.Container, _containers[blob.Container].Metadata).Algorithms;
            Deleted[source] = algorithms.All(algorithm => Receipts.ContainsKey((source, algorithm.Name)));
            return Remove(blob);
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryCopyAsync(BlobAddress blob, string etag, string name, BlobCondition condition, CancellationToken cancellationToken) => RunAsync("copy", blob, () =>
    {
        lock (Changing)
        {
            RequireContainer(blob.Container);
            var copy = blob with { Name = name };
            if (!All.TryGetValue(blob, out var found) || found.ETag != etag || !Holds(condition, All.GetValueOrDefault(copy)))
                return false;
            Set(copy, found.Content, found.Metadata);
            return true;
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task SetMetadataAsync(BlobAddress blob, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) => RunAsync("metadata", blob, () =>
    {
        lock (Changing)
        {
            var content = All.TryGetValue(blob, out var found) ? found.Content : throw new MissingInStorageException("a blob");
            RequireNoLease(blob);
            return Keep(blob, content, metadata);
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task StageBlockAsync(BlobAddress blob, string id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => RunAsync("block", blob, () =>
    {
        lock (Changing)
        {
            RequireContainer(blob.Container);
            return _blocks[(blob, id)] = content.ToArray();
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> ListStagedBlocksAsync(BlobAddress blob, CancellationToken cancellationToken) => RunAsync("parts", blob, IReadOnlySet<string> () =>
    {
        lock (Changing)
            return _blocks.Keys.Where(block => block.Blob == blob).Select(block => block.Id).ToHashSet();
    }, cancellationToken);

    /// <inheritdoc/>
    public Task CommitBlocksAsync(BlobAddress blob, IReadOnlyList<string> ids, BlobHeaders headers, CancellationToken cancellationToken) => RunAsync("commit", blob, () =>
    {
        lock (Changing)
        {
            // A block that is part of the blob already may be named again, which is what a request that is sent again does.
            RequireNoLease(blob);
            var before = All.ContainsKey(blob) ? _committed.GetValueOrDefault(blob) : null;
            var blocks = ids.ToDictionary(id => id, id => _blocks.GetValueOrDefault((blob, id)) ?? before?.GetValueOrDefault(id) ?? throw new IOException("400: InvalidBlockList"));
            var kept = Set(blob, ids.SelectMany(id => blocks[id]).ToArray(), headers.Metadata);
            _committed[blob] = blocks;
            return kept;
        }
    }, cancellationToken);

    /// <summary>Takes over another inbox's containers, not what was answered there.</summary>
    public void CopyFrom(InMemoryInbox other)
    {
        base.CopyFrom(other);
        foreach (var answer in All.Keys.Where(blob => blob.Container.StartsWith(IssuerContainer.AnswersPrefix, StringComparison.Ordinal)))
            Remove(answer);
        foreach (var (name, container) in other._containers)
            _containers[name] = container;
        foreach (var (version, content) in other._everyVersion)
            (_everyVersion[version], _byETag[version.ETag]) = (content, version);
    }

    /// <summary>Creates an issuer's container and the one for its answers, a receiver's, or any other.</summary>
    public void CreateContainer(string name, Dictionary<string, string> metadata)
    {
        _containers[name] = new BlobContainer(name, Time.GetUtcNow(), metadata);
        if (name.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal))
            _containers.TryAdd(IssuerContainer.AnswersOf(name), new BlobContainer(IssuerContainer.AnswersOf(name), Time.GetUtcNow(), new Dictionary<string, string>()));
    }

    /// <summary>How the registry describes a receiver.</summary>
    public Receiver ReceiverOf(string id) =>
        ReceiverMetadata.Parse(ReceiverContainer.Prefix + id, _containers[ReceiverContainer.Prefix + id].Metadata) with { Since = _containers[ReceiverContainer.Prefix + id].Since };

    /// <summary>How the registry describes the issuer of a container.</summary>
    public Issuer IssuerOf(string container) => IssuerMetadata.Parse(container, _containers[container].Metadata) with { Since = _containers[container].Since };

    /// <summary>Puts a blob.</summary>
    public BlobVersion Put(string container, string path, byte[] content, Dictionary<string, string>? metadata = null)
    {
        var address = new BlobAddress(container, path);
        var version = VersionOf(address, Put(address, content, metadata).ETag);
        _everyVersion[version] = content;
        _byETag[version.ETag] = version;
        return version;
    }

    /// <summary>Whether a version, which may be gone since, held these bytes.</summary>
    public async Task<bool> HeldAsync(BlobVersion version, Digest digest)
    {
        using var content = new MemoryStream(_everyVersion[version], writable: false);
        return (await StreamDigest.ComputeAsync(content, [digest.Algorithm], progress: null, CancellationToken.None))[0].Equals(digest);
    }

    /// <summary>Deletes a blob.</summary>
    public void Delete(string container, string path) => Remove(new BlobAddress(container, path));

    /// <summary>Loses the receipts of every document.</summary>
    public void LoseReceipts()
    {
        foreach (var receipt in All.Keys.Where(blob => blob.Container.StartsWith(IssuerContainer.AnswersPrefix, StringComparison.Ordinal) && blob.Name.EndsWith(".tlog-proof", StringComparison.Ordinal)))
            Remove(receipt);
        Receipts.Clear();
    }

    /// <summary>Whether an upload is answered, in whatever way.</summary>
    public bool IsAnswered(BlobVersion source) =>
        ManifestReceipts.ContainsKey(source) || ActReceipts.ContainsKey(source) || Rejections.ContainsKey(source) || Receipts.ContainsKey((source, DigestAlgorithm.Sha256.Name));

    /// <summary>Whether the receipts of a version of an upload are there now: under their name, or, if a newer version's have that, under the version's.</summary>
    public bool Keeps(BlobVersion source, string receipts) => ((string[])[receipts, AnswerPath.OfVersion(receipts, source.ETag)]).Any(name =>
        All.TryGetValue(new BlobAddress(IssuerContainer.AnswersOf(source.Container), name), out var answer) && answer.Metadata.GetValueOrDefault(AnswerMetadata.SourceETag) == source.ETag);

    /// <summary>Whether this version of a blob is there.</summary>
    public bool Exists(BlobVersion blob) => All.TryGetValue(new BlobAddress(blob.Container, blob.Path), out var found) && found.ETag == blob.ETag;

    /// <inheritdoc/>
    protected override void RequireContainer(string container)
    {
        if (!_containers.ContainsKey(container))
            throw new MissingInStorageException($"the container {container}");
        if (Unanswerable.Keys.Any(issuer => IssuerContainer.AnswersOf(issuer) == container))
            throw new IOException($"{container} takes no answers");
    }

    /// <inheritdoc/>
    protected override InMemoryBlob Set(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata)
    {
        var kept = base.Set(blob, content, metadata);
        _committed.Remove(blob);
        foreach (var block in _blocks.Keys.Where(block => block.Blob == blob).ToArray())
            _blocks.Remove(block);
        if (blob.Container.StartsWith(IssuerContainer.AnswersPrefix, StringComparison.Ordinal) && SourceOf(blob, kept.Metadata) is { } source)
        {
            Note(source, blob.Name, kept);
            Answered?.Invoke(source);
        }

        return kept;
    }

    private void Note(BlobVersion source, string name, InMemoryBlob answer)
    {
        bool Is(string receipts) => name == receipts || name == AnswerPath.OfVersion(receipts, source.ETag);
        var text = Encoding.UTF8.GetString(answer.Content.Span);
        if (name == AnswerPath.Rejection(source.Path))
        {
            Rejections[source] = ReadRejection(answer);
            if (answer.Metadata.GetValueOrDefault(AnswerMetadata.Done) == "0")
                ActReceipts[source] = "";
        }
        else if (Is(AnswerPath.Lines(source.Path)))
        {
            (answer.Metadata.ContainsKey(AnswerMetadata.Done) ? ActReceipts : ManifestReceipts)[source] = text;
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsReceipt))
                EveryReceipt.Enqueue(new HandedReceipt(null, line));
        }
        else
        {
            EveryReceipt.Enqueue(new HandedReceipt(source, text));
            Receipts[(source, DigestAlgorithm.All.Single(algorithm => Is(AnswerPath.Receipt(source.Path, algorithm))).Name)] = answer.Content;
        }
    }

    // An answer under a hash tells no name, but its version does.
    private BlobVersion? SourceOf(BlobAddress answer, IReadOnlyDictionary<string, string> metadata)
    {
        var container = IssuerContainer.Prefix + answer.Container[IssuerContainer.AnswersPrefix.Length..];
        var etag = metadata[AnswerMetadata.SourceETag];
        return _byETag.TryGetValue(etag, out var version) && version.Container == container && AnswerPath.NamesFor(version.Path).Any(name => answer.Name.Contains(name, StringComparison.Ordinal))
            ? version
            : AnswerPath.TryParse(answer.Name, out var path, out _) ? new BlobVersion(container, path, etag) : null;
    }

    private static Rejection ReadRejection(InMemoryBlob answer)
    {
        var problem = JsonSerializer.Deserialize(answer.Content.Span, DocumentJson.Instance.ProblemDocument)!;
        return new Rejection(problem.Type[ProblemDocument.TypePrefix.Length..], problem.Title, problem.Detail ?? "")
        {
            Lines = problem.Lines ?? [],
            IsPartial = answer.Metadata.GetValueOrDefault(AnswerMetadata.Done) == AnswerMetadata.Some,
        };
    }

    private static bool IsReceipt(string line)
    {
        using var json = JsonDocument.Parse(line);
        return !json.RootElement.TryGetProperty("refused", out _);
    }

    private static BlobVersion VersionOf(BlobAddress blob, string etag) => new(blob.Container, blob.Name, etag);

    private Task<T> RunAsync<T>(string name, string blob, Func<T> operation, CancellationToken cancellationToken) =>
        Requests.RunAsync(new StorageRequest(name, StorageService.InboxBlob, blob), operation, cancellationToken);

    /// <summary>A version being read, which stops being readable when the blob changes, as on storage.</summary>
    private sealed class Download(InMemoryInbox inbox, BlobAddress blob, InMemoryBlob found) : MemoryStream(found.Content.ToArray(), writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inbox.HandsOutAtOnce ? new ValueTask<int>(Read(buffer.Span)) : ReadByRequestAsync(buffer, cancellationToken);

        private async ValueTask<int> ReadByRequestAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var from = Position;
            return await inbox.RunAsync("inbox.read", blob.Name, () =>
            {
                // What is sent again asks for the same bytes.
                Position = from;
                return inbox.All.TryGetValue(blob, out var now) && now.ETag == found.ETag
                    ? Read(buffer.Span)
                    : throw new BlobChangedException(new IOException("412"));
            }, cancellationToken);
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

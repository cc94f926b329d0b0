using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace TrueCopy.Testing.InMemory;

/// <summary>A blob in memory.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Its version.</param>
/// <param name="At">When it was last written.</param>
/// <param name="Metadata">What is noted on it.</param>
public sealed record InMemoryBlob(ReadOnlyMemory<byte> Content, string ETag, DateTimeOffset At, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Blobs of one account in memory, with the conditions and leases that storage has.</summary>
public class InMemoryBlobs(IRequests requests, TimeProvider time, StorageService service = StorageService.LedgerBlob) : IBlobStore
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    private readonly ConcurrentDictionary<BlobAddress, InMemoryBlob> _blobs = new();
    private readonly Dictionary<BlobAddress, (string Id, DateTimeOffset Until, TimeSpan Duration)> _leases = [];
    private long _versions;

    /// <summary>What every request passes through.</summary>
    protected IRequests Requests => requests;

    /// <summary>The clock of the account.</summary>
    protected TimeProvider Time => time;

    /// <summary>Held while anything changes.</summary>
    protected Lock Changing { get; } = new();

    /// <summary>Whether everyone who asks for a lease gets it.</summary>
    public bool HandsLeasesToAll { get; set; }

    /// <summary>Every blob.</summary>
    public IReadOnlyDictionary<BlobAddress, InMemoryBlob> All => _blobs;

    /// <inheritdoc/>
    public Task<StoredBlob?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken) => RunAsync("read", blob, () =>
        Seen(blob) is { } found ? new StoredBlob(found.Content, found.ETag) : null, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> ReadPartAsync(BlobAddress blob, long from, int most, CancellationToken cancellationToken) => RunAsync("read", blob, () =>
        Seen(blob) is { } found ? PartOf(found.Content, from, most) : (ReadOnlyMemory<byte>?)null, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobFacts?> FindAsync(BlobAddress blob, CancellationToken cancellationToken) => RunAsync("find", blob, () =>
        Seen(blob) is { } found ? new BlobFacts(found.ETag, found.At, AnyCase(found.Metadata)) : null, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> TryWriteAsync(BlobAddress blob, ReadOnlyMemory<byte> content, BlobCondition condition, BlobHeaders headers, CancellationToken cancellationToken) =>
        RunAsync("write", blob, () =>
        {
            lock (Changing)
            {
                RequireContainer(blob.Container);
                var current = _blobs.GetValueOrDefault(blob);
                if (Enforces(blob, condition) && !Holds(condition, current))
                    return null;
                RequireNoLease(blob);
                return Set(blob, content, headers.Metadata).ETag;
            }
        }, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(BlobAddress blob, CancellationToken cancellationToken) => RunAsync("delete", blob, () =>
    {
        lock (Changing)
        {
            RequireNoLease(blob);
            return Remove(blob);
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedBlob> ListAsync(string container, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listed = await RunAsync("list", new BlobAddress(container, prefix), () => _blobs
            .Where(blob => blob.Key.Container == container && blob.Key.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(blob => blob.Key.Name, StringComparer.Ordinal)
            .Select(blob => new ListedBlob(blob.Key.Name, blob.Value.ETag, blob.Value.At, blob.Value.Content.Length, AnyCase(blob.Value.Metadata)))
            .ToArray(), cancellationToken);
        foreach (var blob in listed)
            yield return blob;
    }

    /// <inheritdoc/>
    public Task<LeaseOutcome> TryLeaseAsync(BlobAddress blob, string leaseId, TimeSpan duration, CancellationToken cancellationToken) => RunAsync("lease", blob, () =>
    {
        lock (Changing)
        {
            if (!_blobs.ContainsKey(blob))
                return LeaseOutcome.NoBlob;
            if (HandsLeasesToAll)
                return LeaseOutcome.Taken;
            if (HolderOf(blob) is { } holder && holder != leaseId)
                return LeaseOutcome.Held;
            _leases[blob] = (leaseId, Until(duration), duration);
            return LeaseOutcome.Taken;
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task RenewLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => RunAsync("renew", blob, () =>
    {
        lock (Changing)
        {
            // As on storage, also after it ended by itself, unless another has it.
            if (HandsLeasesToAll)
                return true;
            if (!_leases.TryGetValue(blob, out var lease) || lease.Id != leaseId)
                throw new IOException("409: the lease is another's");
            _leases[blob] = (leaseId, Until(lease.Duration), lease.Duration);
            return true;
        }
    }, cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => RunAsync("release", blob, () =>
    {
        lock (Changing)
        {
            if (HandsLeasesToAll)
                return true;
            if (!_leases.TryGetValue(blob, out var lease) || lease.Id != leaseId)
                throw new IOException("409: the lease is another's");
            return _leases.Remove(blob);
        }
    }, cancellationToken);

    /// <summary>Takes over another account's blobs.</summary>
    public void CopyFrom(InMemoryBlobs other)
    {
        foreach (var (address, blob) in other._blobs)
            _blobs[address] = blob;
        _versions = other._versions;
    }

    /// <summary>Puts a blob without a request; for a test's own hand.</summary>
    public InMemoryBlob Put(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata = null) => Keep(blob, content, metadata);

    /// <summary>Deletes a blob without a request.</summary>
    public bool Remove(BlobAddress blob) => _blobs.TryRemove(blob, out _);

    /// <summary>Ends a lease, as its expiry does after a crash.</summary>
    public void EndLease(BlobAddress blob)
    {
        lock (Changing)
            _leases.Remove(blob);
    }

    /// <summary>Whose lease it is; null for nobody's.</summary>
    public string? HolderOf(BlobAddress blob)
    {
        lock (Changing)
            return _leases.TryGetValue(blob, out var lease) && lease.Until > time.GetUtcNow() ? lease.Id : null;
    }

    /// <summary>Gives a lease that does not end to whoever is not in the test; takes it back when disposed.</summary>
    public IDisposable HoldLease(BlobAddress blob)
    {
        lock (Changing)
        {
            if (HolderOf(blob) is not null)
                throw new InvalidOperationException("The lease is held.");
            if (!_blobs.ContainsKey(blob))
                Keep(blob, default, null);
            var id = Guid.NewGuid().ToString();
            _leases[blob] = (id, DateTimeOffset.MaxValue, Timeout.InfiniteTimeSpan);
            return new Held(this, blob, id);
        }
    }

    /// <summary>Whether a condition holds for what is there.</summary>
    protected static bool Holds(BlobCondition condition, InMemoryBlob? current) =>
        condition.IsAbsent ? current is null : condition.ETag is not { } version || current?.ETag == version;

    /// <summary>Whether storage keeps to a condition.</summary>
    protected virtual bool Enforces(BlobAddress blob, BlobCondition condition) => true;

    /// <summary>A blob as a reader sees it.</summary>
    protected virtual InMemoryBlob? Seen(BlobAddress blob) => _blobs.GetValueOrDefault(blob);

    /// <summary>Writes a blob whose conditions hold.</summary>
    protected virtual InMemoryBlob Set(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata) => Keep(blob, content, metadata);

    /// <summary>Fails where a container is not there.</summary>
    protected virtual void RequireContainer(string container)
    {
    }

    /// <summary>Fails where a blob is leased, as storage does to whoever does not name the lease.</summary>
    protected void RequireNoLease(BlobAddress blob)
    {
        if (HolderOf(blob) is not null && _blobs.ContainsKey(blob))
            throw new IOException("412: LeaseIdMissing");
    }

    /// <summary>Writes a blob.</summary>
    protected InMemoryBlob Keep(BlobAddress blob, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string>? metadata) =>
        _blobs[blob] = new InMemoryBlob(Copied(content), NextETag(), time.GetUtcNow(), metadata ?? NoMetadata);

    /// <summary>The content as it is kept: a caller may use its buffer again.</summary>
    protected virtual ReadOnlyMemory<byte> Copied(ReadOnlyMemory<byte> content) => content.ToArray();

    /// <summary>A version that nothing had before.</summary>
    protected string NextETag() => "0x" + Interlocked.Increment(ref _versions).ToString("X16", CultureInfo.InvariantCulture);

    /// <summary>Runs a request about a blob.</summary>
    protected Task<T> RunAsync<T>(string verb, BlobAddress blob, Func<T> operation, CancellationToken cancellationToken) =>
        requests.RunAsync(new StorageRequest(RequestNames.Of(verb, blob), service, blob.Name), operation, cancellationToken);

    private static ReadOnlyMemory<byte> PartOf(ReadOnlyMemory<byte> content, long from, int most) =>
        from >= content.Length ? default : content.Slice((int)from, Math.Min(most, content.Length - (int)from));

    private static Dictionary<string, string> AnyCase(IReadOnlyDictionary<string, string> metadata) => new(metadata, StringComparer.OrdinalIgnoreCase);

    private DateTimeOffset Until(TimeSpan duration) => time.GetUtcNow() + duration;

    private sealed class Held(InMemoryBlobs blobs, BlobAddress blob, string id) : IDisposable
    {
        public void Dispose()
        {
            lock (blobs.Changing)
            {
                if (blobs._leases.TryGetValue(blob, out var lease) && lease.Id == id)
                    blobs._leases.Remove(blob);
            }
        }
    }
}

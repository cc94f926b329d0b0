using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TrueCopy.Client;

/// <summary>
/// A log over HTTP (C2SP tlog-tiles), for whoever audits it or follows it. Transient failures are tried again, later each
/// time; what is longer than it may be is not read to the end.
/// </summary>
public sealed class RemoteLog : IPublicLog, IDisposable
{
    private const int MaxBundleLength = TileId.FullWidth * (sizeof(ushort) + EntryBundle.MaxEntryLength);

    // JSON writes a line break of a receipt in two characters, and the keys themselves are few.
    private const int MaxKeysLength = 2 * KeyChain.MaxLength;

    private static readonly TileId FirstBundle = new(TileId.EntriesLevel, 0, TileId.FullWidth);

    private readonly ServiceConnection _connection;
    private readonly bool _isOwn;
    private readonly string _prefix;
    private long _resources;
    private long _bytes;

    /// <summary>A log that is read by itself, such as to audit it: patiently, for hours if need be.</summary>
    /// <param name="address">Address under which <c>checkpoint</c> and <c>tile/</c> are.</param>
    /// <param name="network">How to get there; not disposed. Null for a way of its own.</param>
    /// <param name="time">For waits and time limits.</param>
    public RemoteLog(Uri address, HttpMessageHandler? network, TimeProvider time)
    {
        var options = new TrueCopyClientOptions
        {
            Service = address,
            MaxRetries = 4,
            RetryDelay = TimeSpan.FromMilliseconds(250),
            AttemptTimeout = TimeSpan.FromSeconds(60),
            TotalTimeout = TimeSpan.FromHours(1),
        };
        (_connection, _isOwn, _prefix) = (new ServiceConnection(options, network, time, isPersistent: true), true, "");
    }

    /// <summary>The log of a service that answers questions too.</summary>
    internal RemoteLog(ServiceConnection connection) => (_connection, _prefix) = (connection, "log/");

    /// <summary>How many resources were fetched.</summary>
    public long Resources => Interlocked.Read(ref _resources);

    /// <summary>How many bytes they had.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What the service says of the log's keys, where the log is a service's: <c>v1/keys</c> beside it.</summary>
    /// <returns>Nothing of it proven yet; null where there is none.</returns>
    /// <exception cref="LogFormatException">It is malformed.</exception>
    /// <exception cref="NoAnswerException">The service does not answer.</exception>
    public async Task<KeyChain?> FindKeyChainAsync(CancellationToken cancellationToken)
    {
        if (await FetchAsync("keys", "../v1/keys", MaxKeysLength, cancellationToken) is not { } json)
            return null;
        try
        {
            return KeyChain.Read(ForeignJson.Read(json.Span, DocumentJson.Instance.KeysDocument));
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("what is served as the log's keys is not that", exception);
        }
    }

    /// <summary>
    /// The keys that the log gives itself, for an auditor who was given none: no better than its first word. They are those
    /// that its service proves the log to list last; without a service those of entry 0, if that is in a full bundle,
    /// because a partial one may be asked for only under a checkpoint that was verified (tlog-tiles, "Partial Tiles").
    /// </summary>
    /// <exception cref="LogFormatException">It gives itself none.</exception>
    /// <exception cref="NoAnswerException">The log does not answer.</exception>
    public async Task<IReadOnlyList<string>> ReadFirstKeysAsync(CancellationToken cancellationToken)
    {
        if (await FindKeyChainAsync(cancellationToken) is { } chain)
            return [.. chain.Begin().Keys.Verifiers.Select(key => key.ToString())];
        if (await FindAsync(FirstBundle, cancellationToken) is not { } bundle)
            throw new LogFormatException("there is no full bundle with entry 0");
        var entry = Entry.Parse(EntryBundle.Parse(bundle, FirstBundle.Width)[0].Span);
        return entry.Keys is { Count: > 0 } keys ? keys : throw new LogFormatException("entry 0 names no keys");
    }

    /// <inheritdoc/>
    /// <exception cref="NoAnswerException">The log does not answer.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        await FindCheckpointAsync(cancellationToken) ?? throw new LogFormatException("there is no checkpoint");

    /// <summary>The published checkpoint's note; null where there is none, as where a log was looked for in vain.</summary>
    /// <exception cref="LogFormatException">What is served in its place cannot be one.</exception>
    /// <exception cref="NoAnswerException">The log does not answer.</exception>
    public Task<ReadOnlyMemory<byte>?> FindCheckpointAsync(CancellationToken cancellationToken) =>
        FetchAsync("checkpoint", "checkpoint", SignedNote.MaxLength, cancellationToken);

    /// <summary>The policy file of the log's service, where the log is a service's: <c>v1/policy</c> beside it; its word.</summary>
    /// <returns>Null where there is none, or nobody who knows of one.</returns>
    /// <exception cref="LogFormatException">It is longer than one may be.</exception>
    /// <exception cref="NoAnswerException">The service does not answer.</exception>
    public async Task<ReadOnlyMemory<byte>?> FindPolicyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FetchAsync("policy", "../v1/policy", TrustPolicy.MaxLength, cancellationToken);
        }
        catch (NoAnswerException exception) when (exception.Status is { } status && (int)status is >= 400 and < 500)
        {
            return null;
        }
    }

    /// <summary>Where a mirror keeps its copy of a log, below its address (C2SP tlog-mirror, as this project's mirrors serve it).</summary>
    /// <param name="mirror">The mirror's address.</param>
    /// <param name="origin">The log's name.</param>
    public static Uri AddressAt(Uri mirror, string origin) =>
        new($"{mirror.GetLeftPart(UriPartial.Path).TrimEnd('/')}/mirror/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))}");

    /// <inheritdoc/>
    /// <exception cref="NoAnswerException">The log does not answer.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
        PartialTiles.ReadAsync(tile, FindAsync, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isOwn)
            _connection.Dispose();
    }

    private Task<ReadOnlyMemory<byte>?> FindAsync(TileId tile, CancellationToken cancellationToken) =>
        FetchAsync("tile", tile.ToPath(), tile.IsEntries ? MaxBundleLength : TileId.FullWidth * MerkleHash.Size, cancellationToken);

    private async Task<ReadOnlyMemory<byte>?> FetchAsync(string operation, string path, int maxLength, CancellationToken cancellationToken)
    {
        if (await _connection.FindAsync(operation, _prefix + path, maxLength, cancellationToken) is not { } body)
            return null;
        Interlocked.Increment(ref _resources);
        Interlocked.Add(ref _bytes, body.Length);
        return body;
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Client;

/// <summary>
/// The status of every document of a log, as of one checkpoint, verified and kept: with it receipts are checked offline, current to
/// that minute, and nobody learns which. <see cref="TrueCopyClient.FetchStatusAsync"/> fetches it, and later what changed.
/// </summary>
public sealed class KeptStatus
{
    private const int FormatVersion = 1;
    private const int MaxLength = 64 * 1024 * 1024;
    private readonly StatusTree _tree;
    private readonly StatusProof _last;
    private readonly Entry _entry;

    private KeptStatus(StatusTree tree, Entry entry, StatusProof last, SignedCheckpoint checkpoint, PolicyResult? witnesses, DateTimeOffset fetchedAt)
    {
        (_tree, _entry, _last) = (tree, entry, last);
        (Checkpoint, Witnesses, FetchedAt) = (checkpoint, witnesses, fetchedAt);
        if (Convert.ToHexStringLower(tree.Root().Bytes) != entry.Root)
            throw new ReceiptException(ReceiptFault.Status, "What was sent as the status of the log is not the one that the log commits to.");
    }

    /// <summary>The checkpoint that it is of.</summary>
    public SignedCheckpoint Checkpoint { get; }

    /// <summary>Who has seen that, and when; null where no policy says who should.</summary>
    public PolicyResult? Witnesses { get; }

    /// <summary>When it was fetched, by this machine's clock.</summary>
    public DateTimeOffset FetchedAt { get; }

    /// <summary>As of when it is known to have been the newest: when the policy's witnesses had seen it; without a policy, by the service's word alone, when it was fetched.</summary>
    public DateTimeOffset AsOf => Witnesses?.SeenAt ?? FetchedAt;

    /// <summary>How many entries it is of.</summary>
    public long Covers => _tree.Size;

    /// <summary>Index of the first entry whose status is kept by the log; of entries before it nothing is proven.</summary>
    public long From => _entry.From ?? 0;

    /// <summary>How a document stands.</summary>
    /// <param name="index">Index of its issue entry.</param>
    /// <exception cref="ReceiptException">The log had no such entry then.</exception>
    public ProvenStatus StatusOf(long index) => Prove(index).Check(index, Checkpoint.Checkpoint);

    /// <summary>What proves that to anyone, as a receipt of the same checkpoint carries it.</summary>
    /// <param name="index">Index of the issue entry.</param>
    /// <exception cref="ReceiptException">The log had no such entry then.</exception>
    public StatusProof Prove(long index)
    {
        if (index < 0 || index >= Covers)
            throw new ReceiptException(ReceiptFault.Status, "The status that is kept is older than the document: fetch it anew.");
        var page = StatusPage.NumberOf(index);
        return _last with { Page = _tree.Page(page), PagePath = StatusProof.BytesOf(_tree.Path(page)) };
    }

    /// <summary>How many entries have each status, but for those that stand.</summary>
    public IReadOnlyDictionary<EntryStatus, long> Count()
    {
        var count = new SortedDictionary<EntryStatus, long>();
        foreach (var (number, page) in _tree.Pages)
        {
            for (var index = number * StatusPage.Codes; index < (number + 1) * StatusPage.Codes; index++)
            {
                var status = StatusPage.Read(page.Span, index);
                if (status != EntryStatus.Stands)
                    count[status] = count.GetValueOrDefault(status) + 1;
            }
        }

        return count;
    }

    /// <summary>The bytes of a file: JSON, version 1, as gzip.</summary>
    public byte[] Encode()
    {
        using var coded = new MemoryStream();
        using (var gzip = new GZipStream(coded, CompressionLevel.Optimal))
        {
            JsonSerializer.Serialize(
                gzip,
                new KeptBody(FormatVersion, FetchedAt, Encoding.UTF8.GetString(Checkpoint.Note.Span), _last.Entry, _last.Path, StatusPages.Encode(_tree.Pages)),
                KeptStatusJson.Default.KeptBody);
        }

        return coded.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote, and verifies all of it again.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="keys">Keys of the log, present or former; at least one.</param>
    /// <param name="policy">Whose witnesses have to have seen it, whenever that was; null for nobody's.</param>
    /// <param name="time">Clock that tells which cosignatures are of the future; null for the system's.</param>
    /// <exception cref="LogFormatException">It is malformed, or its checkpoint is not signed by the keys.</exception>
    /// <exception cref="ReceiptException">It is not what the log commits to, or too few witnesses have seen it.</exception>
    public static KeptStatus Decode(ReadOnlyMemory<byte> file, IReadOnlyList<NoteVerifier> keys, LogPolicy? policy = null, TimeProvider? time = null)
    {
        var body = Read(file);
        var checkpoint = SignedCheckpoint.Open(Encoding.UTF8.GetBytes(body.Checkpoint), keys[0].Name, keys);
        var witnesses = policy is null ? null : Witnessing.Require(policy.Rules, checkpoint, (time ?? TimeProvider.System).GetUtcNow());
        return Of(new StatusDocument(body.Checkpoint, body.Entry, body.Path, 0, body.Pages), null, checkpoint, witnesses, body.FetchedAt);
    }

    /// <param name="document">What was sent, or kept.</param>
    /// <param name="before">What it may begin from.</param>
    /// <param name="checkpoint">Its checkpoint, opened; it goes on from that of <paramref name="before"/>.</param>
    /// <param name="witnesses">Who has seen that.</param>
    /// <param name="now">When it was fetched.</param>
    /// <exception cref="LogFormatException">It is malformed.</exception>
    /// <exception cref="ReceiptException">It is not what the log commits to.</exception>
    internal static KeptStatus Of(StatusDocument document, KeptStatus? before, SignedCheckpoint checkpoint, PolicyResult? witnesses, DateTimeOffset now)
    {
        var entry = StatusProof.OpenEntry(document.Entry, document.Path, checkpoint.Checkpoint);
        var covers = entry.Covers!.Value;
        var pages = StatusPages.Decode(document.Pages, StatusPage.CountFor(covers));
        var all = document.Since == 0 ? ImmutableSortedDictionary<long, ReadOnlyMemory<byte>>.Empty
            : document.Since == before?.Covers ? before._tree.Pages
            : throw new LogFormatException("it is what changed since another status than the one that is kept");
        var last = new StatusProof(document.Entry, document.Path, StatusPage.Zero, default);
        return new KeptStatus(new StatusTree(covers, all.SetItems(pages)), entry, last, checkpoint, witnesses, now);
    }

    private static KeptBody Read(ReadOnlyMemory<byte> file)
    {
        var plain = new ArrayBufferWriter<byte>();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(file.ToArray()), CompressionMode.Decompress);
            while (gzip.Read(plain.GetSpan(65_536)) is > 0 and var read)
            {
                plain.Advance(read);
                if (plain.WrittenCount > MaxLength)
                    throw new LogFormatException($"kept status: longer than {MaxLength} bytes");
            }

            var body = ForeignJson.Read(plain.WrittenSpan, KeptStatusJson.Default.KeptBody);
            return body.Version == FormatVersion ? body : throw new LogFormatException("kept status: not of version 1");
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            throw new LogFormatException("kept status: not gzip of its JSON", exception);
        }
    }
}

internal sealed record KeptBody([property: JsonPropertyName("v")] int Version, DateTimeOffset FetchedAt, string Checkpoint, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Pages);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(KeptBody))]
internal sealed partial class KeptStatusJson : JsonSerializerContext;

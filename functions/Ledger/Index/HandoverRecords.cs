using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Ledger.Index;

/// <summary>A package that is about to be sent, as the holder's client announced it.</summary>
/// <param name="Receiver">The receiver's id.</param>
/// <param name="Lock">What the proof of the opened consent hashes to.</param>
/// <param name="WithdrawLock">What the withdraw key hashes to.</param>
/// <param name="Length">The most bytes that the sealed package has.</param>
public sealed record AnnouncedHandover(string Receiver, string Lock, string WithdrawLock, long Length);

/// <summary>A handover that is in the log.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">The package, which may be gone.</param>
/// <param name="Package">Digest of the sealed package.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Length">Length of the sealed package in bytes.</param>
/// <param name="LogIndex">Index of its entry.</param>
public sealed record SentHandover(string Id, BlobVersion Source, Digest Package, DateTimeOffset At, long Length, long LogIndex)
{
    /// <summary>The receiver's id.</summary>
    public string Receiver => ReceiverContainer.IdOf(Source.Container);

    /// <summary>The record of an act.</summary>
    public static SentHandover Of(IndexedAct row, Act act) =>
        new(act.Unpublished.Reference ?? "", act.Source, act.Digest, row.Entry.At, act.Unpublished.Length ?? 0, row.LogIndex);
}

/// <summary>What is known of a handover beside its acts.</summary>
/// <param name="Announced">What was announced.</param>
/// <param name="Refused">Why what was uploaded was refused.</param>
/// <param name="Sent">What is in the log.</param>
public sealed record HandoverRecord(AnnouncedHandover? Announced, string? Refused, SentHandover? Sent)
{
    /// <summary>The receiver's id; null where nothing is known.</summary>
    public string? Receiver => Sent?.Receiver ?? Announced?.Receiver;
}

/// <summary>
/// Handovers by id, and each receiver's, newest first. What was announced and why it was refused is written once and lasts; what was
/// sent is derived, and the journal can rebuild it. Partition key: first two digits of the id, row key: the id, a colon and what it
/// is; and again under <c>@receiver</c>, by the time that is left until the year 9999, a colon and the id.
/// </summary>
public sealed class HandoverRecords(ITableStore tables)
{
    private const int PartitionDigits = 2;
    private const string ReceiverPrefix = "@";
    private const string AnnouncedKey = "announced";
    private const string RefusedKey = "refused";
    private const string SentKey = "sent";

    /// <summary>What is known of a handover.</summary>
    public async Task<HandoverRecord> FindAsync(string id, CancellationToken cancellationToken)
    {
        var record = new HandoverRecord(null, null, null);
        await foreach (var row in tables.QueryAsync(StorageNames.HandoversTable, new RowQuery(PartitionOf(id), KeyPrefix: id + ":"), RowColumns.All, cancellationToken))
        {
            record = row.Key[(id.Length + 1)..] switch
            {
                AnnouncedKey => record with { Announced = Read(row, HandoverJson.Default.AnnouncedHandover) },
                RefusedKey => record with { Refused = row.Confidential },
                SentKey => record with { Sent = ReadSent(row) },
                _ => record,
            };
        }

        return record;
    }

    /// <summary>Notes what is announced.</summary>
    /// <returns>False if something was announced under the id before.</returns>
    public Task<bool> TryAnnounceAsync(string id, AnnouncedHandover announced, CancellationToken cancellationToken) =>
        TryAddAsync(id, AnnouncedKey, JsonSerializer.Serialize(announced, HandoverJson.Default.AnnouncedHandover), cancellationToken);

    /// <summary>Notes why what was uploaded is refused; what was noted first stays.</summary>
    public Task RefuseAsync(string id, string why, CancellationToken cancellationToken) => TryAddAsync(id, RefusedKey, why, cancellationToken);

    /// <summary>Adds what is in the log; adding it again changes nothing.</summary>
    public async Task AddAsync(SentHandover sent, CancellationToken cancellationToken)
    {
        foreach (var row in RowsOf(sent))
            await tables.UpsertAsync(StorageNames.HandoversTable, [row], cancellationToken);
    }

    /// <summary>A receiver's handovers, newest first.</summary>
    public async IAsyncEnumerable<SentHandover> ListAsync(string receiver, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in tables.QueryAsync(StorageNames.HandoversTable, new RowQuery(ReceiverPrefix + receiver), RowColumns.All, cancellationToken))
            yield return ReadSent(row);
    }

    /// <summary>Whether both rows of a handover are there and say what the log does.</summary>
    internal async Task<bool> HasAsync(SentHandover sent, CancellationToken cancellationToken)
    {
        foreach (var expected in RowsOf(sent))
        {
            TableRow? found = null;
            await foreach (var row in tables.QueryAsync(StorageNames.HandoversTable, new RowQuery(expected.Partition, expected.Key), RowColumns.All, cancellationToken))
                found = row;
            if (found != expected)
                return false;
        }

        return true;
    }

    /// <summary>Every row of what was sent, with what it says; null where that cannot be read.</summary>
    internal async IAsyncEnumerable<(TableRow Row, SentHandover? Sent)> ListSentAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in tables.QueryAsync(StorageNames.HandoversTable, default, RowColumns.All, cancellationToken))
        {
            if (row.LogIndex is null)
                continue;
            SentHandover? sent = null;
            try
            {
                sent = ReadSent(row);
            }
            catch (InvalidDataException)
            {
                // It says nothing that could be right.
            }

            yield return (row, sent is not null && RowsOf(sent).Contains(row) ? sent : null);
        }
    }

    /// <summary>Takes a row away.</summary>
    internal Task RemoveAsync(TableRow row, CancellationToken cancellationToken) => tables.DeleteAsync(StorageNames.HandoversTable, row.Partition, row.Key, cancellationToken);

    private static string PartitionOf(string id) => id[..PartitionDigits];

    private static TableRow[] RowsOf(SentHandover sent)
    {
        var value = JsonSerializer.Serialize(SentBody.Of(sent), HandoverJson.Default.SentBody);
        var left = DateTimeOffset.MaxValue.UtcTicks - sent.At.UtcTicks;
        return
        [
            new TableRow(PartitionOf(sent.Id), $"{sent.Id}:{SentKey}") { LogIndex = sent.LogIndex, Confidential = value },
            new TableRow(ReceiverPrefix + sent.Receiver, string.Create(CultureInfo.InvariantCulture, $"{left:d19}:{sent.Id}")) { LogIndex = sent.LogIndex, Confidential = value },
        ];
    }

    private static SentHandover ReadSent(TableRow row)
    {
        var body = Read(row, HandoverJson.Default.SentBody);
        return row.LogIndex is { } index && Digest.TryParse(body.Package, out var package)
            ? new SentHandover(body.Id, body.Source, package, body.At, body.Length, index)
            : throw new InvalidDataException("A row of the handovers names no package of the log.");
    }

    private static T Read<T>(TableRow row, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return ForeignJson.Read(Encoding.UTF8.GetBytes(row.Confidential ?? "null"), type);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("A row of the handovers is not the JSON of one.", exception);
        }
    }

    private Task<bool> TryAddAsync(string id, string key, string value, CancellationToken cancellationToken) =>
        tables.TryInsertAsync(StorageNames.HandoversTable, [new TableRow(PartitionOf(id), $"{id}:{key}") { Confidential = value }], cancellationToken);
}

internal sealed record SentBody(string Id, BlobVersion Source, string Package, DateTimeOffset At, long Length)
{
    public static SentBody Of(SentHandover sent) => new(sent.Id, sent.Source, sent.Package.ToString(), sent.At, sent.Length);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AnnouncedHandover))]
[JsonSerializable(typeof(SentBody))]
internal sealed partial class HandoverJson : JsonSerializerContext;

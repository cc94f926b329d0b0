using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using TrueCopy.AzureStorage;
using TrueCopy.Testing.InMemory;

namespace TrueCopy.Testing;

/// <summary>
/// The invariants of the design on real storage, read once nothing is under way: the journal is the log, the tiles hash to
/// its root, the index is what the journal says, every receipt is valid and of the act in effect, and nothing is pending.
/// </summary>
public sealed class StorageAudit
{
    private readonly List<ReadOnlyMemory<byte>> _entries = [];
    private readonly List<MerkleHash> _roots = [];
    private readonly Dictionary<(Digest, ActId), (IndexedAct Row, Act Act)> _inEffect = [];
    private readonly Dictionary<Digest, IndexedAct[]> _rows = [];
    private readonly HashSet<long> _receipted = [];

    private StorageAudit()
    {
    }

    /// <summary>How many entries the log has.</summary>
    public long Size => _entries.Count;

    /// <summary>How many batches were committed.</summary>
    public int Batches { get; private set; }

    /// <summary>How many receipts were checked.</summary>
    public int Receipts => _receipted.Count;

    /// <summary>Acts in effect: each once, by its first entry.</summary>
    public IReadOnlyCollection<(IndexedAct Row, Act Act)> InEffect => _inEffect.Values;

    /// <summary>Entries that repeat an act that has one already.</summary>
    public long Repeated { get; private set; }

    /// <summary>Audits the storage of a log.</summary>
    /// <exception cref="AuditException">An invariant does not hold; the message names it.</exception>
    public static async Task<StorageAudit> RunAsync(StorageAccounts accounts, IReadOnlyList<NoteVerifier> keys, CancellationToken cancellationToken)
    {
        var audit = new StorageAudit();
        await audit.CheckLogAsync(accounts, keys, cancellationToken);
        await audit.CheckIndexAsync(accounts, cancellationToken);
        await audit.CheckReceiptsAsync(accounts, keys, cancellationToken);
        await CheckNothingIsPendingAsync(accounts, cancellationToken);
        return audit;
    }

    /// <summary>Requires that a checkpoint seen at some time is of this log.</summary>
    public void RequirePast(SignedCheckpoint checkpoint) =>
        Require(checkpoint.Size <= Size && _roots[(int)checkpoint.Size] == checkpoint.Checkpoint.Root, $"checkpoint {checkpoint.Size}, once seen, is of this log");

    private async Task CheckLogAsync(StorageAccounts accounts, IReadOnlyList<NoteVerifier> keys, CancellationToken cancellationToken)
    {
        var blobs = accounts.LedgerBlobs;
        var (state, log) = (new LogState(blobs), new LogStore(blobs));
        var head = await state.LoadHeadAsync(cancellationToken) ?? throw new AuditException("There is no head.");
        var published = await log.ReadCheckpointAsync(cancellationToken) ?? throw new AuditException("There is no checkpoint.");

        await ReplayJournalAsync(accounts, head.Head.Journal, cancellationToken);
        var checkpoint = SignedCheckpoint.Open(published, keys[0].Name, keys);
        Require(checkpoint.WithoutCosignatures().Note.Span.SequenceEqual(head.Head.Note.Span), "what is committed is published");
        Require(checkpoint.Size == Size, "the journal holds every entry of the log");
        Require(await state.LoadFinishedAsync(cancellationToken) == Size, "what is published is finished");

        var edge = new RightEdge();
        _roots.Add(edge.Root());
        foreach (var entry in _entries)
        {
            edge.Append(entry.Span);
            _roots.Add(edge.Root());
        }

        RequirePast(checkpoint);
        Require(await new TreeReader(new UncachedTiles(log), Size).RootAsync(cancellationToken) == _roots[^1], "the tiles hash to the root");
        for (var bundle = 0L; bundle * TileId.FullWidth < Size; bundle++)
        {
            var id = TileId.At(TileId.EntriesLevel, bundle, Size);
            var read = EntryBundle.Parse(await log.ReadAsync(id, cancellationToken), id.Width);
            var first = (int)(bundle * TileId.FullWidth);
            Require(read.Select((entry, i) => entry.Span.SequenceEqual(_entries[first + i].Span)).All(same => same), $"{id} holds the journal's entries");
        }
    }

    private async Task ReplayJournalAsync(StorageAccounts accounts, string last, CancellationToken cancellationToken)
    {
        var (journal, batches) = (new Journal(accounts.LedgerBlobs), new Stack<JournalBatch>());
        for (var name = last; name.Length > 0; name = batches.Peek().Previous)
            batches.Push(JournalFormat.Decode(await journal.ReadAsync(name, cancellationToken)));
        Batches = batches.Count;
        var announced = batches.SelectMany(batch => batch.Keys()).ToArray();
        var kept = await new KeyHistory(accounts.LedgerTables).ListAsync(cancellationToken);
        Require(
            kept.Select(row => (row.LogIndex, Convert.ToHexString(row.Entry.Span), Convert.ToHexString(row.Note!.Value.Span)))
                .SequenceEqual(announced.Select(row => (row.LogIndex, Convert.ToHexString(row.Entry.Span), Convert.ToHexString(row.Note!.Value.Span)))),
            "announcements of keys are kept as the journal has them, each with its first checkpoint");
        foreach (var batch in batches)
        {
            Require(batch.Start == Size, "each batch begins where the one before ends");
            _entries.AddRange(batch.Records.Select(record => record.Entry));
            foreach (var (row, act) in batch.Acts())
            {
                var rows = _rows.GetValueOrDefault(row.Digest, []);
                if (DocumentActs.Displace(row, rows) is not { } displaced)
                {
                    _rows[row.Digest] = [.. rows, row];
                    _inEffect.Add((row.Digest, row.ActId), (row, act));
                }
                else if (displaced.Why == Displacement.SameAct)
                {
                    Repeated++;
                }
            }
        }
    }

    private async Task CheckIndexAsync(StorageAccounts accounts, CancellationToken cancellationToken)
    {
        var rows = 0;
        await foreach (var row in accounts.Tables.GetTableClient(StorageNames.AnchorsTable).QueryAsync<TableEntity>(cancellationToken: cancellationToken))
        {
            rows++;
            var end = row.RowKey.LastIndexOf(':');
            Require(Digest.TryParse(row.RowKey[..end], out var digest), "an index row names a digest");
            Require(_inEffect.TryGetValue((digest!, new ActId(row.GetString("Act"))), out var act), "an index row is of an act in the journal");
            Require(row.GetInt64("LogIndex") == act.Row.LogIndex, "an index row is of the first entry of its act");
            Require(row.GetString("Entry") == Encoding.UTF8.GetString(_entries[(int)act.Row.LogIndex].Span), "an index row has the entry of the log");
            Require(row.GetString("Opening") == act.Row.Opening.Hex, "an index row has the journal's opening");
        }

        Require(rows == _inEffect.Count, "every act in effect has its row");
    }

    private async Task CheckReceiptsAsync(StorageAccounts accounts, IReadOnlyList<NoteVerifier> keys, CancellationToken cancellationToken)
    {
        // What becomes of a handover is told to whoever asks.
        var byIndex = _inEffect.Where(item => !item.Value.Act.IsOfHandover).ToDictionary(item => item.Value.Row.LogIndex, item => item.Key.Item1);
        await foreach (var container in accounts.Inbox.GetBlobContainersAsync(prefix: IssuerContainer.AnswersPrefix, cancellationToken: cancellationToken))
        {
            var client = accounts.Inbox.GetBlobContainerClient(container.Name);
            var names = new List<string>();
            await foreach (var blob in client.GetBlobsAsync(cancellationToken: cancellationToken))
                names.Add(blob.Name);
            foreach (var name in names.Where(name => !name.StartsWith(AnswerPath.RejectedFolder, StringComparison.Ordinal)))
            {
                var content = (await client.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content;
                foreach (var text in name.EndsWith(AnswerPath.LinesExtension, StringComparison.Ordinal) ? ReceiptsOf(content.ToString()) : [content.ToMemory()])
                {
                    var receipt = Receipt.Parse(text);
                    Require(byIndex.TryGetValue(receipt.Proof.Index, out var digest), $"the receipt {name} is of an act in effect");
                    RequirePast(ReceiptCheck.Run(receipt, digest!, keys).Checkpoint);
                    _receipted.Add(receipt.Proof.Index);
                }
            }
        }

        Require(_receipted.Count == byIndex.Count, $"every act in effect has a receipt: {_receipted.Count} of {byIndex.Count}");
    }

    private static IEnumerable<ReadOnlyMemory<byte>> ReceiptsOf(string lines) =>
        from line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        select (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(JsonDocument.Parse(line).RootElement.GetProperty("receipt").GetString()!);

    private static async Task CheckNothingIsPendingAsync(StorageAccounts accounts, CancellationToken cancellationToken)
    {
        foreach (var queue in StorageNames.Queues)
        {
            foreach (var name in new[] { queue, queue + StorageNames.PoisonSuffix })
            {
                var messages = (await accounts.Queues.GetQueueClient(name).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
                Require(messages == 0, string.Create(CultureInfo.InvariantCulture, $"nothing is pending: {messages} messages in {name}"));
            }
        }
    }

    private static void Require(bool holds, string invariant)
    {
        if (!holds)
            throw new AuditException($"Broken: {invariant}.");
    }
}

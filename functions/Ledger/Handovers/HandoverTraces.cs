using System.Text;

namespace TrueCopy.Ledger.Handovers;

/// <summary>A handover as the log and what is noted beside it tell it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Receiver">The receiver's id.</param>
/// <param name="Record">What is noted beside the log.</param>
/// <param name="Acts">What the log holds of it, in log order.</param>
public sealed record Handover(string Id, string Receiver, HandoverRecord Record, IReadOnlyList<IndexedAct> Acts)
{
    /// <summary>How far it has come in the log; null where it is not there.</summary>
    public HandoverLife? Life { get; } = HandoverLife.Of(Acts);

    /// <summary>How far it has come.</summary>
    public HandoverState State => Life?.State ?? (Record.Refused is null ? HandoverState.Announced : HandoverState.Refused);

    /// <summary>The act of an id; null if it is not recorded.</summary>
    public IndexedAct? Find(ActId id) => Acts.FirstOrDefault(act => act.ActId == id);
}

/// <summary>What became of a handover, proven: for whoever knows its id.</summary>
public sealed class HandoverTraces(HandoverRecords records, HandoverAdmission admission, CheckpointSource checkpoints, IHashTileSource tiles, HandoverOptions options)
{
    /// <summary>The trace: two queries, and tiles that are mostly in memory.</summary>
    /// <returns>The trace; null where nothing was announced under the id.</returns>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    public async Task<TraceDocument?> TraceAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } handover)
            return null;
        return new TraceDocument(
            id,
            handover.Receiver,
            handover.State,
            await EventsAsync(handover.Acts, cancellationToken),
            handover.Life is { Waits: true } life ? options.ExpiryOf(life.SentAt) : null,
            handover.Record.Refused);
    }

    /// <summary>A handover by its id; null where nothing is known of it.</summary>
    public async Task<Handover?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!HandoverLocks.IsHex(id))
            return null;
        var record = await records.FindAsync(id, cancellationToken);
        return record.Receiver is { } receiver
            ? new Handover(id, receiver, record, record.Sent is { } sent ? await admission.FindAsync(sent, cancellationToken) : [])
            : null;
    }

    /// <summary>An act with its receipt.</summary>
    /// <exception cref="LogUnavailableException">The log cannot answer now.</exception>
    internal async Task<HandoverEventDocument> EventAsync(IndexedAct act, CancellationToken cancellationToken) => (await EventsAsync([act], cancellationToken))[0];

    private async Task<IReadOnlyList<HandoverEventDocument>> EventsAsync(IReadOnlyList<IndexedAct> acts, CancellationToken cancellationToken)
    {
        if (acts.Count == 0)
            return [];
        var prover = new Prover(tiles, await checkpoints.GetAsync(acts.Max(act => act.LogIndex) + 1, cancellationToken), status: null);
        var events = new List<HandoverEventDocument>(acts.Count);
        foreach (var act in acts)
            events.Add(new HandoverEventDocument(act.Entry.Kind, act.Entry.At, act.LogIndex, Encoding.UTF8.GetString((await prover.ProveAsync(act, cancellationToken)).Receipt.Encode())));
        return events;
    }
}

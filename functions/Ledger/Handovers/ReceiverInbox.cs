namespace TrueCopy.Ledger.Handovers;

/// <summary>What waits for a receiver, and what it has had: for whoever may act for it.</summary>
public sealed class ReceiverInbox(HandoverRecords records, HandoverAdmission admission, HandoverTraces traces, Packages packages, IBlobAddresses addresses, HandoverOptions options)
{
    private const int Parallelism = 16;

    /// <summary>A receiver's handovers, newest first: a query, and one more each.</summary>
    /// <param name="receiver">The receiver's id.</param>
    /// <param name="offset">How many are passed over.</param>
    /// <param name="limit">The most that are listed; at most <see cref="HandoverOptions.MaxListed"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HandoversDocument> ListAsync(string receiver, int offset, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, HandoverOptions.MaxListed);
        var sent = new List<SentHandover>();
        await foreach (var handover in records.ListAsync(receiver, cancellationToken))
        {
            sent.Add(handover);
            if (sent.Count > offset + limit)
                break;
        }

        SentHandover[] listed = [.. sent.Skip(offset).Take(limit)];
        var documents = new WaitingHandoverDocument?[listed.Length];
        var parallel = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForAsync(0, listed.Length, parallel, async (i, stop) =>
        {
            // One that is not wholly indexed yet is there in a moment.
            if (HandoverLife.Of(await admission.FindAsync(listed[i], stop)) is { } life)
                documents[i] = new WaitingHandoverDocument(listed[i].Id, life.State, life.SentAt, listed[i].Length, life.Waits ? options.ExpiryOf(life.SentAt) : null);
        });
        return new HandoversDocument([.. documents.OfType<WaitingHandoverDocument>()], sent.Count <= offset + limit);
    }

    /// <summary>An address from which a package can be got while it waits.</summary>
    /// <exception cref="HandoverRefusedException">There is no such handover to this receiver, or it waits no more.</exception>
    public async Task<DownloadGrantDocument> GetPackageAsync(string receiver, string id, CancellationToken cancellationToken)
    {
        if (await traces.FindAsync(id, cancellationToken) is not { Record.Sent: { } sent, Life: { } life } handover || handover.Receiver != receiver)
            throw new HandoverRefusedException(HandoverFault.NotFound, HandoverRefusal.NoSuchHandover());
        if (!life.Waits)
            throw new HandoverRefusedException(HandoverFault.Conflict, HandoverRefusal.Over(life.State));
        if (!await packages.IsThereAsync(sent.Source, cancellationToken))
            throw new HandoverRefusedException(HandoverFault.Conflict, HandoverRefusal.Gone());
        var address = await addresses.ToReadAsync(ReceiverContainer.PackageOf(receiver, id), options.DownloadFor, cancellationToken);
        return new DownloadGrantDocument(address.Address.AbsoluteUri, address.Expires, sent.Length);
    }
}

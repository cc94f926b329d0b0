namespace TrueCopy.Ledger.Handovers;

/// <summary>Gives out the address that takes a package: what <c>POST /v1/handovers</c> asks for.</summary>
public sealed class HandoverRequests(ReceiverRegistry registry, HandoverRecords records, IIssuerContainers containers, IBlobAddresses addresses, HandoverOptions options)
{
    /// <summary>Notes what is announced, and gives an address; again, while nothing was uploaded.</summary>
    /// <exception cref="HandoverRefusedException">The request is malformed, names no receiver, is of too long a package, or of one that was announced otherwise or sent.</exception>
    public async Task<UploadGrantDocument> AnnounceAsync(HandoverRequestDocument request, CancellationToken cancellationToken)
    {
        if (Breach(request) is { } rule)
            throw new HandoverRefusedException(HandoverFault.Malformed, HandoverRefusal.Malformed(rule));
        if (request.Length > HandoverOptions.MaxLength)
            throw new HandoverRefusedException(HandoverFault.TooLong, HandoverRefusal.TooLong());
        await RequireReceiverAsync(request.Receiver, cancellationToken);

        var announced = new AnnouncedHandover(request.Receiver, request.Lock, request.WithdrawLock, request.Length);
        var blob = ReceiverContainer.PackageOf(request.Receiver, request.Id);
        if (!await records.TryAnnounceAsync(request.Id, announced, cancellationToken))
        {
            var record = await records.FindAsync(request.Id, cancellationToken);
            if (record.Announced != announced)
                throw new HandoverRefusedException(HandoverFault.Conflict, HandoverRefusal.OtherWords());
            if (record.Sent is not null || record.Refused is not null || await containers.FindAsync(blob, cancellationToken) is not null)
                throw new HandoverRefusedException(HandoverFault.Conflict, HandoverRefusal.SentAlready());
        }

        var address = await addresses.ToCreateAsync(blob, options.UploadFor, cancellationToken);
        return new UploadGrantDocument(address.Address.AbsoluteUri, address.Expires, HandoverOptions.MaxLength);
    }

    private static string? Breach(HandoverRequestDocument request) =>
        !HandoverLocks.IsHex(request.Id) ? "id is 64 lower-case hex digits"
        : !HandoverLocks.IsHex(request.Lock) ? "lock is 64 lower-case hex digits"
        : !HandoverLocks.IsHex(request.WithdrawLock) ? "withdrawLock is 64 lower-case hex digits"
        : request.Lock == request.WithdrawLock ? "lock and withdrawLock are of two secrets"
        : request.Length <= PackageIntake.FirstLine.Length ? "length is that of a sealed package, in bytes"
        : null;

    private async Task RequireReceiverAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await registry.GetAsync(id, cancellationToken);
        }
        catch (NotAReceiverException exception)
        {
            throw new HandoverRefusedException(HandoverFault.NotFound, HandoverRefusal.NoSuchReceiver(exception.Message));
        }
    }
}

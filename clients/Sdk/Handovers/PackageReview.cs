namespace TrueCopy.Client.Handovers;

/// <summary>A document of a package, looked at by its receiver.</summary>
/// <param name="Stated">What the consent says of it.</param>
/// <param name="Answer">What the service says of it now, checked.</param>
/// <param name="Receipt">What the receipt in the package proves; null where there is none.</param>
public sealed record ReviewedDocument(ConsentDocument Stated, CheckedAnswer Answer, OfflineAnswer? Receipt);

/// <summary>What a receiver's client holds a package to before anybody works with it. All are refusals, with their words.</summary>
public static class PackageReview
{
    /// <summary>Requires that a consent is one to this receiver, for what it takes packages for, and has not run out.</summary>
    /// <param name="consent">The consent.</param>
    /// <param name="identity">The identity that opened the package.</param>
    /// <param name="receiver">The receiver's id.</param>
    /// <param name="log">Origin of the log that the receiver goes by.</param>
    /// <param name="proven">The receiver as the log describes it now; null where nobody could be asked.</param>
    /// <param name="now">The receiver's clock.</param>
    /// <exception cref="PackageException">It is not.</exception>
    public static void RequireConsent(Consent consent, AgeIdentity identity, string receiver, string log, ProvenReceiver? proven, DateTimeOffset now)
    {
        if (consent.Receiver.Id != receiver)
            throw new PackageException(PackageFault.Party, $"The holder agreed that {consent.Receiver.Id} may have it, and not {receiver}.");
        if (consent.Receiver.EncryptionKey != identity.Recipient)
            throw new PackageException(PackageFault.Party, "The consent names another key than the one that it is sealed to: somebody sealed it anew.");
        if (consent.Log != log)
            throw new PackageException(PackageFault.Party, $"The consent is about the log {consent.Log}, and this is {log}.");
        if (proven is not null && proven.LogIndex == consent.Receiver.LogIndex && !proven.IsNamedBy(consent.Receiver))
            throw new PackageException(PackageFault.Party, "The consent describes the receiver otherwise than the log entry that it names.");
        if (proven is not null && !proven.Takes(consent.Purpose))
            throw new PackageException(PackageFault.Purpose, $"{receiver} takes no packages for the purpose {WireName.Of(consent.Purpose)}.");
        if (now >= consent.Until)
            throw new PackageException(PackageFault.Expired, $"The consent ran out at {consent.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");
    }

    /// <summary>Requires that what was handed over may be used.</summary>
    /// <param name="consent">The consent.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="trace">What became of the handover.</param>
    /// <param name="now">The receiver's clock.</param>
    /// <exception cref="PackageException">It may not.</exception>
    public static void RequireUse(Consent consent, HandoverPurpose purpose, HandoverTrace trace, DateTimeOffset now)
    {
        if (trace.State == HandoverState.Withdrawn)
            throw new PackageException(PackageFault.Party, "The holder took the consent back: nothing in it may be used any more.");
        if (trace.State != HandoverState.Received)
            throw new PackageException(PackageFault.Party, $"It was not accepted: the handover is {WireName.Of(trace.State)}.");
        if (purpose != consent.Purpose)
            throw new PackageException(PackageFault.Purpose, $"The holder agreed to the purpose {WireName.Of(consent.Purpose)}, and not to {WireName.Of(purpose)}.");
        if (now >= consent.Until)
            throw new PackageException(PackageFault.Expired, $"The consent ran out at {consent.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");
    }

    /// <summary>Asks about every document, and checks the receipts in the package.</summary>
    /// <param name="client">Whom to ask.</param>
    /// <param name="package">The package.</param>
    /// <param name="open">Opens a document that was copied from it.</param>
    /// <param name="keys">Keys of the log, present and former.</param>
    /// <param name="time">Clock that tells which cosignatures are of the future; null for the system's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>One a document, in the order of the consent.</returns>
    /// <exception cref="PackageException">A receipt is not one of its document's issue, or none of the documents verifies: a package of which nothing is proven is refuse.</exception>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    /// <exception cref="LogChangedException">It shows a log of other keys, another history or an older state than is known.</exception>
    public static async Task<IReadOnlyList<ReviewedDocument>> RunAsync(
        TrueCopyClient client,
        OpenedPackage package,
        Func<ConsentDocument, Stream> open,
        IReadOnlyList<NoteVerifier> keys,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        var documents = package.Consent.Documents;
        var answers = await client.VerifyAsync([.. documents.Select(document => document.Sha256)], cancellationToken);
        var reviewed = new List<ReviewedDocument>(documents.Count);
        foreach (var (document, answer) in documents.Zip(answers))
            reviewed.Add(new ReviewedDocument(document, answer, await CheckReceiptAsync(client, package, document, open, keys, time, cancellationToken)));
        return reviewed.Any(document => document.Answer.Verdict == Verdict.Verified)
            ? reviewed
            : throw new PackageException(PackageFault.NotVerified, "None of its documents verifies, so it is not looked at.");
    }

    private static async Task<OfflineAnswer?> CheckReceiptAsync(
        TrueCopyClient client,
        OpenedPackage package,
        ConsentDocument document,
        Func<ConsentDocument, Stream> open,
        IReadOnlyList<NoteVerifier> keys,
        TimeProvider? time,
        CancellationToken cancellationToken)
    {
        if (await package.ReadReceiptAsync(document, cancellationToken) is not { } receipt)
            return null;
        try
        {
            await using var content = open(document);
            var answer = await OfflineCheck.RunAsync(content, receipt, keys, policy: client.Policy, time: time, cancellationToken: cancellationToken);
            return answer.Check.Entry.Kind == ActKind.Issue
                ? answer
                : throw new PackageException(PackageFault.Contents, $"{document.Name}: its receipt is of what was done to it, and not of its issue.");
        }
        catch (Exception exception) when (exception is ReceiptException or LogFormatException)
        {
            throw new PackageException(PackageFault.Contents, $"{document.Name}: its receipt does not hold. {exception.Message}", exception);
        }
    }
}

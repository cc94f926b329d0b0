namespace TrueCopy.Ledger.Recovery;

/// <summary>
/// Looks for answers that issuers do not have: those that were given up and are kept as dead letters, and receipts of
/// documents and manifests that are not there; and for packages that should be gone. What was refused is in no journal, so of a list of acts only the first is known.
/// </summary>
internal sealed class ReceiptCheckup(AnswerWriter writer, Outbox outbox, Packages packages, DeadLetters deadLetters, TimeProvider time, Findings findings)
{
    /// <summary>Writes what was given up.</summary>
    public async Task CheckGivenUpAsync(CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();
        await foreach (var letter in deadLetters.ListAsync(AnswerAttempts.DeadLetters, cancellationToken))
            letters.Add(letter);
        foreach (var letter in letters)
        {
            if (Read(letter) is not { } owed)
                continue;
            await RepairAsync(
                "# answers were given up",
                "Each is written, and its dead letter removed.",
                async () =>
                {
                    foreach (var answer in await writer.SplitAsync(owed, cancellationToken))
                        await writer.WriteAsync(answer, cancellationToken);
                    await deadLetters.RemoveAsync(letter, cancellationToken);
                },
                cancellationToken);
        }
    }

    /// <summary>Looks at the documents and manifests of a batch; a receipt that is missing is made against the newest checkpoint.</summary>
    public Task CheckAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(OwedAnswers.Of(batch, time.GetUtcNow()), parallel, async (owed, stop) =>
        {
            if (!await LacksAsync(owed, stop))
                return;
            var (what, repair) = owed switch
            {
                PackageDeletion => ("# packages are there that wait for nobody", "It is deleted."),
                DocumentAnswer => ("# documents have no receipt", "It is written."),
                _ => ("# parts of manifests have no receipts", "It is written."),
            };
            await RepairAsync(what, repair, () => writer.WriteAsync(owed, stop), stop);
        });
    }

    // What stands against one answer need not stand against the next.
    private async Task RepairAsync(string what, string repair, Func<Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await findings.RepairAsync(FindingKind.Receipt, what, repair, null, action);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            findings.NoteOne(FindingKind.Receipt, $"{what}, and cannot be written", $"Mend what stands against it ({exception.GetType().Name}), and run this again.");
        }
    }

    private async Task<bool> LacksAsync(PendingAnswer owed, CancellationToken cancellationToken)
    {
        if (owed is PackageDeletion package)
            return await packages.IsThereAsync(package.Source, cancellationToken);
        if (owed is ManifestPartAnswer part)
            return await outbox.LacksReceiptAsync(part.Source, AnswerPath.Lines(part.Source.Path), cancellationToken);
        var document = (DocumentAnswer)owed;
        foreach (var digest in document.Digests)
        {
            if (await outbox.LacksReceiptAsync(document.Source, AnswerPath.Receipt(document.Source.Path, digest.Algorithm), cancellationToken))
                return true;
        }

        return false;
    }

    private static PendingAnswer? Read(DeadLetter letter)
    {
        try
        {
            return PendingAnswerBody.Decode(letter.Body.Span);
        }
        catch (LogFormatException)
        {
            // None that was given up: one that nobody could read, for people.
            return null;
        }
    }
}

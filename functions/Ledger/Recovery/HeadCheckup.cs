namespace TrueCopy.Ledger.Recovery;

/// <summary>
/// Finds out whether a head is the newest that the log had. One that came back as it was earlier is never gone on from, since what
/// was committed after it would be committed again, otherwise: a fork.
/// </summary>
internal sealed class HeadCheckup(LogState state, Journal journal, ITableStore tables, Findings findings)
{
    private const string BringBack = "Stop the service before it forks the log. Bring back the blob state/head from its versions, or give the newest checkpoint or receipt that anybody has (--checkpoint).";

    /// <summary>Looks for what came after a head: in what is published, and in the journal, which is write-once where the rest is not.</summary>
    public async Task<bool> IsNewestAsync(Head head, ReadOnlyMemory<byte>? published, long finished, CancellationToken cancellationToken)
    {
        if (LogCheckup.TryParse(head.Note) is not { } stated)
            return true;
        if (published is { } note && LogCheckup.TryParse(note) is { } shown && shown.Size > stated.Size)
        {
            findings.Note(FindingKind.Checkpoint, $"the published checkpoint has {shown.Size} entries, and the head only {stated.Size}: the head was set back", BringBack);
            return false;
        }

        if (finished > stated.Size)
        {
            findings.Note(FindingKind.Finished, $"{finished} entries are finished, and the head has only {stated.Size}: the head was set back", BringBack);
            return false;
        }

        var (later, followed) = (new List<string>(), new HashSet<string>());
        await foreach (var name in journal.ListAfterAsync(stated.Size, cancellationToken))
        {
            later.Add(name);
            followed.Add(await journal.ReadPreviousAsync(name, cancellationToken));
        }

        // A batch that nothing follows may be one that a crash, or a faster writer, left uncommitted; unless it is in the index.
        if (!later.Any(followed.Contains) && !await AnyIsIndexedAsync(later, cancellationToken))
            return true;
        findings.Note(FindingKind.Head, $"{later.Count} batches of the journal come after the head: the head was set back", BringBack);
        return false;
    }

    /// <summary>Holds what is stored to a checkpoint that somebody kept, and makes the head again from it if that is newer.</summary>
    /// <returns>The head to go by; null if there is none to go by.</returns>
    public async Task<Head?> CompareAsync(StoredHead? stored, ReadOnlyMemory<byte> kept, CancellationToken cancellationToken)
    {
        var stated = LogCheckup.TryParse(kept) ?? throw new LogFormatException("checkpoint: what was given is none");
        var head = new Head(JournalChain.NameOf((stated.Size, stated.Root)), kept);
        var current = stored is null ? null : LogCheckup.TryParse(stored.Head.Note);
        if (stored is not null && (current is null || current.Size >= stated.Size))
        {
            if (current is not null && !(await JournalChain.FindAsync(journal, stored.Head.Journal, cancellationToken)).Holds(head.Journal))
                NoteFork();
            return stored.Head;
        }

        JournalChain chain;
        try
        {
            chain = await JournalChain.FindAsync(journal, head.Journal, cancellationToken);
        }
        catch (LogFormatException exception)
        {
            findings.Note(FindingKind.Journal, $"a checkpoint of {stated.Size} entries was kept, and not every batch that leads to it is there: the journal was set back ({exception.Message})", "Stop the service, for good unless those batches come back from another copy: what they committed was signed, and cannot be signed otherwise without a fork.");
            return null;
        }

        if (stored is not null && !chain.Holds(stored.Head.Journal))
        {
            NoteFork();
            return null;
        }

        if (LogCheckup.TryOpen(kept, stated.Origin, await chain.KeysAsync(cancellationToken)) is not { } signed)
        {
            findings.Note(FindingKind.Head, "the checkpoint that was given is not signed by the keys that the journal announces", "Give one that the log signed.");
            return null;
        }

        head = head with { Note = signed.WithoutCosignatures().Note };
        await findings.RepairAsync(FindingKind.Head, stored is null ? "there is no head" : $"the head was set back: a checkpoint of {stated.Size} entries was kept", "It is made again from that checkpoint and its journal batch.", null, async () =>
        {
            if (await state.TryReplaceHeadAsync(head, stored?.Version, cancellationToken) is null)
                throw new LogFormatException("head: another one appeared meanwhile");
        });
        return head;

        void NoteFork() => findings.Note(FindingKind.Checkpoint, $"the checkpoint of {stated.Size} entries that was kept is of no batch that led to the head: that is a fork, or another log's", "Stop the service. Keep both checkpoints; which one was shown to whom has to be found out by people.");
    }

    private async Task<bool> AnyIsIndexedAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var index = new ActIndex(tables);
        foreach (var name in names)
        {
            if (JournalFormat.Decode(await journal.ReadAsync(name, cancellationToken)).Acts().Select(item => item.Row).FirstOrDefault() is not { } row)
                continue;
            if ((await index.FindAsync(row.Digest, cancellationToken)).Any(found => found.LogIndex == row.LogIndex && found.EntryBytes.Span.SequenceEqual(row.EntryBytes.Span)))
                return true;
        }

        return false;
    }
}

namespace TrueCopy.Receipts.Standing;

/// <summary>How an issue entry stands as of a checkpoint, proven by the log itself; or that nothing is proven of it.</summary>
public sealed record ProvenStatus
{
    private ProvenStatus()
    {
    }

    /// <summary>The status; null where none is proven.</summary>
    public EntryStatus? Status { get; private init; }

    /// <summary>When the log's last entry, which says so, was made; null where nothing is proven.</summary>
    public DateTimeOffset? At { get; private init; }

    /// <summary>Why none is proven, in a sentence for a person; null where one is.</summary>
    public string? Missing { get; private init; }

    /// <summary>Whether it is proven that the log kept no status yet when the entry was made, so that nobody can prove any.</summary>
    public bool IsBeforeStatus { get; private init; }

    /// <summary>Of a receipt that has no status with it.</summary>
    public static ProvenStatus None { get; } = new() { Missing = "It proves that the document was issued, and not that it still stands: the log's status is not with it." };

    /// <summary>Of an entry that issues nothing.</summary>
    public static ProvenStatus OfAct { get; } = new() { Missing = "It proves what was done to the document; how the document stands now is proven by the receipt of its issue." };

    /// <summary>Why a word does not go with this, in a sentence for whoever decides on the document; null if it does.</summary>
    /// <param name="verdict">What is said of the document for one issuer.</param>
    public string? Contradicts(Verdict verdict)
    {
        var word = WireName.Of(verdict);
        if (IsBeforeStatus)
        {
            // Whatever else is said of it is proven by a receipt of its own, and is no reason to accept it.
            return verdict == Verdict.Verified ? $"{Missing} Ask whoever issued it: issued once more, it can be proven to stand." : null;
        }

        if (Status is not { } status)
            return $"The answer says \"{word}\" without the log's own proof of how the document stands now, so nothing follows from it.";
        if (VerdictWord.StatusOf(verdict) == status)
            return null;
        return status switch
        {
            EntryStatus.Reissued => $"The answer says \"{word}\" of an issue that no longer counts: the same document was issued again.",
            _ when !Enum.IsDefined(status) => $"The answer says \"{word}\", and the log's own status is one that this version does not know: {(int)status}.",
            _ => $"The answer says \"{word}\", and the log itself says \"{WireName.Of(status)}\". The log is right.",
        };
    }

    internal static ProvenStatus Of(long index, Entry entry, EntryStatus status) => index < (entry.From ?? 0)
        ? new ProvenStatus { At = entry.At, IsBeforeStatus = true, Missing = "It was issued before this log kept the status of documents: that it was issued is proven, and that it still stands is not." }
        : new ProvenStatus { At = entry.At, Status = status };
}

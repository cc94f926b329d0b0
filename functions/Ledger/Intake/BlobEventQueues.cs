namespace TrueCopy.Ledger.Intake;

/// <summary>
/// The queues into which Event Grid puts blob events, and which event goes into which: by the last digit of the ETag, which storage gives
/// to every version of every blob and nobody chooses. Names would not do: a filter sees their beginning or their end, and those may be
/// alike for all of an issuer's uploads. Which queue an event is in has no effect but how many share it.
/// </summary>
/// <remarks>
/// The filters of the Bicep are <see cref="FilterOf"/>, of one subscription a queue. Whatever the text is, it ends with at most one of
/// these digits; the last queue takes what ends with none of the others', and so each event is in one queue and no event in two.
/// </remarks>
public static class BlobEventQueues
{
    /// <summary>The most queues that a deployment may have: each then has two digits, and no filter more values than Event Grid takes.</summary>
    public const int Most = 8;

    /// <summary>
    /// How many a deployment has unless it says otherwise: one takes 57 million files a day, and each more is looked into twice a second
    /// and run on instances of its own.
    /// </summary>
    public const int Default = 1;

    /// <summary>How many a deployment may have: as many as share the digits evenly.</summary>
    public static readonly IReadOnlyList<int> Numbers = [1, 2, 4, Most];

    /// <summary>Their names.</summary>
    public static readonly IReadOnlyList<string> All = [StorageNames.BlobEventsQueue, .. Enumerable.Range(1, Most - 1).Select(number => FormattableString.Invariant($"{StorageNames.BlobEventsQueue}-{number}"))];

    private const string Digits = "0123456789abcdef";

    /// <summary>What a queue's subscription is filtered by: the digits with which an ETag ends, in lower and upper case alike.</summary>
    /// <param name="queue">Which queue, from 0.</param>
    /// <param name="queues">How many there are.</param>
    /// <returns>The digits, and whether these are those that go elsewhere; no digits where everything comes.</returns>
    public static (string Digits, bool Others) FilterOf(int queue, int queues)
    {
        var width = WidthOf(queues);
        return queue < queues - 1 ? (Digits.Substring(queue * width, width), false) : (Digits[..(queue * width)], true);
    }

    /// <summary>The queue into which the event of a blob version goes.</summary>
    /// <param name="etag">The version's ETag.</param>
    /// <param name="queues">How many queues there are.</param>
    public static string QueueOf(string etag, int queues)
    {
        var digit = etag.Length == 0 ? -1 : Digits.IndexOf(char.ToLowerInvariant(etag[^1]), StringComparison.Ordinal);
        return All[digit < 0 ? queues - 1 : digit / WidthOf(queues)];
    }

    private static int WidthOf(int queues) => Numbers.Contains(queues)
        ? Digits.Length / queues
        : throw new ArgumentOutOfRangeException(nameof(queues), queues, $"There may be {string.Join(", ", Numbers)} queues of blob events.");
}

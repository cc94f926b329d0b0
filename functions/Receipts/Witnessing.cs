using System.Globalization;

namespace TrueCopy.Receipts;

/// <summary>Holds checkpoints to a policy, with words for a person where the policy's witnesses have not seen them.</summary>
public static class Witnessing
{
    /// <summary>How long ago a policy's witnesses may have seen what is relied on, where nobody says otherwise: the service has them look every quarter of an hour.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromHours(1);

    /// <summary>Who has seen a checkpoint that counts by the policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="checkpoint">A checkpoint that its log signed.</param>
    /// <param name="now">The reader's clock.</param>
    /// <exception cref="ReceiptException">Not enough witnesses have seen it, or one's signature is wrong: <see cref="ReceiptFault.Witnesses"/>.</exception>
    public static PolicyResult Require(TrustPolicy policy, SignedCheckpoint checkpoint, DateTimeOffset now)
    {
        PolicyResult result;
        try
        {
            result = policy.Weigh(checkpoint, now);
        }
        catch (LogFormatException exception)
        {
            throw new ReceiptException(ReceiptFault.Witnesses, $"A witness is said to have seen this state of the log, and that is forged: {exception.Message}.", exception);
        }

        return result.IsMet ? result : throw new ReceiptException(ReceiptFault.Witnesses, string.Create(
            CultureInfo.InvariantCulture,
            $"This state of the log, of {checkpoint.Size} entries, was {result.Describe()}. The policy asks for {policy.Describe()}."))
        {
            Witnesses = result,
        };
    }

    /// <summary>Requires that enough witnesses have seen a checkpoint lately: it may be an old one that is shown again.</summary>
    /// <param name="result">Who has seen it.</param>
    /// <param name="now">The reader's clock.</param>
    /// <param name="maxAge">How long ago that may be.</param>
    /// <exception cref="ReceiptException">It was longer ago: <see cref="ReceiptFault.Witnesses"/>.</exception>
    public static void RequireRecent(PolicyResult result, DateTimeOffset now, TimeSpan maxAge)
    {
        if (result.SeenAt is { } seenAt && now - seenAt > maxAge)
        {
            throw new ReceiptException(ReceiptFault.Witnesses, string.Create(
                CultureInfo.InvariantCulture,
                $"This state of the log, of {result.Checkpoint.Size} entries, was {result.Describe()}. That is longer ago than the {Words(maxAge)} that count: it is an old answer that is shown again, or the witnesses are out of reach."))
            {
                Witnesses = result,
            };
        }
    }

    private static string Words(TimeSpan span) => span < TimeSpan.FromHours(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} hours");
}

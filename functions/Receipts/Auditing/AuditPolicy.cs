using System.Text;
using System.Text.Unicode;

namespace TrueCopy.Receipts.Auditing;

/// <summary>How an audit's checkpoint stands with witnesses.</summary>
/// <param name="Result">Who has seen it; null where no policy says who should.</param>
/// <param name="Pinned">The policy of the service that is remembered.</param>
/// <param name="Offered">Another one that the service names now.</param>
/// <param name="Fault">Why the checkpoint does not count; null if it does.</param>
internal sealed record AuditPolicy(PolicyResult? Result, string? Pinned, TrustPolicy? Offered, LogFault? Fault)
{
    /// <summary>Holds a checkpoint to the policy of the caller, else to that of the log's service, taken at the first audit where the checkpoint has signatures of others.</summary>
    public static async Task<AuditPolicy> SettleAsync(
        TrustPolicy? given,
        AuditMemory memory,
        Func<CancellationToken, Task<ReadOnlyMemory<byte>?>>? find,
        SignedCheckpoint checkpoint,
        (DateTimeOffset Now, TimeSpan MaxAge) clock,
        CancellationToken cancellationToken)
    {
        if (given is not null)
            return Weigh(given, memory.Policy, null, checkpoint, clock);
        if (find is null || (memory.Policy is null && checkpoint.Signatures.All(line => line.Name == checkpoint.Checkpoint.Origin)))
            return Weigh(Parse(memory.Policy), memory.Policy, null, checkpoint, clock);
        try
        {
            var file = await find(cancellationToken) is { } found ? Text(found) : null;
            var served = Parse(file);
            if (memory.Policy is null)
                return memory.Note is null ? Weigh(served, file, null, checkpoint, clock) : new AuditPolicy(null, null, served, null);
            var pinned = Parse(memory.Policy)!;
            return served is null
                ? new AuditPolicy(null, memory.Policy, null, new LogFault(null, $"its service named the witnesses that have to have seen the log ({pinned.Describe()}), and names none now"))
                : Weigh(pinned, memory.Policy, pinned.AsksTheSameAs(served) ? null : served, checkpoint, clock);
        }
        catch (LogFormatException exception)
        {
            return new AuditPolicy(null, memory.Policy, null, new LogFault(null, $"its service's policy cannot be used: {exception.Message}"));
        }
    }

    private static AuditPolicy Weigh(TrustPolicy? policy, string? pinned, TrustPolicy? offered, SignedCheckpoint checkpoint, (DateTimeOffset Now, TimeSpan MaxAge) clock)
    {
        if (policy is null)
            return new AuditPolicy(null, pinned, offered, null);
        var origin = checkpoint.Checkpoint.Origin;
        if (policy.Logs.Count > 0 && policy.Logs.All(log => log.Key.Name != origin))
            return new AuditPolicy(null, pinned, offered, new LogFault(null, $"the policy names other logs than {origin}"));
        try
        {
            var result = Witnessing.Require(policy, checkpoint, clock.Now);
            Witnessing.RequireRecent(result, clock.Now, clock.MaxAge);
            return new AuditPolicy(result, pinned, offered, null);
        }
        catch (ReceiptException exception)
        {
            return new AuditPolicy(exception.Witnesses, pinned, offered, new LogFault(null, exception.Message));
        }
    }

    private static TrustPolicy? Parse(string? file) => file is null ? null : TrustPolicy.Parse(Encoding.UTF8.GetBytes(file));

    // It is kept as text.
    private static string Text(ReadOnlyMemory<byte> file) => Utf8.IsValid(file.Span) ? Encoding.UTF8.GetString(file.Span) : throw new LogFormatException("policy: not UTF-8");
}

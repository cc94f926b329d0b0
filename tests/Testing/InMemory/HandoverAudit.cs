using System.Security.Cryptography;

namespace TrueCopy.Testing.InMemory;

/// <summary>
/// What became of handovers as an auditor reads it who has the entries and nothing else: each act has an earlier handover, a proof that
/// opens its lock where one is due, and comes when it may. Shares no code with the service.
/// </summary>
internal static class HandoverAudit
{
    /// <summary>Whether an entry is of a handover.</summary>
    public static bool IsOfHandover(Entry entry) => WireName.Of(entry.Kind) is "handover" or "received" or "declined" or "used" or "withdrawn" or "expired";

    /// <summary>Checks entries; throws <see cref="AuditException"/> naming the rule that one breaks.</summary>
    /// <param name="entries">Every entry.</param>
    /// <param name="from">The first that is checked; no handover is before it.</param>
    public static void Check(IReadOnlyList<ReadOnlyMemory<byte>> entries, int from)
    {
        var handovers = new Dictionary<long, (Entry Entry, string State)>();
        for (var index = from; index < entries.Count; index++)
        {
            var entry = Entry.Parse(entries[index].Span);
            var act = WireName.Of(entry.Kind);
            if (act == "handover")
            {
                Require(IsHex(entry.Lock) && IsHex(entry.WithdrawLock) && entry.Commitment is not null && entry.Issuer is null && entry.Receiver is null, index, "it has two locks, a commitment and no names");
                handovers.Add(index, (entry, "waits"));
            }
            else if (act is "received" or "declined" or "used" or "withdrawn" or "expired")
            {
                Require(entry.Target is { } named && handovers.ContainsKey(named), index, "it names an earlier handover");
                var (handover, state) = handovers[entry.Target!.Value];
                var next = (state, act) switch
                {
                    ("waits", "received") or ("received", "used") => "received",
                    ("waits", "declined" or "withdrawn" or "expired") or ("received", "withdrawn") => "over",
                    _ => throw new AuditException($"Broken: entry {index}: {act} does not come after {state}."),
                };
                var locked = act switch { "received" => handover.Lock, "withdrawn" => handover.WithdrawLock, "declined" when entry.Proof is not null => handover.Lock, _ => null };
                Require(locked is null ? entry.Proof is null : IsHex(entry.Proof) && Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(entry.Proof!))) == locked, index, "its proof opens the lock");
                Require((entry.NoteCommitment is not null) == (act is "declined" or "used"), index, "a note goes with declined and used");
                handovers[entry.Target.Value] = (handover, next);
            }
        }
    }

    private static bool IsHex(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);

    private static void Require(bool holds, int index, string rule)
    {
        if (!holds)
            throw new AuditException($"Broken: entry {index}: {rule}.");
    }
}

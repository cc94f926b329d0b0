using TrueCopy.Cli.Output;
using TrueCopy.Client;

namespace TrueCopy.Cli;

/// <summary>Exit codes, part of the interface. Of several files the gravest counts.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked holds.</summary>
    public const int Verified = 0;

    /// <summary>An answer, and it is no: unknown, refused, a receipt that does not hold.</summary>
    public const int NotVerified = 1;

    /// <summary>The command line is wrong, or a file cannot be read.</summary>
    public const int Usage = 2;

    /// <summary>No answer that can be relied on. Says nothing about the document.</summary>
    public const int NoAnswer = 3;

    /// <summary>Too few of the witnesses that the policy asks for have seen the log that it rests on. Says nothing about the document.</summary>
    public const int NotWitnessed = 4;

    /// <summary>Issued, and taken back for good.</summary>
    public const int Revoked = 10;

    /// <summary>Issued, and on hold.</summary>
    public const int Suspended = 11;

    /// <summary>Issued, and replaced by another document.</summary>
    public const int Superseded = 12;

    /// <summary>Issued, and no longer to be relied on.</summary>
    public const int Expired = 13;

    /// <summary>Issued, and to be relied on from a later day.</summary>
    public const int NotYetValid = 14;

    /// <summary>Issued by several institutions that do not say the same of it.</summary>
    public const int Conflicting = 15;

    /// <summary><c>audit</c>: two signed checkpoints that no one log can have.</summary>
    public const int SplitView = 20;

    /// <summary><c>audit</c>: a signed checkpoint smaller than one that was seen before.</summary>
    public const int Rollback = 21;

    /// <summary><c>audit</c>: the tree holds, but its entries are of another kind, so that nothing was checked of what they mean.</summary>
    public const int OtherEntries = 22;

    /// <summary><c>audit</c>, <c>monitor</c>: the operator signed one log for a mirror and another for whoever asked it.</summary>
    public const int MirrorSplit = 23;

    /// <summary><c>monitor</c>: something new of the institution, its name, or the log's keys.</summary>
    public const int News = 30;

    /// <summary><c>monitor</c>: something new, which the webhook did not take; it is told again the next time.</summary>
    public const int Undelivered = 31;

    // The gravest first.
    private static readonly int[] ByGravity = [NoAnswer, NotWitnessed, Usage, NotVerified, Revoked, Conflicting, Superseded, Expired, Suspended, NotYetValid, Verified];

    public static int Worse(int left, int right) => Array.IndexOf(ByGravity, left) <= Array.IndexOf(ByGravity, right) ? left : right;

    /// <summary>How grave a code is; the greater the graver.</summary>
    public static int Gravity(int exitCode) => ByGravity.Length - Array.IndexOf(ByGravity, exitCode);

    public static int Of(VerifyOutput result) => result switch
    {
        { Verdict: { } verdict } => Of(verdict),
        { IsNotWitnessed: true } => NotWitnessed,
        { Digest: null } => Usage,
        _ => NoAnswer,
    };

    /// <summary>A domain that states nothing takes nothing away.</summary>
    public static int Of(DomainCheck check) => check.Word switch
    {
        DomainWord.Contradicted => NotVerified,
        DomainWord.NoAnswer => NoAnswer,
        _ => Verified,
    };

    public static int Of(Verdict verdict) => verdict switch
    {
        Verdict.Verified => Verified,
        Verdict.Revoked => Revoked,
        Verdict.Suspended => Suspended,
        Verdict.Superseded => Superseded,
        Verdict.Expired => Expired,
        Verdict.NotYetValid => NotYetValid,
        Verdict.Conflicting => Conflicting,
        _ => NotVerified,
    };
}

/// <summary>A command cannot go on; the message is for the person at the keyboard.</summary>
internal class CommandException(int exitCode, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>More of what is wrong, one a line.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>What would do.</summary>
    public string? Hint { get; init; }
}

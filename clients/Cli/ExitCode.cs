namespace TrueCopy.Cli;

/// <summary>Exit codes, part of the interface. Of several files the gravest counts: 3, then 1, then 0.</summary>
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

    public static int Worse(int left, int right) => Gravity(left) >= Gravity(right) ? left : right;

    private static int Gravity(int code) => code switch
    {
        Verified => 0,
        NotVerified => 1,
        Usage => 2,
        _ => 3,
    };
}

/// <summary>A command cannot go on; the message is for the person at the keyboard.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}

namespace TrueCopy.TransparencyLog;

/// <summary>Bytes from outside broke a rule of their format; the message names the format and the rule.</summary>
/// <remarks>The only exception that the parsers of this library throw for bad input.</remarks>
public sealed class LogFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The format and the rule that was broken, never the offending bytes.</param>
    public LogFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception for a rule that a lower layer found broken.</summary>
    public LogFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

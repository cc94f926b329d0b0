namespace TrueCopy.Local;

/// <summary>The service cannot start, for a reason that the person at the keyboard can remove; the message says how.</summary>
internal sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);

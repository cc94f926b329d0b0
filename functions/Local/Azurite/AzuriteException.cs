namespace TrueCopy.Local.Azurite;

/// <summary>Azurite cannot be installed or started; the message says what to do about it.</summary>
public sealed class AzuriteException(string message, Exception? innerException = null) : Exception(message, innerException);

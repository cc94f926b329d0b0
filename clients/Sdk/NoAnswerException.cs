using System.Net;

namespace TrueCopy.Client;

/// <summary>The service gave no answer. This says nothing about any document.</summary>
public sealed class NoAnswerException(string message, bool unreachable = false, HttpStatusCode? status = null, Exception? innerException = null, bool tookTooLong = false)
    : Exception(message, innerException)
{
    /// <summary>Whether no connection could be made at all.</summary>
    public bool Unreachable { get; } = unreachable;

    /// <summary>Whether it would have taken longer than the client waits.</summary>
    public bool TookTooLong { get; } = tookTooLong;

    /// <summary>The HTTP status that came instead of an answer, if one did.</summary>
    public HttpStatusCode? Status { get; } = status;
}

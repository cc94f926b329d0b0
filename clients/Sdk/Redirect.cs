using System.Net.Http.Headers;

namespace TrueCopy.Client;

/// <summary>
/// Redirects are not followed: whoever is asked answers, or there is no answer, and nobody else learns what was asked.
/// For all who ask a service or a log over HTTP.
/// </summary>
public static class Redirect
{
    private const int LongestTarget = 300;

    /// <summary>Says where a response leads, if it leads anywhere else than where it was asked for.</summary>
    /// <param name="response">The response.</param>
    /// <param name="asked">The address that was asked.</param>
    /// <returns>Why it is no answer; null if it is no redirect.</returns>
    public static string? Of(HttpResponseMessage response, Uri asked)
    {
        if ((int)response.StatusCode is >= 300 and <= 399 and not 304)
            return Words(TargetOf(response.Headers), (int)response.StatusCode);

        // A network that the caller gave may have followed one.
        return response.RequestMessage?.RequestUri is { } answered && answered != asked ? Words(answered.ToString(), null) : null;
    }

    private static string Words(string target, int? status) =>
        $"it redirects to {(target.Length == 0 ? "nowhere" : target)}{(status is null ? "" : $" (HTTP status {status})")}, and redirects are not followed. If that is the service, give its address";

    // As it was sent: it may be no address at all.
    private static string TargetOf(HttpResponseHeaders headers)
    {
        var target = headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : "";
        return target.Length <= LongestTarget ? target : $"{target.AsSpan(0, LongestTarget)}…";
    }
}

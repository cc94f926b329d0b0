using System.Text.RegularExpressions;
using Azure.Core;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>
/// What a request is for, the same in every run of a scenario: method and path, without what differs between runs (the
/// account, hashes, ids, receipts of queue messages).
/// </summary>
internal static partial class RequestName
{
    public static string Of(Request request)
    {
        var path = Uri.UnescapeDataString(request.Uri.Path ?? "").Trim('/');
        var resource = path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var operation = OperationPattern().Match(request.Uri.Query ?? "").Value;
        var lease = request.Headers.TryGetValue("x-ms-lease-action", out var action) ? " " + action : "";
        return $"{request.Method} {VariablePattern().Replace(resource, "*")} {operation}{lease}".TrimEnd();
    }

    /// <summary>Whether a request of this name changes storage; receiving messages does, for it hides them.</summary>
    public static bool HasEffect(string name) => (!name.StartsWith("GET ", StringComparison.Ordinal) && !name.StartsWith("HEAD ", StringComparison.Ordinal))
        || name.Contains("visibilitytimeout", StringComparison.Ordinal);

    [GeneratedRegex("(?<=comp=)[a-z]+|visibilitytimeout|(?<=filter=).{0,20}|peekonly")]
    private static partial Regex OperationPattern();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[0-9]{19}")]
    private static partial Regex VariablePattern();
}

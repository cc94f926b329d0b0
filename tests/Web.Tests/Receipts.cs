using System.Text;
using System.Text.Json.Nodes;

namespace TrueCopy.Web.Tests;

/// <summary>Receipts that somebody has changed on their way.</summary>
internal static class Receipts
{
    private const string Extra = "extra ";

    /// <summary>The receipt with another line of JSON.</summary>
    public static string With(string receipt, Action<JsonNode> change)
    {
        var lines = receipt.Split('\n');
        var at = Array.FindIndex(lines, line => line.StartsWith(Extra, StringComparison.Ordinal));
        var extra = JsonNode.Parse(Convert.FromBase64String(lines[at][Extra.Length..]))!;
        change(extra);
        lines[at] = Extra + Convert.ToBase64String(Encoding.UTF8.GetBytes(extra.ToJsonString()));
        return string.Join('\n', lines);
    }

    /// <summary>As receipts were before the log kept the status of documents.</summary>
    public static FilePayload WithoutStatus(FilePayload receipt) =>
        Site.FileOf(receipt.Name, Encoding.UTF8.GetBytes(With(Encoding.UTF8.GetString(receipt.Buffer), extra => ((JsonObject)extra).Remove("status"))));

    /// <summary>What the line of JSON says of how the document stands.</summary>
    public static JsonNode? StatusOf(string receipt)
    {
        JsonNode? status = null;
        With(receipt, extra => status = extra["status"]?.DeepClone());
        return status;
    }
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TrueCopy.Adversary.Tests.Forging;

/// <summary>The line of a receipt that holds the entry and its opening.</summary>
internal static partial class ExtraLine
{
    // As the service writes it: base64 with its plus signs, names as people write them.
    private static readonly JsonSerializerOptions AsServed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Encode(JsonNode extra) => extra.ToJsonString(AsServed);

    /// <summary>A receipt with another extra line.</summary>
    public static string Change(string receipt, Action<JsonNode> change) => Pattern().Replace(receipt, line =>
    {
        var extra = JsonNode.Parse(Convert.FromBase64String(line.Groups[1].Value))!;
        change(extra);
        return $"extra {Convert.ToBase64String(Encoding.UTF8.GetBytes(Encode(extra)))}";
    });

    /// <summary>What a receipt's extra line says.</summary>
    public static JsonNode Read(string receipt) => JsonNode.Parse(Convert.FromBase64String(Pattern().Match(receipt).Groups[1].Value))!;

    /// <summary>The same, with another entry in it.</summary>
    public static string ChangeEntry(string receipt, Func<string, string> change) => Change(receipt, extra =>
        extra["entry"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(Convert.FromBase64String(extra["entry"]!.GetValue<string>()))))));

    [GeneratedRegex("^extra (.+)$", RegexOptions.Multiline)]
    private static partial Regex Pattern();
}

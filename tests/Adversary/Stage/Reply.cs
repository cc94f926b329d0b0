using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>What the service replied, to be altered on its way.</summary>
internal sealed class Reply
{
    private static readonly JsonSerializerOptions AsServed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public int Status { get; set; } = 200;

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public byte[] Body { get; set; } = [];

    public string Text
    {
        get => Encoding.UTF8.GetString(Body);
        set => Body = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Alters a JSON answer.</summary>
    public void Json(Action<JsonNode> change)
    {
        var answer = JsonNode.Parse(Body)!;
        change(answer);
        Body = JsonSerializer.SerializeToUtf8Bytes(answer, AsServed);
    }
}

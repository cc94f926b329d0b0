using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>The files of <c>tests/Vectors</c>: what every client has to make of the same bytes.</summary>
internal static class VectorFiles
{
    /// <summary>Environment variable with which files (and the table of attacks) are written rather than compared.</summary>
    public const string WriteVariable = "TRUECOPY_WRITE_VECTORS";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Each file and how it is made.</summary>
    public static IReadOnlyDictionary<string, Func<Task<JsonObject>>> All { get; } = new Dictionary<string, Func<Task<JsonObject>>>
    {
        ["receipts.json"] = ReceiptVectors.MakeAsync,
        ["notes.json"] = () => Task.FromResult(NoteVectors.Make()),
        ["keys.json"] = KeysVectors.MakeAsync,
        ["answers.json"] = AnswerVectors.MakeAsync,
        ["policies.json"] = PolicyVectors.MakeAsync,
    };

    public static bool IsWriting => Environment.GetEnvironmentVariable(WriteVariable) is { Length: > 0 };

    public static string Encode(JsonObject vectors) => vectors.ToJsonString(Readable) + "\n";

    public static string PathOf(string name) => RepositoryFolder.At("tests", "Vectors", name);

    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(PathOf(name)))!;
}

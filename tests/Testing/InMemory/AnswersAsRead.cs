using System.Buffers;
using System.Text.Json;

namespace TrueCopy.Testing.InMemory;

/// <summary>Answers of the verifier as clients have them.</summary>
public static class AnswersAsRead
{
    /// <summary>The bytes of an answer.</summary>
    public static byte[] ToJson(this ProvenVerdict answer)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, VerdictJson.Options))
            VerdictJson.Write(json, answer);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What is read of them.</summary>
    public static VerdictDocument ToDocument(this ProvenVerdict answer) => ForeignJson.Read(answer.ToJson(), DocumentJson.Instance.VerdictDocument);
}

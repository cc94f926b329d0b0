using System.Text.Json;

namespace TrueCopy.Api;

/// <summary>Bodies of answers that are verdicts.</summary>
internal static class VerdictBody
{
    // Of what one institution says of a document in a log of millions, with room to spare.
    private const int UsualLength = 6 * 1024;

    /// <summary>A <see cref="VerdictDocument"/>.</summary>
    public static PooledBody Of(ProvenVerdict answer)
    {
        var body = new PooledBody(LengthOf(answer));
        using var json = new Utf8JsonWriter(body, VerdictJson.Options);
        VerdictJson.Write(json, answer);
        json.Flush();
        return body;
    }

    /// <summary>A <see cref="DocumentsDocument"/>.</summary>
    public static PooledBody OfDocuments(string reference, IReadOnlyList<ProvenVerdict> answers)
    {
        var body = new PooledBody(UsualLength);
        using var json = new Utf8JsonWriter(body, VerdictJson.Options);
        json.WriteStartObject();
        json.WriteString("reference"u8, reference);
        TryWrite(json, "documents"u8, answers, long.MaxValue);
        json.WriteEndObject();
        json.Flush();
        return body;
    }

    /// <summary>A <see cref="BatchAnswerDocument"/>, one answer at a time, so that no more is held than one answer may have.</summary>
    /// <returns>The body; null if it has more than <see cref="HttpLimits.MaxAnswerLength"/> bytes.</returns>
    public static PooledBody? OfBatch(IReadOnlyList<ProvenVerdict> answers)
    {
        var body = new PooledBody(Math.Min(HttpLimits.MaxAnswerLength, answers.Sum(LengthOf)));
        using var json = new Utf8JsonWriter(body, VerdictJson.Options);
        json.WriteStartObject();
        var isWhole = TryWrite(json, "results"u8, answers, HttpLimits.MaxAnswerLength);
        if (isWhole)
            json.WriteEndObject();
        json.Flush();
        if (isWhole)
            return body;
        body.Dispose();
        return null;
    }

    private static bool TryWrite(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<ProvenVerdict> answers, long most)
    {
        json.WriteStartArray(name);
        foreach (var answer in answers)
        {
            VerdictJson.Write(json, answer);
            if (json.BytesCommitted + json.BytesPending > most)
                return false;
        }

        json.WriteEndArray();
        return true;
    }

    private static int LengthOf(ProvenVerdict answer) => UsualLength * Math.Max(1, answer.Issuers.Count);
}

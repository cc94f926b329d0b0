using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Receipts.Handovers;

/// <summary>
/// What is noted with <c>declined</c> and <c>used</c>: a JSON object, which the entry commits to and the receipt holds
/// (<see cref="Receipt.Note"/>), so that the log tells nobody but the parties.
/// </summary>
/// <param name="Reason">Declined: why.</param>
/// <param name="Text">Declined: what the receiver adds; at most <see cref="StatedText.MaxNoteLength"/> characters.</param>
/// <param name="Purpose">Used: what for.</param>
public sealed record HandoverNote(DeclineReason? Reason = null, string? Text = null, HandoverPurpose? Purpose = null)
{
    private static readonly HandoverNoteJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        AllowDuplicateProperties = false,
        MaxDepth = 2,
    });

    /// <summary>The note's text.</summary>
    public string Encode() => JsonSerializer.Serialize(this, Json.HandoverNote);

    /// <summary>Reads a note; members that later versions add are ignored.</summary>
    /// <exception cref="LogFormatException">It is none.</exception>
    public static HandoverNote Parse(string note)
    {
        try
        {
            return ForeignJson.Read(System.Text.Encoding.UTF8.GetBytes(note), Json.HandoverNote);
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("handover: what is noted with an act is not the JSON of a note", exception);
        }
    }

    /// <summary>The rule that a note breaks; null if none.</summary>
    /// <param name="act">The act that it is noted with.</param>
    public string? Check(ActKind act) => act switch
    {
        ActKind.Declined when Reason is null => $"reason is one of {string.Join(", ", WireName.All<DeclineReason>())}",
        ActKind.Declined when Purpose is not null => "a package is declined for a reason and not for a purpose",
        ActKind.Declined => Text is null ? null : StatedText.CheckText("text", Text, StatedText.MaxNoteLength),
        ActKind.Used when Purpose is null => $"purpose is one of {string.Join(", ", WireName.All<HandoverPurpose>())}",
        ActKind.Used when Reason is not null || Text is not null => "a use has a purpose and nothing else",
        ActKind.Used => null,
        _ => "nothing is noted with it",
    };
}

[JsonSerializable(typeof(HandoverNote))]
internal sealed partial class HandoverNoteJson : JsonSerializerContext;

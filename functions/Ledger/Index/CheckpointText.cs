using System.Text.Json;

namespace TrueCopy.Ledger.Index;

/// <summary>A checkpoint in the JSON of answers: all answers under it bear the same, so it is encoded once.</summary>
/// <param name="checkpoint">The checkpoint.</param>
public sealed class CheckpointText(SignedCheckpoint checkpoint)
{
    private readonly JsonEncodedText _note = JsonEncodedText.Encode(checkpoint.Note.Span, DocumentJson.Instance.Options.Encoder);
    private byte[]? _document;

    /// <summary>The checkpoint.</summary>
    public SignedCheckpoint Checkpoint => checkpoint;

    /// <summary>The signed note as it is within a string of JSON, without quotes.</summary>
    public ReadOnlySpan<byte> Note => _note.EncodedUtf8Bytes;

    /// <summary>The checkpoint as a <see cref="CheckpointDocument"/>.</summary>
    public ReadOnlySpan<byte> Document => _document ??= JsonSerializer.SerializeToUtf8Bytes(CheckpointDocument.Of(checkpoint), DocumentJson.Instance.CheckpointDocument);
}

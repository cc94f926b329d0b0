using System.Text;

namespace TrueCopy.Witness;

/// <summary>Keeps what proves that a log broke its rules: signed notes, which prove it to anyone. What is kept is never written again.</summary>
internal sealed class EvidenceStore(IBlobStore blobs)
{
    private static readonly BlobHeaders Text = new("text/plain; charset=utf-8");

    /// <summary>Keeps evidence under a name of its own; a log that goes on breaking the rule adds nothing.</summary>
    /// <param name="origin">The log.</param>
    /// <param name="name">What it is about.</param>
    /// <param name="reason">Which rule was broken.</param>
    /// <param name="notes">The signed notes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task KeepAsync(string origin, string name, string reason, IEnumerable<ReadOnlyMemory<byte>> notes, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(reason).Append('\n');
        foreach (var note in notes)
            text.Append("\n----\n").Append(Encoding.UTF8.GetString(note.Span));
        return blobs.TryWriteAsync(AddressOf(origin, name), Encoding.UTF8.GetBytes(text.ToString()), BlobCondition.Absent, Text, cancellationToken);
    }

    /// <summary>What is kept under a name; null if nothing.</summary>
    public async Task<string?> FindAsync(string origin, string name, CancellationToken cancellationToken) =>
        await blobs.ReadAsync(AddressOf(origin, name), cancellationToken) is { } found ? Encoding.UTF8.GetString(found.Content.Span) : null;

    private static BlobAddress AddressOf(string origin, string name) => new(WitnessContainers.Evidence, $"{CosignedHead.HashOf(origin)}/{name}");
}

using System.Collections.Concurrent;
using System.Text;

namespace TrueCopy.Client;

/// <summary>
/// Checkpoints that were verified under the keys, each once: the answers of a batch stand on one checkpoint, and every
/// receipt carries it.
/// </summary>
internal sealed class OpenedCheckpoints(LogKeys keys)
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<string, SignedCheckpoint> _opened = new(StringComparer.Ordinal);

    public LogKeys Keys => keys;

    /// <summary>Whether a note was opened before.</summary>
    public bool Has(string note) => _opened.ContainsKey(note);

    /// <exception cref="TransparencyLog.LogFormatException">The note is malformed, of another log, or not signed by its keys.</exception>
    public SignedCheckpoint Open(ReadOnlyMemory<byte> note) => Open(Encoding.UTF8.GetString(note.Span), note);

    /// <exception cref="TransparencyLog.LogFormatException">The note is malformed, of another log, or not signed by its keys.</exception>
    public SignedCheckpoint Open(string note) => Open(note, null);

    private SignedCheckpoint Open(string text, ReadOnlyMemory<byte>? note)
    {
        if (_opened.TryGetValue(text, out var known))
            return known;
        var opened = keys.Set.Open(note ?? Encoding.UTF8.GetBytes(text));
        if (_opened.Count < Most)
            _opened.TryAdd(text, opened);
        return opened;
    }
}

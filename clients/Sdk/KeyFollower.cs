using System.Text;

namespace TrueCopy.Client;

/// <summary>Learns the keys of a service's log, from the log's own entries alone.</summary>
internal sealed class KeyFollower(ServiceConnection connection)
{
    private KeyChain? _served;

    /// <summary>First contact: the keys that the last entry lists.</summary>
    /// <exception cref="NoAnswerException">The service did not answer, or nothing proves what it says.</exception>
    public async Task<LearnedKeys> BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (_served = await ReadAsync(cancellationToken)).Begin();
        }
        catch (LogFormatException exception)
        {
            throw connection.NoAnswer($"its keys cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Follows the log from keys that are known to those that signed <paramref name="notes"/>; asks only if those call for it.</summary>
    /// <exception cref="LogChangedException">No way leads there.</exception>
    /// <exception cref="NoAnswerException">The service did not answer.</exception>
    public async Task<LearnedKeys> FollowAsync(KeySet known, long? announced, IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        var unchanged = new LearnedKeys(known, announced, [], []);
        if (!CallsForMore(unchanged, notes))
            return unchanged;
        try
        {
            if (_served is not null && _served.Walk(known, announced) is var learned && !CallsForMore(learned, notes))
                return learned;
        }
        catch (LogFormatException)
        {
            // What was served before does not lead there; what is served now may.
        }

        try
        {
            return (_served = await ReadAsync(cancellationToken)).Walk(known, announced);
        }
        catch (LogFormatException exception)
        {
            throw new LogChangedException(LogChange.Keys, $"Other keys sign for the log {known.Origin} than those that are known, and its entries do not lead from the one to the other: {exception.Message}.", exception);
        }
    }

    private async Task<KeyChain> ReadAsync(CancellationToken cancellationToken) =>
        KeyChain.Read(await connection.GetAsync("keys", "v1/keys", DocumentJson.Instance.KeysDocument, cancellationToken));

    private static bool CallsForMore(LearnedKeys known, IReadOnlyCollection<string> notes) => notes.Any(note => CallsForMore(known, note));

    // Keys that were given are good as long as they sign. Keys that an entry listed sign alone: other signatures of the
    // log's name, or fewer, mean that a later entry may list others.
    private static bool CallsForMore(LearnedKeys known, string text)
    {
        var note = Encoding.UTF8.GetBytes(text);
        try
        {
            var signed = SignedNote.Parse(note).Signatures.Where(line => line.Name == known.Keys.Origin).Select(line => line.KeyId).ToHashSet();
            var others = signed.Except(known.Keys.Verifiers.Select(key => key.KeyId)).Any();
            return Opens(known.Keys, note)
                ? known.Announced is not null && (others || known.Keys.Verifiers.Any(key => !signed.Contains(key.KeyId)))
                : others;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }

    private static bool Opens(KeySet keys, ReadOnlyMemory<byte> note)
    {
        try
        {
            return keys.Open(note) is not null;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}

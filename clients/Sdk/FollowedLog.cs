using System.Collections.Concurrent;
using System.Text;

namespace TrueCopy.Client;

/// <summary>What a client holds its service to as long as it lives: the log's keys, and the largest checkpoint that was seen.</summary>
internal sealed class FollowedLog(TrueCopyClientOptions options, ServiceConnection connection, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _learning = new(1, 1);
    private readonly KeyFollower _follower = new(connection);
    private readonly PolicyFollower _policy = new(options, connection);
    private readonly Freshness _freshness = new(time, options.Known);
    private Held? _held = Held.Of(options);

    /// <summary>The keys that are known now; on first contact those that the service proves.</summary>
    public async ValueTask<LogKeys> KeysAsync(CancellationToken cancellationToken) =>
        (Volatile.Read(ref _held) ?? await LearnAsync([], cancellationToken)).Checkpoints.Keys;

    /// <summary>The policy that counts; null for none.</summary>
    public LogPolicy? Policy => _policy.InForce;

    /// <summary>Another policy than that, which the service names now.</summary>
    public LogPolicy? OfferedPolicy => _policy.Offered;

    /// <summary>What the service names as its policy now; null for none.</summary>
    public Task<LogPolicy?> ReadPolicyAsync(CancellationToken cancellationToken) => _policy.ReadAsync(cancellationToken);

    /// <summary>Begins to ask for what the answer to a question that is under way will be held to.</summary>
    public void Begin(CancellationToken cancellationToken) => _policy.Begin(cancellationToken);

    /// <summary>What opens the checkpoints that answers stand on, under the keys that sign now, learned if need be.</summary>
    public ValueTask<OpenedCheckpoints> OpenAsync(IEnumerable<VerdictDocument> answers, CancellationToken cancellationToken) =>
        OpenAsync([.. answers.Select(answer => answer.Checkpoint.Note).Distinct()], cancellationToken);

    /// <summary>The same of signed notes.</summary>
    public async ValueTask<OpenedCheckpoints> OpenAsync(IReadOnlyCollection<string> notes, CancellationToken cancellationToken) =>
        (await LearnAsync(notes, cancellationToken)).Checkpoints;

    /// <summary>Holds an answer to what was seen of the log before.</summary>
    /// <param name="answer">The answer; one that does not count is left alone.</param>
    /// <param name="checkpoints">What opens its checkpoints.</param>
    /// <param name="asked">Timestamp of the question.</param>
    public CheckedAnswer Admit(CheckedAnswer answer, OpenedCheckpoints checkpoints, long asked)
    {
        if (answer.Fault is null)
            Admit(checkpoints.Open(answer.Document.Checkpoint.Note), asked);
        return answer;
    }

    /// <summary>Holds a checkpoint that was opened to what was seen of the log before.</summary>
    public void Admit(SignedCheckpoint checkpoint, long asked) => _freshness.Admit(checkpoint.Checkpoint, asked);

    /// <summary>What is known from now on, of the log that answers stood on.</summary>
    public async Task<TrustedLog> RenewAsync(TrustedLog? known, IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        var held = known is null
            ? await LearnAsync(notes, cancellationToken)
            : await FollowAsync(new Held(known.Keys.Set, new OpenedCheckpoints(known.Keys), known.Announced, known.Retired, [known.Checkpoint]), notes, cancellationToken);
        var policy = (options.Policy ?? known?.Policy ?? Policy)?.Rules;
        var largest = await new LogContinuity(connection).LargestAsync(notes, [held.Checkpoints.Keys.Set, held.Began], held.Seen, cancellationToken);
        largest = largest.Where(checkpoint => ReferenceEquals(checkpoint, known?.Checkpoint) || IsWitnessed(policy, checkpoint)).MaxBy(checkpoint => checkpoint.Size) is { } witnessed
            ? [witnessed]
            : [Witnessing.Require(policy!, largest[0], time.GetUtcNow()).Checkpoint];

        // Keys that are announced where no witness has looked are not learned.
        if (known is not null && held.Seen.Any(step => step.Size > largest[0].Size))
            return known;
        var seenAt = ReferenceEquals(largest[0], known?.Checkpoint) ? known.SeenAt : time.GetUtcNow();
        return new TrustedLog(held.Checkpoints.Keys, held.Announced, held.Retired, largest[0], seenAt)
        {
            Policy = known is not null ? known.Policy : options.Policy is null ? Policy : null,
        };
    }

    private bool IsWitnessed(TrustPolicy? policy, SignedCheckpoint checkpoint)
    {
        try
        {
            return policy is null || policy.Weigh(checkpoint, time.GetUtcNow()).IsMet;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }

    public void Dispose() => _learning.Dispose();

    private async Task<Held> LearnAsync(IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _held) is { } ready && notes.All(ready.Checkpoints.Has))
            return ready;
        await _learning.WaitAsync(cancellationToken);
        try
        {
            var held = await FollowAsync(_held ?? Held.Of(await _follower.BeginAsync(cancellationToken)), notes, cancellationToken);
            await _policy.SettleAsync(held.Checkpoints.Keys.Origin, notes, cancellationToken);
            Volatile.Write(ref _held, held);
            return held;
        }
        finally
        {
            _learning.Release();
        }
    }

    private async Task<Held> FollowAsync(Held held, IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        var keys = held.Checkpoints.Keys;
        var learned = await _follower.FollowAsync(keys.Set, held.Announced, notes, cancellationToken);
        return learned.Steps.Count == 0 ? held : new Held(
            held.Began,
            new OpenedCheckpoints(LogKeys.Of(learned.Keys, keys.Pinned)),
            learned.Announced,
            [.. held.Retired, .. learned.Former],
            [.. held.Seen, .. learned.Steps]);
    }

    /// <param name="Began">The keys that were known first.</param>
    /// <param name="Checkpoints">What opens checkpoints, under the keys that are known now.</param>
    /// <param name="Announced">Index of the entry that lists those; null where they come from elsewhere.</param>
    /// <param name="Retired">Keys that gave way to others.</param>
    /// <param name="Seen">Checkpoints that the log has to go on from.</param>
    private sealed record Held(KeySet Began, OpenedCheckpoints Checkpoints, long? Announced, IReadOnlyList<NoteVerifier> Retired, IReadOnlyList<SignedCheckpoint> Seen)
    {
        public static Held Of(LearnedKeys first) =>
            new(first.Keys, new OpenedCheckpoints(LogKeys.Of(first.Keys, pinned: false)), first.Announced, [], first.Steps);

        public static Held? Of(TrueCopyClientOptions options) => options switch
        {
            { Keys: { } keys } => new Held(keys.Set, new OpenedCheckpoints(keys), null, [], []),
            { Known: { } known } => new Held(known.Keys.Set, new OpenedCheckpoints(known.Keys), known.Announced, known.Retired, []),
            _ => null,
        };
    }
}

/// <summary>
/// Checkpoints that were verified under the keys, each once: the answers of a batch stand on one checkpoint, and every
/// receipt carries it.
/// </summary>
internal sealed class OpenedCheckpoints(LogKeys keys)
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<string, SignedCheckpoint> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SignedCheckpoint, PolicyResult> _witnessed = [];

    public LogKeys Keys => keys;

    /// <summary>Whether a note was opened before.</summary>
    public bool Has(string note) => _opened.ContainsKey(note);

    /// <exception cref="TransparencyLog.LogFormatException">The note is malformed, of another log, or not signed by its keys.</exception>
    public SignedCheckpoint Open(ReadOnlyMemory<byte> note) => Open(Encoding.UTF8.GetString(note.Span), note);

    /// <exception cref="TransparencyLog.LogFormatException">The note is malformed, of another log, or not signed by its keys.</exception>
    public SignedCheckpoint Open(string note) => Open(note, null);

    /// <summary>Who has seen a checkpoint that counts by a policy.</summary>
    /// <exception cref="ReceiptException">Too few have.</exception>
    public PolicyResult Require(TrustPolicy policy, SignedCheckpoint checkpoint, DateTimeOffset now)
    {
        if (_witnessed.TryGetValue(checkpoint, out var known) && known.Policy == policy)
            return known;
        var result = Witnessing.Require(policy, checkpoint, now);
        if (_witnessed.Count < Most)
            _witnessed[checkpoint] = result;
        return result;
    }

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

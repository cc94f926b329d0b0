using System.Globalization;
using System.Net;

namespace TrueCopy.Ledger.Witnessing;

/// <summary>A witness has signed: its line, and as of when.</summary>
internal readonly record struct Cosignature(NoteSignature Line, DateTimeOffset At);

/// <summary>What came of asking a witness.</summary>
/// <param name="Outcome">In a word, for metrics and log lines.</param>
/// <param name="Cosignatures">What it signed, by the keys that the policy knows; all of them are right.</param>
/// <param name="Failure">What stood in the way, if something was thrown.</param>
internal sealed record WitnessReply(string Outcome, IReadOnlyDictionary<PolicyWitness, Cosignature> Cosignatures, Exception? Failure = null)
{
    /// <summary>It has signed.</summary>
    public const string Cosigned = "cosigned";

    /// <summary>It has seen more of the log than the checkpoint that was sent: another process is further.</summary>
    public const string Ahead = "ahead";

    public static WitnessReply None(string outcome, Exception? failure = null) => new(outcome, new Dictionary<PolicyWitness, Cosignature>(), failure);
}

/// <summary>One witness of the policy: its address, those of its keys that the policy knows, and what is remembered of it.</summary>
internal sealed class AskedWitness(Uri prefix, IReadOnlyList<PolicyWitness> keys, WitnessClient client, WitnessingOptions options, TimeProvider time)
{
    private long _size;
    private int _failures;
    private long _restUntil = long.MinValue;

    /// <summary>What the policy calls it; one name for each of its keys.</summary>
    public string Name { get; } = string.Join(", ", keys.Select(key => key.Name));

    /// <summary>Its keys.</summary>
    public IReadOnlyList<PolicyWitness> Keys => keys;

    /// <summary>Whether it failed a moment ago, so that it is left alone.</summary>
    public bool Rests => time.GetUtcNow().UtcTicks < Volatile.Read(ref _restUntil);

    /// <summary>Asks it, a second time at once if it has another size than was thought. Fails only when it is cancelled.</summary>
    /// <param name="checkpoint">The checkpoint, signed by the log alone.</param>
    /// <param name="prove">Proves that the checkpoint's tree goes on from that of a smaller size.</param>
    /// <param name="late">Time is up for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<WitnessReply> AskAsync(SignedCheckpoint checkpoint, Func<long, CancellationToken, Task<MerkleHash[]>> prove, CancellationToken late, CancellationToken cancellationToken)
    {
        WitnessReply reply;
        try
        {
            reply = await AskTwiceAsync(checkpoint, prove, late);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            reply = WitnessReply.None("late", exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            reply = WitnessReply.None(exception is LogFormatException ? "malformed" : "unreachable", exception);
        }

        if (reply.Outcome == WitnessReply.Cosigned)
            (_failures, _restUntil) = (0, long.MinValue);
        return reply;
    }

    /// <summary>Leaves it alone for a while.</summary>
    public void LeaveAlone()
    {
        var rest = options.Rest * Math.Pow(2, Math.Min(_failures++, 10));
        Volatile.Write(ref _restUntil, (time.GetUtcNow() + (rest < options.MaxRest ? rest : options.MaxRest)).UtcTicks);
    }

    private async Task<WitnessReply> AskTwiceAsync(SignedCheckpoint checkpoint, Func<long, CancellationToken, Task<MerkleHash[]>> prove, CancellationToken late)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var size = Math.Min(Volatile.Read(ref _size), checkpoint.Size);
            var proof = size == 0 || size == checkpoint.Size ? [] : await prove(size, late);
            var response = await PostAsync(new AddCheckpointRequest(size, proof, checkpoint.Note), late);
            switch (response.Status)
            {
                case HttpStatusCode.OK:
                    return Read(response.Body, checkpoint);
                case HttpStatusCode.Conflict when response.MediaType == AddCheckpointRequest.SizeType:
                    var other = AddCheckpointRequest.ParseSize(response.Body.Span);
                    Volatile.Write(ref _size, other);
                    if (other > checkpoint.Size)
                        return WitnessReply.None(WitnessReply.Ahead);
                    if (isFirst)
                        continue;
                    break;
            }

            return WitnessReply.None(((int)response.Status).ToString(CultureInfo.InvariantCulture));
        }
    }

    private async Task<WitnessResponse> PostAsync(AddCheckpointRequest request, CancellationToken late)
    {
        using var limit = new CancellationTokenSource(options.RequestTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, late);
        return await client.PostAsync(prefix, request.Encode(), either.Token);
    }

    // Lines of keys that the policy does not know would only make every receipt longer.
    private WitnessReply Read(ReadOnlyMemory<byte> body, SignedCheckpoint checkpoint)
    {
        var lines = SignedNote.ParseSignatures(body.Span);
        var text = checkpoint.Checkpoint.ToNoteText();
        var now = time.GetUtcNow();
        var found = new Dictionary<PolicyWitness, Cosignature>();
        foreach (var key in keys)
        {
            if (key.Key.FindIn(text, lines) is not { } cosigned)
                continue;
            if ((cosigned.Time - now).Duration() > TrustPolicy.MaxAhead)
                return WitnessReply.None("clock");
            found.Add(key, new Cosignature(cosigned.Line, cosigned.Time));
        }

        Volatile.Write(ref _size, checkpoint.Size);
        return found.Count > 0 ? new WitnessReply(WitnessReply.Cosigned, found) : WitnessReply.None("other key");
    }
}

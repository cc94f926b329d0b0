using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Witnessing;

/// <summary>A checkpoint with the cosignatures that were had for it.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="IsQuorum">Whether enough witnesses have signed it.</param>
public sealed record CosignedCheckpoint(SignedCheckpoint Checkpoint, bool IsQuorum);

/// <summary>
/// Has the policy's witnesses cosign checkpoints, all at the same time. Whatever a witness does other than to sign counts as
/// though it had not been asked: nothing that it answers, or fails to, is an error of the log's.
/// </summary>
/// <remarks>One instance a process. It remembers how much of the log each witness has seen, and what each signed last.</remarks>
public sealed partial class Witnesses
{
    private readonly ServicePolicy _policy;
    private readonly WitnessingOptions _options;
    private readonly WitnessingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Witnesses> _logger;
    private readonly AskedWitness[] _asked;

    // Of one checkpoint: those who signed it need not be there again when those who did not are.
    private Signed _last = new("", new Dictionary<PolicyWitness, Cosignature>());

    /// <summary>The witnesses of a policy that have an address; keys of one address are one witness's.</summary>
    public Witnesses(ServicePolicy policy, WitnessClient client, WitnessingOptions options, WitnessingMetrics metrics, TimeProvider time, ILogger<Witnesses> logger)
    {
        (_policy, _options, _metrics, _time, _logger) = (policy, options, metrics, time, logger);
        _asked =
        [
            .. policy.Trust.Witnesses.Where(witness => witness.Url is not null).GroupBy(witness => witness.Url)
                .Select(keys => new AskedWitness(keys.Key!, [.. keys], client, options, time)),
        ];
    }

    /// <summary>Whether there is anybody to ask.</summary>
    public bool Any => _asked.Length > 0;

    /// <summary>Whether asking now is in vain: too few are left of those that did not fail a moment ago.</summary>
    public bool Rest => !_policy.FailOpen && !_policy.Trust.IsQuorum(witness => _asked.Any(asked => !asked.Rests && asked.Keys.Contains(witness)));

    /// <summary>Whether a checkpoint may be published.</summary>
    public bool Allow(CosignedCheckpoint cosigned) => cosigned.IsQuorum || _policy.FailOpen;

    /// <summary>The checkpoint as it is published, if it is and enough witnesses have signed it there; null if not.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="published">What is published; null for nothing.</param>
    public CosignedCheckpoint? FindPublished(SignedCheckpoint checkpoint, ReadOnlyMemory<byte>? published)
    {
        if (published is not { } note)
            return null;
        try
        {
            var found = SignedCheckpoint.Open(note, checkpoint.Checkpoint.Origin, checkpoint.Signers);
            return found.Checkpoint.ToNoteText() == checkpoint.Checkpoint.ToNoteText() && _policy.Trust.Weigh(found, _time.GetUtcNow()).IsMet ? new CosignedCheckpoint(found, IsQuorum: true) : null;
        }
        catch (LogFormatException)
        {
            // An older one of other keys, or one that is damaged: it says nothing.
            return null;
        }
    }

    /// <summary>Asks.</summary>
    /// <param name="checkpoint">A checkpoint that is committed; its log's own signatures are what is sent.</param>
    /// <param name="tiles">Every tile of its tree.</param>
    /// <param name="forAll">Whether to wait for all, rather than for the quorum and a moment longer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CosignedCheckpoint> AskAsync(SignedCheckpoint checkpoint, Func<IHashTileSource> tiles, bool forAll, CancellationToken cancellationToken)
    {
        if (!Any)
            return new CosignedCheckpoint(checkpoint, _policy.Trust.IsQuorum(_ => false));
        if (!checkpoint.Signers.Any(signer => _policy.Trust.Logs.Any(log => log.Key.PublicKey.Span.SequenceEqual(signer.PublicKey.Span))))
            LogOtherKeys(_logger);

        var started = _time.GetTimestamp();
        var own = checkpoint.WithoutCosignatures();
        var signed = await GatherAsync(own, tiles, forAll, cancellationToken);
        _metrics.Asked(_time.GetElapsedTime(started));
        var isQuorum = _policy.Trust.IsQuorum(signed.ContainsKey);
        if (!isQuorum)
        {
            _metrics.QuorumMissed();
            LogMissed(_logger, checkpoint.Size, signed.Count, _policy.Trust.Witnesses.Count);
        }

        return new CosignedCheckpoint(checkpoint.With([.. signed.Values.Select(cosignature => cosignature.Line)]), isQuorum);
    }

    private async Task<IReadOnlyDictionary<PolicyWitness, Cosignature>> GatherAsync(SignedCheckpoint own, Func<IHashTileSource> tiles, bool forAll, CancellationToken cancellationToken)
    {
        var text = own.Checkpoint.ToNoteText();
        var signed = _last is var last && last.Text == text ? new Dictionary<PolicyWitness, Cosignature>(last.By) : [];
        var tree = new Lazy<TreeReader>(() => new TreeReader(tiles(), own.Size));
        using var time = new CancellationTokenSource(_options.TotalTime, _time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var asking = _asked.Where(witness => !witness.Rests)
            .Select(witness => (Witness: witness, Reply: witness.AskAsync(own, async (size, stop) => await tree.Value.ConsistencyProofAsync(size, stop), enough.Token, cancellationToken)))
            .ToDictionary(item => (Task)item.Reply);
        Task? grace = null;
        while (asking.Count > 0)
        {
            var next = await Task.WhenAny(grace is null ? asking.Keys : asking.Keys.Append(grace));
            if (next == grace)
                break;
            asking.Remove(next, out var done);
            Take(done.Witness, await done.Reply, signed);
            if (!forAll && grace is null && _policy.Trust.IsQuorum(signed.ContainsKey))
                grace = Task.Delay(_options.Grace, _time, enough.Token);
        }

        // Those that are left have been given their chance; that they were cut short is nothing to hold against them.
        await enough.CancelAsync();
        foreach (var (witness, reply) in asking.Values)
        {
            await reply;
            _metrics.Answered(witness.Name, "not waited for");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _last = new Signed(text, signed);
        return signed;
    }

    private void Take(AskedWitness witness, WitnessReply reply, Dictionary<PolicyWitness, Cosignature> signed)
    {
        _metrics.Answered(witness.Name, reply.Outcome);
        foreach (var (key, cosignature) in reply.Cosignatures)
        {
            // The clock of a witness may have been set back.
            if (!signed.TryGetValue(key, out var before) || cosignature.At > before.At)
                signed[key] = cosignature;
        }

        if (reply.Outcome == WitnessReply.Cosigned)
            return;
        if (reply.Outcome != WitnessReply.Ahead)
            witness.LeaveAlone();

        // One that is away is told at each try: what stands in the way, and not where in our code it was met.
        var known = reply.Failure is HttpRequestException or OperationCanceledException or LogFormatException;
        LogNotSigned(_logger, witness.Name, known ? $"{reply.Outcome} ({reply.Failure!.Message})" : reply.Outcome, known ? null : reply.Failure);
    }

    private sealed record Signed(string Text, IReadOnlyDictionary<PolicyWitness, Cosignature> By);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The witness {Witness} did not cosign: {Outcome}.")]
    private static partial void LogNotSigned(ILogger logger, string witness, string outcome, Exception? exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Too few witnesses cosigned the checkpoint of {Size} entries: {Signed} of {Known} have, and the policy's quorum is not met.")]
    private static partial void LogMissed(ILogger logger, long size, int signed, int known);

    [LoggerMessage(Level = LogLevel.Error, Message = "The policy names none of the keys that sign for the log now, so that whoever goes by it believes nothing: bring its log lines up to date.")]
    private static partial void LogOtherKeys(ILogger logger);
}

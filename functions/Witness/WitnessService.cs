using System.Text;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Witness;

/// <summary>
/// A witness (C2SP tlog-witness): cosigns what a log signs as long as it goes on from what was cosigned before. It keeps the last
/// checkpoint of each log and nothing else.
/// </summary>
public sealed partial class WitnessService
{
    /// <summary>The longest request, in bytes: 63 hashes, and a checkpoint with the cosignatures of many witnesses.</summary>
    public const int MaxBodyLength = 256 * 1024;

    private const int Attempts = 4;
    private readonly Dictionary<string, Log> _logs;
    private readonly IReadOnlyList<Cosigner> _cosigners;
    private readonly EvidenceStore _evidence;
    private readonly WitnessMetrics _metrics;
    private readonly ILogger<WitnessService> _logger;

    /// <summary>A witness over an account's blobs.</summary>
    /// <exception cref="LogFormatException">The options make no witness.</exception>
    public WitnessService(IBlobStore blobs, WitnessOptions options, WitnessMetrics metrics, ILogger<WitnessService> logger)
    {
        options.Validate();
        _cosigners = options.Cosigners;
        _logs = options.Logs.GroupBy(log => log.Key.Name).ToDictionary(
            keys => keys.Key,
            keys => new Log([.. keys.Select(log => log.Key)], new CosignedHead(blobs, keys.Key)),
            StringComparer.Ordinal);
        _evidence = new EvidenceStore(blobs);
        (_metrics, _logger) = (metrics, logger);
    }

    /// <summary>Answers a request for a cosignature.</summary>
    /// <param name="body">The request's body, at most <see cref="MaxBodyLength"/> bytes of it.</param>
    /// <param name="cancellationToken">Gives up; what was stored by then stays.</param>
    /// <exception cref="WitnessUnavailableException">Storage is not as it was left.</exception>
    public async Task<WitnessAnswer> AddCheckpointAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(body, cancellationToken);
        _metrics.Answered((int)answer.Status);
        return answer;
    }

    /// <summary>The last checkpoint that was cosigned of a log, with the log's signatures and the cosignatures.</summary>
    /// <param name="originHash">SHA-256 of the log's origin, in lower-case hex.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The note; null if there is none, or no such log.</returns>
    public async Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(string originHash, CancellationToken cancellationToken) =>
        _logs.FirstOrDefault(log => CosignedHead.HashOf(log.Key) == originHash).Value is { } log ? await log.Head.ReadNoteAsync(cancellationToken) : null;

    private async Task<WitnessAnswer> AnswerAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (body.Length > MaxBodyLength)
            return WitnessAnswer.Refuse(WitnessStatus.Malformed, $"add-checkpoint: longer than {MaxBodyLength} bytes");
        AddCheckpointRequest request;
        SignedNote note;
        Checkpoint checkpoint;
        try
        {
            request = AddCheckpointRequest.Parse(body);
            note = SignedNote.Parse(request.Note.Span);
            checkpoint = Checkpoint.Read(note.Text);
        }
        catch (LogFormatException exception)
        {
            return WitnessAnswer.Refuse(WitnessStatus.Malformed, exception.Message);
        }

        if (!_logs.TryGetValue(checkpoint.Origin, out var log))
            return WitnessAnswer.Refuse(WitnessStatus.UnknownLog, "witness: this log is not one that is witnessed here");
        try
        {
            note.Verify(log.Keys);
        }
        catch (LogFormatException exception)
        {
            return WitnessAnswer.Refuse(WitnessStatus.NotSigned, exception.Message);
        }

        return request.OldSize > checkpoint.Size
            ? WitnessAnswer.Refuse(WitnessStatus.Malformed, "add-checkpoint: the old size is greater than that of the checkpoint")
            : await WeighAsync(log, request, OfLog(note, checkpoint.Origin), checkpoint, cancellationToken);
    }

    private async Task<WitnessAnswer> WeighAsync(Log log, AddCheckpointRequest request, SignedNote note, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // What is known may be old: enough to go on from, as the write then fails, and not to refuse by.
            var isKnown = attempt == 0 && log.Head.Known is { } known && BrokenRule(known.Checkpoint, request, checkpoint) is null && known.Checkpoint.Size == request.OldSize;
            var head = isKnown ? log.Head.Known : await LoadAsync(log, isEnough: attempt == 0, cancellationToken);
            var size = head?.Checkpoint.Size ?? 0;
            if (head is not null && size == checkpoint.Size && !head.IsSameTreeAs(checkpoint))
                await KeepForkAsync(head, note, cancellationToken);
            if (request.OldSize != size)
                return new WitnessAnswer(WitnessStatus.OtherSize, AddCheckpointRequest.EncodeSize(size));
            if (BrokenRule(head?.Checkpoint, request, checkpoint) is { } rule)
                return WitnessAnswer.Refuse(WitnessStatus.Inconsistent, rule);

            var lines = await CosignAsync(checkpoint, cancellationToken);
            var cosigned = note with { Signatures = [.. note.Signatures, .. lines] };
            if (await log.Head.TryAdvanceAsync(head, checkpoint, cosigned.Encode(), note.Encode(), cancellationToken))
                return new WitnessAnswer(WitnessStatus.Cosigned, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line.ToLine()))));
        }

        throw new WitnessUnavailableException("The head changes all the time.");
    }

    private static string? BrokenRule(Checkpoint? head, AddCheckpointRequest request, Checkpoint checkpoint)
    {
        if (checkpoint.Size == 0 && checkpoint.Root != TreeHasher.EmptyRoot)
            return "checkpoint: the root of an empty tree is SHA-256 of nothing";
        if (request.OldSize == 0 && request.Proof.Count > 0)
            return "consistency proof: from size 0 it has no lines";
        var root = head?.Root ?? TreeHasher.EmptyRoot;
        if (request.OldSize == checkpoint.Size && checkpoint.Root != root)
            return "checkpoint: another of the same size was cosigned before";
        return ProofVerifier.Extends(request.OldSize, root, checkpoint.Size, checkpoint.Root, [.. request.Proof])
            ? null
            : "consistency proof: it does not lead from the checkpoint that was cosigned last to this one";
    }

    private async Task<Cosigned?> LoadAsync(Log log, bool isEnough, CancellationToken cancellationToken)
    {
        var (head, wasBehind) = await log.Head.LoadAsync(
            isEnough,
            async plain => (plain with { Signatures = [.. plain.Signatures, .. await CosignAsync(Checkpoint.Parse(plain.Text), cancellationToken)] }).Encode(),
            cancellationToken);
        if (wasBehind)
        {
            _metrics.SetBack();
            LogSetBack(_logger, head!.Checkpoint.Origin, head.Checkpoint.Size);
        }

        return head;
    }

    private async Task<NoteSignature[]> CosignAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var lines = new NoteSignature[_cosigners.Count];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = await _cosigners[i].CosignAsync(checkpoint, cancellationToken);
        return lines;
    }

    // The log signed two trees of one size: whoever has both notes needs nothing else.
    private async Task KeepForkAsync(Cosigned head, SignedNote note, CancellationToken cancellationToken)
    {
        await _evidence.KeepAsync(head.Checkpoint.Origin, $"fork-{head.Checkpoint.Size}", "The log signed two different trees of one size.", [head.Note, note.Encode()], cancellationToken);
        _metrics.Forked();
        LogFork(_logger, head.Checkpoint.Origin, head.Checkpoint.Size);
    }

    // What is kept and served: the log's own lines, also of keys that are not known here yet, and nobody else's.
    private static SignedNote OfLog(SignedNote note, string origin) => note with { Signatures = [.. note.Signatures.Where(line => line.Name == origin)] };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Origin} signed two different trees of {Size} entries. Both notes are kept as evidence.")]
    private static partial void LogFork(ILogger logger, string origin, long size);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The head of {Origin} was behind what was cosigned and is brought forward to {Size}: storage was set back, or an instance ended half way.")]
    private static partial void LogSetBack(ILogger logger, string origin, long size);

    private sealed record Log(IReadOnlyList<NoteVerifier> Keys, CosignedHead Head);
}

using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Output;
using TrueCopy.Client;

namespace TrueCopy.Cli.Audit;

/// <summary>Where what is remembered of a log is kept.</summary>
internal interface IAuditState : IAuditMemory
{
    /// <summary>The file.</summary>
    string Path { get; }

    /// <summary>What is remembered; null if nothing is.</summary>
    Task<AuditMemory?> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>What a log is audited with.</summary>
/// <param name="Log">Address of the log, as its service has it.</param>
/// <param name="From">A mirror that it is read from in its place; null to read it from its service.</param>
/// <param name="Keys">Keys of the command line.</param>
/// <param name="Policy">Policy of the command line.</param>
/// <param name="Mirrors">Mirrors that it is compared with.</param>
/// <param name="Parallel">How many bundles are fetched at a time.</param>
internal sealed record ReviewRequest(Uri Log, Uri? From, string[] Keys, LogPolicy? Policy, IReadOnlyList<Uri> Mirrors, int Parallel)
{
    /// <summary>How long ago the policy's witnesses may have seen it.</summary>
    public TimeSpan MaxAge { get; init; } = Witnessing.DefaultMaxAge;

    private const string LogSegment = "log";

    /// <summary>The log at an address, which may be that of its service.</summary>
    public static Uri LogOf(Uri url) => url.AbsolutePath.TrimEnd('/').Split('/')[^1] == LogSegment
        ? url
        : new Uri($"{url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{LogSegment}");
}

/// <summary>What came of it.</summary>
/// <param name="Report">The audit.</param>
/// <param name="Output">All of it, as JSON says it.</param>
/// <param name="ExitCode">Its exit code.</param>
internal sealed record Reviewed(AuditReport Report, AuditOutput Output, int ExitCode);

/// <summary>Audits a log against what is remembered of it, its policy and its mirrors, and keeps the evidence.</summary>
internal sealed class LogReview(HttpMessageHandler network, TimeProvider time)
{
    /// <summary>Told of every new entry, as <see cref="LogAudit.Watch"/>; null for nobody.</summary>
    public Action<long, ReadOnlyMemory<byte>>? Watch { get; init; }

    /// <exception cref="CommandException">It cannot begin, or the log does not answer.</exception>
    public async Task<Reviewed> RunAsync(ReviewRequest request, IAuditState state, Func<AuditMemory, AuditMemory> from, Func<Func<IProgress<(long Done, long Of)>?, Task<AuditReport>>, Task<AuditReport>> run, CancellationToken cancellationToken)
    {
        var (remembered, pinned) = await RememberAsync(request, state, cancellationToken);
        var memory = from(remembered);
        var mirrors = new Mirrors(network, time);
        var origin = NoteVerifier.Parse(memory.Trusted[0]).Name;
        var address = request.From is null ? request.Log : await mirrors.FindAsync(request.From, origin, cancellationToken);
        using var log = new RemoteLog(address, network, time);
        var audit = new LogAudit(log, state, request.Parallel, log.FindKeyChainAsync)
        {
            Policy = request.Policy?.Rules,
            FindPolicy = request.From is null ? log.FindPolicyAsync : null,
            Clock = time,
            MaxSightingAge = request.MaxAge,
            Watch = Watch,
        };
        var report = await RunAsync(audit, memory, run, cancellationToken);
        if (request.From is not null && report.Outcome == AuditOutcome.Rollback)
            throw new CommandException(ExitCode.NoAnswer, $"{address} has {report.Size} entries of the log, and {memory.Seen!.Size} were seen before: it is behind, and nothing was checked.");

        var evidence = report.Outcome is AuditOutcome.SplitView or AuditOutcome.Rollback
            ? await AuditFile.KeepEvidenceAsync(state.Path, report.Outcome.ToString(), ("seen before", report.SeenNote!.Value), ("seen now", report.Note), cancellationToken)
            : null;
        var compared = report.Checkpoint is { } shown ? await mirrors.CompareAsync(request, memory, log, shown, state.Path, cancellationToken) : [];
        var output = AuditOutput.Of(address, report, memory.Seen?.Size, log, pinned, state.Path, evidence) with { Mirrors = compared.Count == 0 ? null : compared };
        return new Reviewed(report, output, ExitCodeOf(report.Outcome, compared));
    }

    internal static int ExitCodeOf(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Holds => ExitCode.Verified,
        AuditOutcome.Unwitnessed => ExitCode.NotWitnessed,
        AuditOutcome.SplitView => ExitCode.SplitView,
        AuditOutcome.Rollback => ExitCode.Rollback,
        AuditOutcome.OtherEntries => ExitCode.OtherEntries,
        _ => ExitCode.NotVerified,
    };

    // What the log's signatures prove against it comes first, then what the audit found, then what could not be compared.
    private static int ExitCodeOf(AuditOutcome outcome, IReadOnlyList<MirrorOutput> mirrors)
    {
        var code = ExitCodeOf(outcome);
        return code is ExitCode.SplitView or ExitCode.Rollback ? code
            : mirrors.Any(mirror => mirror.State == MirrorOutput.SplitView) ? ExitCode.MirrorSplit
            : code is not (ExitCode.Verified or ExitCode.OtherEntries) ? code
            : mirrors.Any(mirror => mirror is { IsAsked: true, State: MirrorOutput.Unproven }) ? ExitCode.NotVerified
            : mirrors.Any(mirror => mirror is { IsAsked: true, State: MirrorOutput.NoAnswer }) ? ExitCode.NoAnswer
            : code;
    }

    // A memory judges by its own keys: those first pinned, or their successors. Other keys are another log's memory.
    private async Task<(AuditMemory Memory, bool Pinned)> RememberAsync(ReviewRequest request, IAuditState state, CancellationToken cancellationToken)
    {
        string[] keys = request.Keys.Length > 0 ? Lines(await KeyOption.ReadAsync(request.Keys, cancellationToken)) : request.Policy?.Keys is { } named ? Lines(named) : [];
        if (await state.LoadAsync(cancellationToken) is not { } memory)
            return (AuditMemory.New(keys.Length > 0 ? keys : await FirstKeysAsync(request, cancellationToken)), keys.Length > 0);
        return keys.All(key => memory.Pinned.Contains(key) || memory.Trusted.Contains(key))
            ? (memory, keys.Length > 0)
            : throw new CommandException(ExitCode.Usage, $"{state.Path} is the memory of a log with other keys than {(request.Keys.Length > 0 ? "--key" : "--policy")}. Name another file with --state.");
    }

    private static string[] Lines(LogKeys keys) => [.. keys.Verifiers.Select(key => key.ToString())];

    private async Task<IReadOnlyList<string>> FirstKeysAsync(ReviewRequest request, CancellationToken cancellationToken)
    {
        if (request.From is not null)
            throw new CommandException(ExitCode.Usage, "A mirror does not say which keys sign for the log: give one with --key.");
        using var log = new RemoteLog(request.Log, network, time);
        try
        {
            return await log.ReadFirstKeysAsync(cancellationToken);
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.NotVerified, $"The log does not say which keys sign for it ({exception.Message}). Give one with --key.", exception);
        }
    }

    private static async Task<AuditReport> RunAsync(LogAudit audit, AuditMemory memory, Func<Func<IProgress<(long Done, long Of)>?, Task<AuditReport>>, Task<AuditReport>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run(progress => audit.RunAsync(memory, progress, cancellationToken));
        }
        catch (NoAnswerException exception)
        {
            throw new CommandException(ExitCode.NoAnswer, $"{exception.Message} What was audited so far is kept; run it again to go on.", exception);
        }
    }
}

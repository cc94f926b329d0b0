using TrueCopy.Cli.Commands;
using TrueCopy.Client;

namespace TrueCopy.Cli.Trust;

/// <summary>A log as it was seen.</summary>
/// <param name="Checkpoint">Its checkpoint.</param>
/// <param name="At">When.</param>
internal sealed record SeenLog(SignedCheckpoint Checkpoint, DateTimeOffset At);

/// <summary>By whose word a service is judged in one run.</summary>
internal sealed class ServiceTrust
{
    private readonly KnownLogs _known;
    private readonly Uri _service;
    private readonly KnownLog? _kept;

    private ServiceTrust(KnownLogs known, Uri service, LogKeys? given, LogPolicy? policy, KnownLog? kept)
    {
        _known = known;
        _service = service;
        _kept = kept;
        Known = Open(kept, given);
        Given = given;
        GivenPolicy = policy;
    }

    /// <summary>Keys of the command line, which leave nothing to what is known from before.</summary>
    public LogKeys? Given { get; }

    /// <summary>The policy of the command line.</summary>
    public LogPolicy? GivenPolicy { get; }

    /// <summary>The policy that counts where nobody is asked; null for none.</summary>
    public LogPolicy? Policy => GivenPolicy ?? Known?.Policy;

    /// <summary>What is known from earlier runs that were judged by the same keys; with <see cref="Given"/>, no more than what was seen of the log.</summary>
    public TrustedLog? Known { get; }

    /// <summary>Whether the keys were known before the service was asked.</summary>
    public bool HasKeys => Given is not null || Known is not null;

    /// <summary>Where the keys come from: <c>given</c>, <c>known</c> from an earlier run, or <c>service</c> on first use.</summary>
    public string KeySource => Given is not null ? "given" : Known is not null ? "known" : "service";

    /// <summary>Keys for receipts of any age.</summary>
    public IReadOnlyList<NoteVerifier> EveryKey => Given?.Verifiers ?? Known?.EveryKey ?? [];

    /// <summary>The log as it was last seen, if that was kept and is not to be judged by given keys alone.</summary>
    public SeenLog? Seen => Given is not null || Known is null ? null : new SeenLog(Known.Checkpoint, Known.SeenAt);

    /// <param name="known">What earlier runs came to know.</param>
    /// <param name="service">Whom to judge.</param>
    /// <param name="keys">Keys of the command line; where there are none, those that its policy names count.</param>
    /// <param name="policy">Policy file of the command line; null if there is none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ServiceTrust> LoadAsync(KnownLogs known, Uri service, string[] keys, string? policy, CancellationToken cancellationToken)
    {
        var rules = await SharedOptions.ReadPolicyAsync(policy, cancellationToken);
        var given = keys.Length > 0 ? await KeyOption.ReadAsync(keys, cancellationToken) : rules?.Keys;
        return new ServiceTrust(known, service, given, rules, known.Find(service, given));
    }

    /// <summary>Holds what the service showed to what is known of its log, and remembers it. Nothing may be relied on before.</summary>
    /// <exception cref="LogChangedException">It is not the log that is known.</exception>
    public async Task ConfirmAsync(TrueCopyClient client, IReadOnlyCollection<CheckedAnswer> answers, Terminal terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        await TellOtherPolicyAsync(client, terminal);
        if (answers.Count > 0)
            await ConfirmAsync(client, log => client.RenewAsync(log, answers, cancellationToken), terminal, time, cancellationToken);
    }

    /// <summary>The same of a status that was fetched.</summary>
    /// <exception cref="LogChangedException">It is not of the log that is known.</exception>
    public async Task ConfirmAsync(TrueCopyClient client, KeptStatus status, Terminal terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        await TellOtherPolicyAsync(client, terminal);
        await ConfirmAsync(client, log => client.RenewByStatusAsync(log, status, cancellationToken), terminal, time, cancellationToken);
    }

    /// <summary>The same of checkpoints under which something was proven; none where nothing was.</summary>
    /// <exception cref="LogChangedException">They are not of the log that is known.</exception>
    public async Task ConfirmAsync(TrueCopyClient client, IReadOnlyCollection<SignedCheckpoint> checkpoints, Terminal terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        await TellOtherPolicyAsync(client, terminal);
        if (checkpoints.Count > 0)
            await ConfirmAsync(client, log => client.RenewByCheckpointsAsync(log, checkpoints, cancellationToken), terminal, time, cancellationToken);
    }

    private async Task ConfirmAsync(TrueCopyClient client, Func<TrustedLog?, Task<TrustedLog>> renew, Terminal terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        var (kept, log) = (_kept, Known);
        while (true)
        {
            TrustedLog renewed;
            try
            {
                renewed = await renew(log);
            }
            catch (ReceiptException exception) when (exception.Fault == ReceiptFault.Witnesses)
            {
                // None of the answers counts, and each says so.
                return;
            }

            await TellNewKeysAsync(Given ?? log?.Keys, log?.EveryKey ?? Given?.Verifiers ?? [], renewed, terminal);
            if (log is not null && Same(renewed, log))
                return;
            try
            {
                if (await _known.ReplaceAsync(kept, KnownLog.Of(_service, Given, renewed, kept?.FirstUsed ?? time.GetUtcNow()), cancellationToken))
                    return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                await terminal.Error.WriteLineAsync($"truecopy: what is known of the log cannot be kept in {_known.Path}: {FileFault.Of(exception, _known.Path)}. The next run will not hold the service to it.");
                return;
            }

            // Another run met the log meanwhile: this one is held to what that one saw.
            kept = _known.Find(_service, Given);
            log = Open(kept, Given);
            if (GivenPolicy is null && log?.Policy is { } policy && !(client.Policy?.Rules.AsksTheSameAs(policy.Rules) ?? false))
                throw new CommandException(ExitCode.NoAnswer, "Another run met the service meanwhile, and it named other witnesses to that one. Nothing here was relied on; run it again.");
        }
    }

    // What was given stays what the way to the keys of now begins with, whatever was kept.
    private TrustedLog? Open(KnownLog? kept, LogKeys? given) => kept is null ? null
        : given is null ? _known.Open(kept)
        : _known.Open(kept) with { Keys = given, Announced = null, Retired = [] };

    private async Task TellOtherPolicyAsync(TrueCopyClient client, Terminal terminal)
    {
        if (client.OfferedPolicy is not { } other)
            return;
        var until = Policy is { } policy ? $"the witnesses that have to have seen the log are other ones than until now ({policy.Rules.Describe()})" : "there are witnesses that have to have seen the log";
        await terminal.Error.WriteLineAsync($"truecopy: the service says that {until}: {other.Rules.Describe()}. That is its word, and changes nothing here. Ask those who run the log, by another way; then: truecopy policy accept --service {_service}");
    }

    private async Task TellNewKeysAsync(LogKeys? known, IReadOnlyList<NoteVerifier> told, TrustedLog renewed, Terminal terminal)
    {
        if (known is null)
            return;
        foreach (var key in renewed.Keys.Verifiers.Where(key => !told.Any(old => old.ToString() == key.ToString())))
            await terminal.Error.WriteLineAsync($"truecopy: the log {renewed.Keys.Origin} has a new key, which its entry {renewed.Announced} announces, proven by the keys before it: {key}");
        if (Given is not null && renewed.Announced is not null)
            await terminal.Error.WriteLineAsync($"truecopy: the keys of --key have given way to these; give these from now on.");
    }

    private static bool Same(TrustedLog left, TrustedLog right) =>
        left.Checkpoint.Size == right.Checkpoint.Size
        && left.Announced == right.Announced
        && left.EveryKey.Select(key => key.ToString()).SequenceEqual(right.EveryKey.Select(key => key.ToString()))
        && left.Retired.Count == right.Retired.Count;
}

using TrueCopy.Cli.Commands;
using TrueCopy.Client;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;

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
    private readonly TrustedLog? _log;

    private ServiceTrust(KnownLogs known, Uri service, LogKeys? given, KnownLog? kept)
    {
        _known = known;
        _service = service;
        _kept = kept;
        _log = kept is null ? null : known.Open(kept);
        Given = given;
    }

    /// <summary>Keys of the command line, which leave nothing to what is known from before.</summary>
    public LogKeys? Given { get; }

    /// <summary>Keys that were known before the service was asked.</summary>
    public LogKeys? Keys => Given ?? _log?.Keys;

    /// <summary>Where the keys come from: <c>given</c>, <c>known</c> from an earlier run, or <c>service</c> on first use.</summary>
    public string KeySource => Given is not null ? "given" : _log is not null ? "known" : "service";

    /// <summary>Keys for receipts of any age.</summary>
    public IReadOnlyList<NoteVerifier> EveryKey => Given?.Verifiers ?? _log?.EveryKey ?? [];

    /// <summary>The log as it was last seen, if that was kept.</summary>
    public SeenLog? Seen => _log is null ? null : new SeenLog(_log.Checkpoint, _kept!.Seen);

    public static async Task<ServiceTrust> LoadAsync(KnownLogs known, Uri service, string[] keys, CancellationToken cancellationToken)
    {
        var given = keys.Length > 0 ? await KeyOption.ReadAsync(keys, cancellationToken) : null;
        return new ServiceTrust(known, service, given, given is null ? known.Find(service) : null);
    }

    /// <summary>Holds what the service showed to what is known of its log, and remembers it. Nothing may be relied on before.</summary>
    /// <exception cref="LogChangedException">It is not the log that is known.</exception>
    public async Task ConfirmAsync(TrueCopyClient client, IReadOnlyCollection<CheckedAnswer> answers, Terminal terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Given is not null || answers.Count == 0)
            return;
        var (kept, log) = (_kept, _log);
        while (true)
        {
            var renewed = await client.RenewAsync(log, answers, cancellationToken);
            foreach (var key in renewed.Keys.Verifiers.Where(key => log is not null && !log.EveryKey.Any(known => known.ToString() == key.ToString())))
                await terminal.Error.WriteLineAsync($"truecopy: the log {renewed.Keys.Origin} has a new key, which a known one vouches for: {key}");
            if (log is not null && Same(renewed, log))
                return;
            try
            {
                var now = time.GetUtcNow();
                if (await _known.ReplaceAsync(kept, KnownLog.Of(_service, renewed, kept?.FirstUsed ?? now, now), cancellationToken))
                    return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                await terminal.Error.WriteLineAsync($"truecopy: what is known of the log cannot be kept: {exception.Message} The next run will not hold the service to it.");
                return;
            }

            // Another run met the log meanwhile: this one is held to what that one saw.
            kept = _known.Find(_service);
            log = kept is null ? null : _known.Open(kept);
        }
    }

    private static bool Same(TrustedLog left, TrustedLog right) =>
        left.Checkpoint.Size == right.Checkpoint.Size
        && left.EveryKey.Select(key => key.ToString()).SequenceEqual(right.EveryKey.Select(key => key.ToString()))
        && left.Retired.Count == right.Retired.Count;
}

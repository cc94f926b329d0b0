using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Client;

namespace TrueCopy.Cli.Trust;

/// <summary>A log as the file of known logs has it.</summary>
/// <param name="Service">Address under which it was found.</param>
/// <param name="Origin">The log's name.</param>
/// <param name="FirstUsed">When its keys were first taken.</param>
/// <param name="Seen">When <paramref name="Checkpoint"/> was seen.</param>
/// <param name="Keys">Verifier keys that sign now.</param>
/// <param name="Retired">Verifier keys that signed before.</param>
/// <param name="Checkpoint">The largest checkpoint that was seen: the signed note.</param>
/// <param name="Announced">Index of the log entry that lists <paramref name="Keys"/>; null where they come from elsewhere.</param>
/// <param name="Given">
/// Verifier keys of the command line that the log was judged by; null where none were given. What is kept then adds
/// nothing to those: it only tells when the service goes back behind what it showed.
/// </param>
/// <param name="Policy">The policy file that the service named when it was first met, or that was accepted since; null where it named none.</param>
internal sealed record KnownLog(
    string Service,
    string Origin,
    DateTimeOffset FirstUsed,
    DateTimeOffset Seen,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> Retired,
    string Checkpoint,
    long? Announced = null,
    IReadOnlyList<string>? Given = null,
    string? Policy = null)
{
    public static KnownLog Of(Uri service, LogKeys? given, TrustedLog log, DateTimeOffset firstUsed) => new(
        service.ToString(),
        log.Keys.Origin,
        firstUsed,
        log.SeenAt,
        Lines(log.Keys.Verifiers),
        Lines(log.Retired),
        Encoding.UTF8.GetString(log.Checkpoint.Note.Span),
        log.Announced,
        given is null ? null : Lines(given.Verifiers),
        log.Policy is { } policy ? Encoding.UTF8.GetString(policy.File.Span) : null);

    /// <summary>Whether two say the same of the same log; none is the same as none.</summary>
    public static bool Same(KnownLog? left, KnownLog? right) => left is null || right is null
        ? left is null && right is null
        : left.IsOf(right.Service, right.Given) && left.Checkpoint == right.Checkpoint && left.Announced == right.Announced && left.Policy == right.Policy
            && left.Keys.SequenceEqual(right.Keys) && left.Retired.SequenceEqual(right.Retired);

    /// <summary>Whether it is what is known of a service that is judged by these keys of the command line, or by none.</summary>
    public bool IsOf(string service, IReadOnlyList<string>? given) =>
        Service == service && (Given is null ? given is null : given is not null && Given.ToHashSet().SetEquals(given));

    /// <summary>The same, parsed; its checkpoint is verified again.</summary>
    public TrustedLog Open()
    {
        var keys = LogKeys.Pin(Keys);
        NoteVerifier[] retired = [.. Retired.Select(NoteVerifier.Parse)];
        return new TrustedLog(keys, Announced, retired, SignedCheckpoint.Open(Encoding.UTF8.GetBytes(Checkpoint), keys.Origin, [.. keys.Verifiers, .. retired]), Seen)
        {
            Policy = OpenPolicy(),
        };
    }

    /// <summary>The policy, parsed.</summary>
    public LogPolicy? OpenPolicy() => Policy is null ? null : LogPolicy.Pin(Encoding.UTF8.GetBytes(Policy));

    public static IReadOnlyList<string> Lines(IEnumerable<NoteVerifier> keys) => [.. keys.Select(key => key.ToString())];
}

/// <summary>
/// The logs that this user met, one for each address and each set of keys that was given for it, in a file of their own:
/// who a service is is decided once, on first use or by those keys, and it is held to that from then on.
/// </summary>
internal sealed class KnownLogs(string path)
{
    private const int Version = 1;

    /// <summary>Another run holds the file for a few milliseconds: after five seconds something else is wrong.</summary>
    private const int MostTries = 500;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(10);

    /// <summary>Where the file is.</summary>
    public string Path { get; } = path;

    /// <summary>The user's own: <c>$XDG_CONFIG_HOME/truecopy/known-logs.json</c>, <c>~/.config</c> without that variable, <c>%APPDATA%</c> on Windows.</summary>
    public static KnownLogs OfUser() => new(System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "truecopy",
        "known-logs.json"));

    public IReadOnlyList<KnownLog> All()
    {
        try
        {
            if (!File.Exists(Path))
                return [];
            var document = KnownLogsDocument.Read(File.ReadAllBytes(Path));
            return document is { Version: Version }
                ? document.Logs
                : throw Unusable("it is of another version");
        }
        catch (JsonException exception)
        {
            throw Unusable("it is not the JSON that it should be.", exception);
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            throw Unusable($"{FileFault.Of(exception, Path)}.", exception);
        }
    }

    /// <param name="service">Its address.</param>
    /// <param name="given">Keys of the command line that it is judged by; null if there are none.</param>
    public KnownLog? Find(Uri service, LogKeys? given) =>
        All().FirstOrDefault(log => log.IsOf(service.ToString(), given is null ? null : KnownLog.Lines(given.Verifiers)));

    /// <summary>What the file says of a log, parsed.</summary>
    public TrustedLog Open(KnownLog log)
    {
        try
        {
            return log.Open();
        }
        catch (LogFormatException exception)
        {
            throw Unusable(exception.Message, exception);
        }
    }

    /// <summary>Adds or replaces what is known of a log, unless another run did that since this one looked.</summary>
    /// <param name="seen">What was known when this run looked; null if nothing was.</param>
    /// <param name="next">What is known from now on.</param>
    /// <param name="cancellationToken">Stops the wait for other runs.</param>
    /// <returns>Whether it was written; if not, the run has to look again.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    public Task<bool> ReplaceAsync(KnownLog? seen, KnownLog next, CancellationToken cancellationToken) => ChangeAsync(
        all =>
        {
            var now = all.FirstOrDefault(log => log.IsOf(next.Service, next.Given));
            return KnownLog.Same(seen, now) ? [.. all.Where(log => log != now), next] : null;
        },
        cancellationToken);

    /// <summary>Forgets the log behind an address: the next contact is a first one.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> ForgetAsync(Uri service, CancellationToken cancellationToken) => ChangeAsync(
        all => all.Any(log => log.Service == service.ToString()) ? [.. all.Where(log => log.Service != service.ToString())] : null,
        cancellationToken);

    // One run at a time reads, changes and writes, so that none undoes what another wrote. Whoever only reads, or comes after
    // a crash, sees the old file or the new one, and no part of either.
    private async Task<bool> ChangeAsync(Func<IReadOnlyList<KnownLog>, IReadOnlyList<KnownLog>?> change, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        await using var turn = await TakeTurnAsync(cancellationToken);
        if (change(All()) is not { } logs)
            return false;
        var next = Path + ".tmp";
        await File.WriteAllBytesAsync(next, JsonSerializer.SerializeToUtf8Bytes(new KnownLogsDocument(Version, logs), KnownLogsJson.Instance.KnownLogsDocument), cancellationToken);
        File.Move(next, Path, overwrite: true);
        return true;
    }

    // The system takes the lock back from a process that ends, however it ends. The file stays: to delete it would be to
    // lock out nobody who already has it open.
    private async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < MostTries)
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }

    // Going on without it would be to trust whoever answers.
    private CommandException Unusable(string why, Exception? exception = null) =>
        new(ExitCode.Usage, $"{Path} cannot be used: {why} Mend or remove it.", exception);
}

internal sealed record KnownLogsDocument(int Version, IReadOnlyList<KnownLog> Logs)
{
    public static KnownLogsDocument Read(ReadOnlySpan<byte> json) => PlainJson.TryRead(json, KnownLogsJson.MaxDepth, Members) ?? ForeignJson.Read(json, KnownLogsJson.Instance.KnownLogsDocument);

    private static KnownLogsDocument? Members(ref PlainJson json)
    {
        long? version = null;
        IReadOnlyList<KnownLog>? logs = null;
        while (json.NextMember())
            _ = json.Number("version"u8, ref version) || json.Objects("logs"u8, ref logs, Log) || json.Other();
        return version is >= 0 and <= int.MaxValue && logs is not null ? new KnownLogsDocument((int)version, logs) : null;
    }

    private static KnownLog? Log(ref PlainJson json)
    {
        string? service = null, origin = null, checkpoint = null, policy = null;
        DateTimeOffset? firstUsed = null, seen = null;
        IReadOnlyList<string>? keys = null, retired = null, given = null;
        long? announced = null;
        while (json.NextMember())
        {
            _ = json.Text("service"u8, ref service) || json.Text("origin"u8, ref origin) || json.Time("firstUsed"u8, ref firstUsed) || json.Time("seen"u8, ref seen)
                || json.Texts("keys"u8, ref keys) || json.Texts("retired"u8, ref retired) || json.Text("checkpoint"u8, ref checkpoint)
                || json.Number("announced"u8, ref announced) || json.Texts("given"u8, ref given) || json.Text("policy"u8, ref policy) || json.Other();
        }

        return service is not null && origin is not null && firstUsed is { } first && seen is { } last && keys is not null && retired is not null && checkpoint is not null
            ? new KnownLog(service, origin, first, last, keys, retired, checkpoint, announced, given, policy)
            : null;
    }
}

[JsonSerializable(typeof(KnownLogsDocument))]
internal sealed partial class KnownLogsJson : JsonSerializerContext
{
    public const int MaxDepth = 8;

    public static KnownLogsJson Instance { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = MaxDepth,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    });
}

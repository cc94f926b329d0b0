using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Client;
using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.Verification;

namespace TrueCopy.Cli.Trust;

/// <summary>A log as the file of known logs has it.</summary>
/// <param name="Service">Address under which it was found.</param>
/// <param name="Origin">The log's name.</param>
/// <param name="FirstUsed">When its keys were first taken.</param>
/// <param name="Seen">When <paramref name="Checkpoint"/> was seen.</param>
/// <param name="Keys">Verifier keys that sign now.</param>
/// <param name="Retired">Verifier keys that signed before.</param>
/// <param name="Checkpoint">The largest checkpoint that was seen: the signed note.</param>
internal sealed record KnownLog(
    string Service,
    string Origin,
    DateTimeOffset FirstUsed,
    DateTimeOffset Seen,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> Retired,
    string Checkpoint)
{
    public static KnownLog Of(Uri service, TrustedLog log, DateTimeOffset firstUsed, DateTimeOffset now) => new(
        service.ToString(),
        log.Keys.Origin,
        firstUsed,
        now,
        [.. log.Keys.Verifiers.Select(key => key.ToString())],
        [.. log.Retired.Select(key => key.ToString())],
        Encoding.UTF8.GetString(log.Checkpoint.Note.Span));

    /// <summary>The same, parsed; its checkpoint is verified again.</summary>
    public TrustedLog Open()
    {
        var keys = LogKeys.Pin(Keys);
        NoteVerifier[] retired = [.. Retired.Select(NoteVerifier.Parse)];
        return new TrustedLog(keys, retired, SignedCheckpoint.Open(Encoding.UTF8.GetBytes(Checkpoint), keys.Origin, [.. keys.Verifiers, .. retired]));
    }
}

/// <summary>
/// The logs that this user met, one for each address, in a file of their own: who a service is is decided once, on first
/// use, and it is held to that from then on.
/// </summary>
internal sealed class KnownLogs(string path)
{
    private const int Version = 1;

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
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(Path), KnownLogsJson.Instance.KnownLogsDocument);
            return document is { Version: Version }
                ? document.Logs
                : throw Unusable("it is of another version");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Unusable(exception.Message, exception);
        }
    }

    public KnownLog? Find(Uri service) => All().FirstOrDefault(log => log.Service == service.ToString());

    /// <summary>The log behind an address, parsed.</summary>
    public TrustedLog? Open(Uri service)
    {
        try
        {
            return Find(service)?.Open();
        }
        catch (LogFormatException exception)
        {
            throw Unusable(exception.Message, exception);
        }
    }

    /// <summary>Adds or replaces what is known of the log behind an address.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    public void Save(KnownLog log) => Write([.. All().Where(other => other.Service != log.Service), log]);

    /// <summary>Forgets the log behind an address: the next contact is a first one.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Forget(Uri service)
    {
        var all = All();
        KnownLog[] left = [.. all.Where(other => other.Service != service.ToString())];
        if (left.Length == all.Count)
            return false;
        Write(left);
        return true;
    }

    // Whoever reads meanwhile, or after a crash, sees the old file or the new one, and no part of either.
    private void Write(IReadOnlyList<KnownLog> logs)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        var next = $"{Path}.{Environment.ProcessId}.tmp";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(new KnownLogsDocument(Version, logs), KnownLogsJson.Instance.KnownLogsDocument));
        File.Move(next, Path, overwrite: true);
    }

    // Going on without it would be to trust whoever answers.
    private CommandException Unusable(string why, Exception? exception = null) =>
        new(ExitCode.Usage, $"{Path} cannot be used: {why} Mend or remove it, or give the log's key with --key.", exception);
}

internal sealed record KnownLogsDocument(int Version, IReadOnlyList<KnownLog> Logs);

[JsonSerializable(typeof(KnownLogsDocument))]
internal sealed partial class KnownLogsJson : JsonSerializerContext
{
    public static KnownLogsJson Instance { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    });
}

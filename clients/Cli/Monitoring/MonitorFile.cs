using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TrueCopy.Cli.Audit;

namespace TrueCopy.Cli.Monitoring;

/// <summary>
/// What a watch remembers, as a file: the audits of the log, and the institution's names. How far it has come is written only
/// once it was told; what the log signed, at once, so that whoever shows another log the next time is found out.
/// </summary>
internal sealed class MonitorFile(string path, string issuer) : IAuditState
{
    private const int FormatVersion = 1;
    private AuditMemory? _written;
    private AuditMemory? _pending;

    /// <inheritdoc/>
    public string Path => path;

    /// <summary>The institution's names as far as they are known.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Where the memory of a watch is kept if nobody says otherwise.</summary>
    public static string DefaultPath(Uri log, string issuer) => AuditFile.DefaultPath("monitor", $"{log.Authority}{log.AbsolutePath}_{issuer}");

    /// <inheritdoc/>
    public async Task<AuditMemory?> LoadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var body = ForeignJson.Read(await LocalFile.ReadAsync(path, cancellationToken), MonitorJson.Instance.MonitorBody);
            if (body.Version != FormatVersion)
                throw new LogFormatException("monitor memory: not of version 1");
            if (body.Issuer != issuer)
                throw new LogFormatException($"monitor memory: it is of {body.Issuer}");
            Names = body.Names;
            return _written = AuditMemory.Decode(JsonSerializer.SerializeToUtf8Bytes(body.Audit, MonitorJson.Instance.JsonObject));
        }
        catch (Exception exception) when (exception is LogFormatException or JsonException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be used: {(exception is JsonException ? "it is not the JSON that it should be" : exception.Message)}. Without it, everything is new; move it away to begin anew.", exception);
        }
    }

    /// <inheritdoc/>
    public async Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken)
    {
        // An audit that goes on where it stopped would not show again what it saw before.
        memory = memory with { Progress = null };
        if (memory.AuditedSize != (_written?.AuditedSize ?? 0))
            _pending = memory;
        else
            await WriteAsync(memory, Names, cancellationToken);
    }

    /// <summary>Writes down how far the watch has come: everything before was told.</summary>
    public async Task TellAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        if (_pending is { } memory)
            await WriteAsync(memory, [.. names.Order(StringComparer.Ordinal)], cancellationToken);
        _pending = null;
    }

    private Task WriteAsync(AuditMemory memory, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        (_written, Names) = (memory, names);
        var audit = ForeignJson.Read(memory.Encode(), MonitorJson.Instance.JsonObject);
        return AuditFile.ReplaceAsync(path, JsonSerializer.SerializeToUtf8Bytes(new MonitorBody(FormatVersion, issuer, names, audit), MonitorJson.Instance.MonitorBody), cancellationToken);
    }
}

internal sealed record MonitorBody([property: JsonPropertyName("v")] int Version, string Issuer, IReadOnlyList<string> Names, JsonObject Audit);

[JsonSerializable(typeof(MonitorBody))]
[JsonSerializable(typeof(MonitorOutput))]
internal sealed partial class MonitorJson : JsonSerializerContext
{
    public static MonitorJson Instance { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    });
}

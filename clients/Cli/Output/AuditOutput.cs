using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrueCopy.Client;

namespace TrueCopy.Cli.Output;

/// <summary>What <c>audit --json</c> says.</summary>
/// <param name="Log">Address of the log.</param>
/// <param name="Outcome"><c>holds</c>, <c>otherEntries</c>, <c>damaged</c>, <c>untrusted</c>, <c>unwitnessed</c>, <c>splitView</c> or <c>rollback</c>.</param>
/// <param name="Size">Entries that the signed checkpoint states; absent where it cannot be trusted.</param>
/// <param name="SeenSize">Entries of the checkpoint remembered from before; absent at the first audit.</param>
/// <param name="Entries">Entries that were downloaded and hashed this time.</param>
/// <param name="Resources">Checkpoints, tiles and bundles that were fetched.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="KeyPinned">Whether the key came from the user rather than from the log's first entry.</param>
/// <param name="Faults">What is wrong.</param>
/// <param name="NewKeys">Keys that took over, as the log announced.</param>
/// <param name="State">The file with what is remembered.</param>
/// <param name="Evidence">The file with both signed checkpoints of a split view or rollback.</param>
internal sealed record AuditOutput(
    string Log,
    string Outcome,
    long? Size,
    long? SeenSize,
    long Entries,
    long Resources,
    long Bytes,
    bool KeyPinned,
    IReadOnlyList<string> Faults,
    IReadOnlyList<string> NewKeys,
    string State,
    string? Evidence)
{
    /// <summary>Who has seen the checkpoint; absent where no policy says who should.</summary>
    public WitnessesOutput? Witnesses { get; init; }

    /// <summary>What the log's service names as its policy now, in words, where that is another than the one that counts.</summary>
    public string? OfferedPolicy { get; init; }

    /// <summary>What the log was compared with; absent where with nothing.</summary>
    public IReadOnlyList<MirrorOutput>? Mirrors { get; init; }

    public static AuditOutput Of(Uri log, AuditReport report, long? seen, RemoteLog remote, bool pinned, string state, string? evidence) => new(
        log.ToString(),
        JsonNamingPolicy.CamelCase.ConvertName(report.Outcome.ToString()),
        report.Size == 0 ? null : report.Size,
        seen,
        report.Entries,
        remote.Resources,
        remote.Bytes,
        pinned,
        [.. report.Faults.Select(fault => fault.ToString())],
        report.NewKeys,
        state,
        evidence)
    {
        Witnesses = WitnessesOutput.Of(report.Witnesses),
        OfferedPolicy = report.OfferedPolicy?.Describe(),
    };
}

/// <summary>A mirror that the log was compared with.</summary>
/// <param name="Mirror">Its address.</param>
/// <param name="State"><c>same</c>, <c>behind</c>, <c>ahead</c>, <c>splitView</c>, <c>unproven</c> or <c>noAnswer</c>.</param>
/// <param name="Size">Entries of its signed checkpoint; absent where there is none.</param>
/// <param name="Reason">Why nothing is proven.</param>
/// <param name="Evidence">The file with both signed checkpoints of a split view.</param>
internal sealed record MirrorOutput(string Mirror, string State, long? Size, string? Reason = null, string? Evidence = null)
{
    public const string NoAnswer = "noAnswer";
    public const string SplitView = "splitView";
    public const string Unproven = "unproven";

    /// <summary>Whether somebody asked for it, rather than that a policy has its address.</summary>
    [JsonIgnore]
    public bool IsAsked { get; init; }

    public static string Word(MirrorState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}

[JsonSerializable(typeof(AuditOutput))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    private static readonly AuditJson Instance = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new UtcTimeConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static Printable Write(AuditOutput output) => Printable.Json(JsonSerializer.Serialize(output, Instance.AuditOutput));
}

/// <summary>An audit in words.</summary>
internal static class AuditText
{
    private const int MostFaults = 20;

    public static Printable Of(AuditOutput output, AuditReport report, Terminal terminal)
    {
        Printable text = report.Outcome switch
        {
            AuditOutcome.Holds => $"{terminal.Good("✔ HOLDS")}  {output.Log}: {output.Size} entries, {Since(output)}",
            AuditOutcome.OtherEntries => $"{terminal.Paint(Tone.Caution, "✔ TREE HOLDS")}  {output.Log}: a log of other entries: its tree holds, {output.Size} entries, {Since(output)}. What they mean was not checked",
            AuditOutcome.Damaged => $"{terminal.Bad("✘ DAMAGED")}  {output.Log}: what is served is not what the checkpoint of {output.Size} entries signs",
            AuditOutcome.Untrusted => $"{terminal.Bad("✘ UNTRUSTED")}  {output.Log}: the checkpoint is not signed by a key that you trust",
            AuditOutcome.Unwitnessed => $"{terminal.Bad("‼ NOT WITNESSED")}  {output.Log}: the checkpoint of {output.Size} entries does not count by the policy",
            AuditOutcome.SplitView => $"{terminal.Bad("‼ SPLIT VIEW")}  {output.Log}: the signed checkpoint of {output.Size} entries and the one of {output.SeenSize} seen before are of two different logs",
            _ => $"{terminal.Bad("‼ ROLLBACK")}  {output.Log}: the signed checkpoint has {output.Size} entries, and had {output.SeenSize}",
        };
        text.Append($"\n  {output.Entries} entries hashed this time; {output.Resources} resources, {output.Bytes} bytes fetched");
        foreach (var fault in output.Faults.Take(MostFaults))
            text.Append($"\n  {terminal.Bad("✘")} {fault}");
        if (output.Faults.Count > MostFaults)
            text.Append($"\n  and {output.Faults.Count - MostFaults} more; --json lists them");
        if (report.Outcome is AuditOutcome.Holds or AuditOutcome.OtherEntries)
            text.Append($"\n  {WitnessText.SeenBy(report.Witnesses, terminal)}");
        if (output.OfferedPolicy is { } offered)
            text.Append($"\n  {terminal.Paint(Tone.Caution, "!")} its service names another policy now, which changes nothing here: {offered}. --policy FILE insists on one");
        foreach (var mirror in output.Mirrors ?? [])
            text.Append($"\n  {Of(mirror, output, terminal)}");
        foreach (var key in output.NewKeys)
            text.Append($"\n  {terminal.Paint(Tone.Caution, "!")} a key took over, as the log announced: {key}");
        if (report.Outcome == AuditOutcome.Untrusted)
            text.Append($"\n  If the keys were changed and no entry that your keys prove says so, get the new ones by a way that you trust, and\n  begin anew: truecopy audit URL --key NAME+ID+KEY --state FILE, with a file that is not there yet.");
        if (output.Evidence is { } evidence)
            text.Append($"\n  Both checkpoints, signed, are in {evidence}: show them to others who use this log.");
        else if (!output.KeyPinned)
            text.Append($"\n  The keys are those that the log gave itself, or that were pinned before; --key gives one that you trust.");
        return text;
    }

    private static Printable Of(MirrorOutput mirror, AuditOutput output, Terminal terminal) => mirror.State switch
    {
        "same" => $"{terminal.Good("✔")} {mirror.Mirror} has the same log",
        "behind" => $"{terminal.Good("✔")} {mirror.Mirror} has a beginning of this log: {mirror.Size} entries",
        "ahead" => $"{terminal.Paint(Tone.Caution, "!")} {mirror.Mirror} has {mirror.Size} entries that the log signed, and {output.Size} are shown: it publishes late, or hides the end. Look again in an hour",
        MirrorOutput.SplitView => $"{terminal.Bad("‼ SPLIT VIEW")}  the log signed one thing for {mirror.Mirror} and another for you. Both checkpoints are in {mirror.Evidence}: show them to others who use this log.",
        MirrorOutput.NoAnswer => $"{terminal.Paint(Tone.Caution, "!")} {mirror.Mirror} was not compared with: {mirror.Reason}",
        _ => $"{terminal.Bad("✘")} {mirror.Mirror} proves nothing: {mirror.Reason}",
    };

    private static string Since(AuditOutput output) => output.SeenSize is not { } seen ? "audited for the first time"
        : seen == output.Size ? "the same as the last time"
        : $"{output.Size - seen} more than the last time";
}

using System.Globalization;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Issuing;

/// <summary>What became of an upload, in words for a person.</summary>
internal static class IssueText
{
    private const int MostNamed = 20;

    public static Printable Of(IssueOutput result, Terminal terminal) => result.State switch
    {
        IssueState.Issued => $"{terminal.Good("✔ issued")}    {result.File}  log entry {result.LogIndex}{(result.Receipt is null ? "" : $"  receipt {result.Receipt}")}{Error(result)}",
        IssueState.Answered => $"{terminal.Good("✔ done")}      {result.File}  receipts {result.Receipt}{Error(result)}",
        IssueState.PartlyRefused => $"{terminal.Bad("✘ partly refused")}  {result.File}  {result.Problem!.Detail} Receipts {result.Receipt}{Error(result)}{Lines(result)}",
        IssueState.Uploaded => $"  uploaded  {result.File}  the answer will be in the container of your answers",
        IssueState.Rejected => $"{terminal.Bad("✘ rejected")}  {result.File}  {result.Problem!.Title}: {result.Problem.Detail}",
        IssueState.Failed => $"{terminal.Bad("✘ not issued")}  {result.File}  {result.Error}",
        IssueState.NotTried => $"{terminal.Bad("✘ not tried")}  {result.File}",
        _ when result.Error is { } error => $"{terminal.Bad("‼ unanswered")}  {result.File}  uploaded, but the answer cannot be read: {error}",
        _ => $"{terminal.Bad("‼ unanswered")}  {result.File}  uploaded, but the service has not answered yet; it will, in the container of your answers",
    };

    /// <summary>How many came to what, and which came to nothing.</summary>
    public static Printable Summary(IReadOnlyList<IssueOutput> results, Terminal terminal)
    {
        var text = new Printable();
        var counts = results.GroupBy(result => result.State).OrderBy(group => Array.IndexOf(IssueState.All, group.Key));
        text.AppendLine($"{string.Join(", ", counts.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count():N0} {group.Key}")))}");
        IssueOutput[] open = [.. results.Where(result => result.State is not (IssueState.Issued or IssueState.Answered or IssueState.Uploaded) || result.Error is not null)];
        foreach (var result in open.Take(MostNamed))
            text.Append($"  ").AppendLine(Of(result, terminal));
        if (open.Length > MostNamed)
            text.AppendLine($"  and {open.Length - MostNamed:N0} more; --json names all");
        if (open.Any(result => result.State is IssueState.Failed or IssueState.NotTried or IssueState.Unanswered))
            text.AppendLine($"  The same command again is harmless: what is issued is not issued twice.");
        return text;
    }

    /// <summary>What would be uploaded.</summary>
    /// <param name="files">The files.</param>
    /// <param name="planned">Their uploads; none where they go as one manifest.</param>
    /// <param name="issuer">Whose.</param>
    /// <param name="terminal">Where to write it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task WritePlanAsync(IReadOnlyList<SelectedFile> files, IReadOnlyList<PlannedUpload> planned, string issuer, Terminal terminal, CancellationToken cancellationToken)
    {
        foreach (var upload in planned)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = upload.Length is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"  {bytes:N0} bytes") : "";
            await terminal.Output.WriteLineAsync($"  would upload  {upload.File.Path}  as {upload.Path}, {WireName.Of(upload.Kind)}{length}");
        }

        foreach (var file in files.Where(_ => planned.Count == 0))
        {
            file.Check();
            await terminal.Output.WriteLineAsync($"  would list  {file.Path}  in one manifest");
        }

        await terminal.Output.WriteLineAsync($"{files.Count:N0} for {issuer}; nothing was uploaded");
    }

    private static string Error(IssueOutput result) => result.Error is null ? "" : $"  but {result.Error}";

    private static Printable Lines(IssueOutput result) =>
        (result.Problem!.Lines ?? []).Aggregate(new Printable(), (text, line) => text.Append($"\n    line {line.Line}: {line.Detail}"));
}

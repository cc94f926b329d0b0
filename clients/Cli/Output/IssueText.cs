namespace TrueCopy.Cli.Output;

/// <summary>What became of an upload, in words for a person.</summary>
internal static class IssueText
{
    public static Printable Of(IssueOutput result, Terminal terminal) => result.State switch
    {
        "issued" => $"{terminal.Good("✔ issued")}    {result.File}  log entry {result.LogIndex}{(result.Receipt is null ? "" : $"  receipt {result.Receipt}")}",
        "answered" => $"{terminal.Good("✔ done")}      {result.File}  receipts {result.Receipt}",
        "partly refused" => $"{terminal.Bad("✘ partly refused")}  {result.File}  {result.Problem!.Detail} Receipts {result.Receipt}{Lines(result)}",
        "uploaded" => $"  uploaded  {result.File}  the answer will be in the container of your answers",
        "rejected" => $"{terminal.Bad("✘ rejected")}  {result.File}  {result.Problem!.Title}: {result.Problem.Detail}",
        _ => $"{terminal.Bad("‼ unanswered")}  {result.File}  uploaded, but the service has not answered yet; it will, in the container of your answers",
    };

    private static Printable Lines(IssueOutput result) =>
        (result.Problem!.Lines ?? []).Aggregate(new Printable(), (text, line) => text.Append($"\n    line {line.Line}: {line.Detail}"));
}

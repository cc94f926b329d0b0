using TrueCopy.Cli.Files;

namespace TrueCopy.Cli.Issuing;

/// <summary>One act as the command line or a list asks for it.</summary>
/// <param name="Document">What is acted on.</param>
/// <param name="Successor">What takes its place; null unless it is superseded.</param>
/// <param name="Reason">Why; null if nothing is said.</param>
/// <param name="Note">What is added to that.</param>
/// <param name="Line">Line of the list; null if it is of the command line.</param>
internal sealed record RequestedAct(NamedDocument Document, NamedDocument? Successor, string? Reason, string? Note, long? Line = null);

/// <summary>Reads which acts are asked for, all of them before any is done.</summary>
internal static class RequestedActs
{
    /// <summary>Acts on documents that the command line names.</summary>
    /// <exception cref="CommandException">Some name nothing: it says which, all of them.</exception>
    public static async Task<IReadOnlyList<RequestedAct>> OfDocumentsAsync(
        IReadOnlyList<string> documents,
        string? successor,
        string? reason,
        string? note,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var (named, faults) = (new List<NamedDocument>(), new List<string>());
        foreach (var text in successor is null ? documents : [.. documents, successor])
        {
            try
            {
                named.Add(await NamedDocument.ReadAsync(text, terminal, cancellationToken));
            }
            catch (CommandException exception)
            {
                faults.Add(exception.Message);
            }
        }

        if (faults is [var only])
            throw new CommandException(ExitCode.Usage, $"{only} Nothing was done.");
        if (faults.Count > 0)
            throw new CommandException(ExitCode.Usage, $"{faults.Count} of {documents.Count} documents cannot be read, so nothing was done:") { Details = faults };
        var with = successor is null ? null : named[^1];
        return [.. named.Take(documents.Count).Select(document => new RequestedAct(document, with, reason, note))];
    }

    /// <summary>Acts that a table lists; what a line leaves open is as the command line says.</summary>
    /// <exception cref="CommandException">A line breaks a rule.</exception>
    public static async Task<IReadOnlyList<RequestedAct>> OfTableAsync(string file, ActKind kind, string? reason, string? note, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = LocalFile.Open(file);
            var rows = await ActTable.ReadAsync(content, WireName.Of(kind), cancellationToken);
            return [.. rows.Select(row => Read(row, kind, reason, note))];
        }
        catch (LineException fault)
        {
            throw new CommandException(ExitCode.Usage, $"{file}, {fault.Message}. Nothing was done.", fault);
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            throw LocalFile.Fault(file, "read", exception);
        }
    }

    private static RequestedAct Read(ActRow row, ActKind kind, string? reason, string? note)
    {
        var name = WireName.Of(kind);
        if (!string.Equals(row["act"], name, StringComparison.Ordinal))
            throw row.Fault("act", $"this command is to {name}, and the line says {row["act"]}");
        var isSuperseding = kind == ActKind.Supersede;
        if (!isSuperseding && (row["successorDigest"] ?? row["successorReference"]) is not null)
            throw row.Fault("successorDigest", "only supersede names a successor");
        var act = new RequestedAct(
            NamedDocument.Of(row, "algorithm", "digest", "reference"),
            isSuperseding ? NamedDocument.Of(row, "successorAlgorithm", "successorDigest", "successorReference") : null,
            row["reason"] ?? reason,
            row["note"] ?? note,
            row.Number);
        if (act.Reason is { } why && CheckReason(kind, why) is { } wrong)
            throw row.Fault("reason", wrong);
        return act.Note is { } text && StatedText.CheckText("note", text, StatedText.MaxNoteLength) is { } rule ? throw row.Fault("note", rule) : act;
    }

    /// <summary>The rule that a reason breaks; null if none.</summary>
    public static string? CheckReason(ActKind kind, string reason) => WireName.TryParse(reason, out ReasonCode code)
        ? StatedText.CheckReason(kind, code)
        : $"reason is one of {string.Join(", ", WireName.All<ReasonCode>())}";
}

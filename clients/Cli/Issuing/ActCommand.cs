using System.Buffers;
using System.CommandLine;
using System.Globalization;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Issuing;

/// <summary><c>truecopy revoke|suspend|reinstate|supersede DOCUMENT… --issuer ID</c></summary>
internal static class ActCommand
{
    /// <summary>One of the commands.</summary>
    /// <param name="Name">As the act is called in the log.</param>
    /// <param name="Kind">The act.</param>
    /// <param name="Done">What a document is after it.</param>
    /// <param name="What">What it does.</param>
    internal sealed record Act(string Name, ActKind Kind, string Done, string What);

    public static readonly IReadOnlyList<Act> All =
    [
        new("revoke", ActKind.Revoke, "revoked", "Take documents back for good. It cannot be undone: issuing the same bytes again is refused."),
        new("suspend", ActKind.Suspend, "suspended", "Put documents on hold, until they are reinstated."),
        new("reinstate", ActKind.Reinstate, "reinstated", "End the hold on documents."),
        new("supersede", ActKind.Supersede, "superseded", "Replace a document by another, which you have issued. Whoever verifies the old one is led to the new one."),
    ];

    public static Command Create(Act act, Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var (name, kind, done, what) = act;
        var documents = new Argument<string[]>("DOCUMENT")
        {
            Description = "A file (hashed here, not sent; - for standard input), a digest as sha-256:HEX, or your own reference as ref:REFERENCE.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        SharedOptions.RefuseOptions(documents);
        var from = new Option<string?>("--from") { HelpName = "FILE", Description = $"A table (CSV) of documents instead, with columns {string.Join(", ", StatedName.OfActs)}; - for standard input." };
        var yes = new Option<bool>("--yes") { Description = "With --from: do it without asking." };
        var successor = new Option<string?>("--with") { HelpName = "DOCUMENT", Description = "The document that takes its place, named in the same way." };
        var reason = new Option<string?>("--reason") { HelpName = "CODE", Description = $"Why: {string.Join(", ", WireName.All<ReasonCode>())}. Published in the log." };
        SharedOptions.Check(reason, code => RequestedActs.CheckReason(kind, code));
        reason.CompletionSources.Add([.. WireName.All<ReasonCode>()]);
        var note = SharedOptions.Text("--note", StatedText.MaxNoteLength, "What to tell those who hold the document. Not published.");
        var issuer = SharedOptions.Issuer();
        var inbox = SharedOptions.Inbox();
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var timeout = SharedOptions.Timeout();
        var json = SharedOptions.Json();
        var example = kind == ActKind.Supersede
            ? "truecopy supersede statement.pdf --with corrected.pdf --issuer demo-bank"
            : $"truecopy {name} statement.pdf ref:loan-4711 --issuer demo-bank --note \"asked for by the holder\"";
        var command = new Command(name, $"""
            {what}

            Uploads a list of acts to the issuer's container and waits for the answer. Only the issuer that issued a
            document can act on it. Every document is read before anything is done.

            With --from, a table as spreadsheets save it names the documents: the first line names the columns, separated
            by commas, semicolons or tabs; a line names its document by digest or by reference. It is shown how many they
            are, which, and how they stand now (asked of --service), and then asked; where nobody can be asked, --yes says so.

            Exit code 0 if everything was done, 1 if anything was refused, 2 if nothing was done, 3 if there is no answer.

            Examples:
              {example}
              truecopy {name} --from list.csv --issuer demo-bank
            """)
        { documents, from, yes, reason, note, issuer, inbox, service, keys, timeout, json };
        if (kind == ActKind.Supersede)
            command.Options.Add(successor);
        command.Validators.Add(parsed =>
        {
            var named = parsed.GetValue(documents) is { Length: > 0 };
            if (named == parsed.GetValue(from) is not null)
                parsed.AddError(named ? "DOCUMENT and --from exclude each other." : "Name a DOCUMENT, or a table of them with --from.");
            if (parsed.GetValue(yes) && parsed.GetValue(from) is null)
                parsed.AddError("--yes goes with --from.");
            if (kind == ActKind.Supersede && named == parsed.GetValue(successor) is null)
                parsed.AddError(named ? "--with names the document that takes its place." : "--with is for a DOCUMENT; a table names each one's successor.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var id = parsed.GetValue(issuer)!;
            var acts = parsed.GetValue(from) is { } table
                ? await RequestedActs.OfTableAsync(table, kind, parsed.GetValue(reason), parsed.GetValue(note), cancellationToken)
                : await RequestedActs.OfDocumentsAsync(parsed.GetValue(documents)!, kind == ActKind.Supersede ? parsed.GetValue(successor) : null, parsed.GetValue(reason), parsed.GetValue(note), terminal, cancellationToken);
            if (acts.Count > ActTable.MaxActs)
                throw new CommandException(ExitCode.Usage, $"A list has at most {ActTable.MaxActs} acts, and these are {acts.Count}.");
            var container = await IssuerInbox.OpenAsync(SharedOptions.InboxOf(parsed, inbox), id, cancellationToken);
            if (parsed.GetValue(from) is not null)
            {
                var address = SharedOptions.ServiceOf(parsed, service);
                var trust = await ServiceTrust.LoadAsync(known, address, SharedOptions.KeysOf(parsed, keys), SharedOptions.FromEnvironment(SharedOptions.PolicyVariable), cancellationToken);
                using var client = new TrueCopyClient(SharedOptions.Asking(address, trust, parsed.GetValue(timeout), acts.Count), network, time);
                var answers = await new ActPreview(client, id, terminal).TellAsync(kind, acts, cancellationToken);
                await trust.ConfirmAsync(client, answers, terminal, time, cancellationToken);
                if (!parsed.GetValue(yes) && !await ConfirmAsync(name, acts.Count, terminal, cancellationToken))
                {
                    await terminal.Error.WriteLineAsync($"Nothing was done.");
                    return ExitCode.Usage;
                }
            }

            var lines = new ArrayBufferWriter<byte>();
            foreach (var act in acts)
                UploadLines.WriteActLine(lines, name, act.Document, act.Successor, act.Reason, act.Note);
            var path = UploadLines.NewName("acts", ".acts.jsonl", time);
            await using var content = new MemoryStream(lines.WrittenSpan.ToArray());
            var etag = await container.UploadAsync(path, content, new Dictionary<string, string>(), progress: null, cancellationToken);
            var answer = await container.WaitAsync(path, etag, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancellationToken);
            var results = await DescribeAsync(container, acts, done, answer, cancellationToken);
            if (parsed.GetValue(json))
            {
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            }
            else
            {
                foreach (var result in results)
                    await terminal.Output.WriteLineAsync(Text(result, terminal));
                if (results.Count > 1)
                    await terminal.Output.WriteLineAsync($"{string.Join(", ", results.GroupBy(result => result.State).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count():N0} {group.Key}")))}");
            }

            return results.Select(result => ExitCodeOf(result.State)).Aggregate(ExitCode.Worse);
        });
        return command;
    }

    private static Task<bool> ConfirmAsync(string name, int count, Terminal terminal, CancellationToken cancellationToken) => terminal.CanAsk
        ? terminal.ConfirmAsync($"{char.ToUpperInvariant(name[0])}{name[1..]} {(count == 1 ? "it" : $"all {count:N0}")}?", cancellationToken)
        : throw new CommandException(ExitCode.Usage, "Nobody can be asked here, so nothing was done.") { Hint = "--yes does it without asking" };

    private static async Task<List<ActOutput>> DescribeAsync(
        IssuerInbox container,
        IReadOnlyList<RequestedAct> acts,
        string done,
        InboxAnswer? answer,
        CancellationToken cancellationToken)
    {
        var entries = new Dictionary<long, List<long>>();
        var refused = answer?.Problem?.Lines?.ToDictionary(line => line.Line, line => line.Detail) ?? [];
        if (answer?.Lines is { } blob)
        {
            await using var lines = await container.OpenAsync(blob, cancellationToken);
            await foreach (var line in ReceiptLine.ReadAsync(lines, cancellationToken))
            {
                if (line.Refused is { } why)
                {
                    refused[line.Line] = why;
                    continue;
                }

                if (!entries.TryGetValue(line.Line, out var indices))
                    entries.Add(line.Line, indices = []);
                indices.Add(line.LogIndex);
            }
        }

        return
        [
            .. acts.Select((act, i) =>
                entries.TryGetValue(i + 1, out var indices) ? new ActOutput(act.Document.Text, done, indices)
                : answer is null ? new ActOutput(act.Document.Text, "unanswered")
                : new ActOutput(act.Document.Text, "refused", Detail: refused.GetValueOrDefault(i + 1) ?? answer.Problem?.Detail)),
        ];
    }

    private static int ExitCodeOf(string state) => state switch
    {
        "refused" => ExitCode.NotVerified,
        "unanswered" => ExitCode.NoAnswer,
        _ => ExitCode.Verified,
    };

    private static Printable Text(ActOutput result, Terminal terminal) => result.State switch
    {
        "refused" => $"{terminal.Bad("✘ refused")}  {result.Document}  {result.Detail}",
        "unanswered" => $"{terminal.Bad("‼ unanswered")}  {result.Document}  uploaded, but the service has not answered yet; it will, in the container of your answers",
        var done => $"{terminal.Good($"✔ {done}")}  {result.Document}  log {(result.LogIndices!.Count == 1 ? "entry" : "entries")} {string.Join(", ", result.LogIndices)}",
    };
}

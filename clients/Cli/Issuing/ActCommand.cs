using System.Buffers;
using System.CommandLine;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Issuing;

/// <summary><c>truecopy revoke|suspend|reinstate|supersede DOCUMENT… --issuer ID</c></summary>
internal static class ActCommand
{
    public static IEnumerable<Command> CreateAll(Terminal terminal, TimeProvider time) =>
    [
        Create(ActKind.Revoke, "revoked", "Take documents back for good. It cannot be undone: issuing the same bytes again is refused.", terminal, time),
        Create(ActKind.Suspend, "suspended", "Put documents on hold, until they are reinstated.", terminal, time),
        Create(ActKind.Reinstate, "reinstated", "End the hold on documents.", terminal, time),
        Create(ActKind.Supersede, "superseded", "Replace a document by another, which you have issued. Whoever verifies the old one is led to the new one.", terminal, time),
    ];

    private static Command Create(ActKind kind, string done, string what, Terminal terminal, TimeProvider time)
    {
        var name = WireName.Of(kind);
        var documents = new Argument<string[]>("DOCUMENT")
        {
            Description = "A file (hashed here, not sent), a digest as sha-256:HEX, or your own reference as ref:REFERENCE.",
            Arity = ArgumentArity.OneOrMore,
        };
        var successor = new Option<string>("--with") { HelpName = "DOCUMENT", Description = "The document that takes its place, named in the same way.", Required = true };
        var reason = new Option<string?>("--reason") { HelpName = "CODE", Description = $"Why: {string.Join(", ", WireName.All<ReasonCode>())}. Published in the log." };
        reason.AcceptOnlyFromAmong([.. WireName.All<ReasonCode>()]);
        var note = new Option<string?>("--note") { HelpName = "TEXT", Description = "What to tell those who hold the document. Not published." };
        var issuer = SharedOptions.Issuer();
        var inbox = SharedOptions.Inbox();
        var timeout = SharedOptions.Timeout();
        var json = SharedOptions.Json();
        var example = kind == ActKind.Supersede
            ? "truecopy supersede statement.pdf --with corrected.pdf --issuer demo-bank"
            : $"truecopy {name} statement.pdf ref:loan-4711 --issuer demo-bank --note \"asked for by the holder\"";
        var command = new Command(name, $"""
            {what}

            Uploads a list of acts to the issuer's container and waits for the answer. Only the issuer that issued a
            document can act on it.

            Exit code 0 if everything was done, 1 if anything was refused.

            Example: {example}
            """)
        { documents, reason, note, issuer, inbox, timeout, json };
        if (kind == ActKind.Supersede)
            command.Options.Add(successor);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var named = new List<NamedDocument>();
            foreach (var text in parsed.GetValue(documents)!)
                named.Add(await NamedDocument.ReadAsync(text, terminal, cancellationToken));
            var with = kind == ActKind.Supersede ? await NamedDocument.ReadAsync(parsed.GetValue(successor)!, terminal, cancellationToken) : null;
            var lines = new ArrayBufferWriter<byte>();
            foreach (var document in named)
                UploadLines.WriteActLine(lines, name, document, with, parsed.GetValue(reason), parsed.GetValue(note));

            var container = new IssuerInbox(parsed.GetValue(inbox), parsed.GetValue(issuer)!);
            var path = UploadLines.NewName("acts", ".acts.jsonl", time);
            await using var content = new MemoryStream(lines.WrittenSpan.ToArray());
            var etag = await container.UploadAsync(path, content, new Dictionary<string, string>(), progress: null, cancellationToken);
            var answer = await container.WaitAsync(path, etag, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancellationToken);
            var results = await DescribeAsync(container, named, done, answer, cancellationToken);
            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else
                foreach (var result in results)
                    await terminal.Output.WriteLineAsync(Text(result, terminal));
            return results.Select(result => ExitCodeOf(result.State)).Aggregate(ExitCode.Worse);
        });
        return command;
    }

    private static async Task<List<ActOutput>> DescribeAsync(
        IssuerInbox container,
        IReadOnlyList<NamedDocument> documents,
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
            .. documents.Select((document, i) =>
                entries.TryGetValue(i + 1, out var indices) ? new ActOutput(document.Text, done, indices)
                : answer is null ? new ActOutput(document.Text, "unanswered")
                : new ActOutput(document.Text, "refused", Detail: refused.GetValueOrDefault(i + 1) ?? answer.Problem?.Detail)),
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

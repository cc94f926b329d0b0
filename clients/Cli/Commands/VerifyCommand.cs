using System.CommandLine;
using System.Globalization;
using System.Text;
using TrueCopy.Cli.Evidence;
using TrueCopy.Cli.Files;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy verify FILE…</c></summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var files = SharedOptions.Files("Files to verify.");
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var algorithm = SharedOptions.Algorithm("Digest to ask about; the issuer must have issued under it.");
        var issuer = new Option<string?>("--issuer") { HelpName = "ID", Description = "Ask what this institution says of the files; what others say does not count. Default: any institution." };
        var save = new Option<bool>("--save-receipts") { Description = "Keep each receipt as FILE.tlog-proof, or under --receipts, for checking offline." };
        var checkDomain = new Option<bool>("--check-domain") { Description = "Ask the institution's own domain, too, whether it is that issuer of this log." };
        var evidence = new Option<string?>("--evidence") { HelpName = "ZIP", Description = "Save evidence for the file of a case: a report, receipts, keys, and how to check them offline. Never the documents." };
        var number = CaseText("--case", "NUMBER", "Case number, for the report of --evidence.");
        var officer = CaseText("--officer", "NAME", "Who checks, for the report of --evidence.");
        var force = new Option<bool>("--force") { Description = "Let --evidence take the place of a file that is there." };
        var offline = new Option<bool>("--offline") { Description = "Use no network: check each file against its receipt, and how it stands by the status that is kept." };
        var status = new Option<string?>("--status") { HelpName = "FILE", Description = "The status of the log, for --offline. Default: where truecopy status fetch keeps that of --service, if it does." };
        var receipts = new Option<string?>("--receipts") { HelpName = "DIR", Description = "Folder of receipts, named as the files are within the folder or pattern given. Default: beside each file." };
        var details = new Option<bool>("--details") { Description = "Of several files, show each one whole rather than in a table." };
        var timeout = SharedOptions.Patience();
        var json = SharedOptions.Json();
        var command = new Command("verify", """
            Verify files: is each, byte for byte, what an institution issued, and does it still stand?

            Hashes here, several files at a time, asks the service about the hashes, up to 1,000 in a request, and checks
            every receipt here: that it is about this file, that the entry is in the log, and that the log's key signed
            it. The answer has to prove, too, how the document stands: the log's own status, which its last entry commits to. An
            answer that does not prove what it says is no answer (exit code 3). Of several files there is a table of
            those to look at, and the counts.

            Several institutions may have issued the same bytes. Where they do not say the same of them, the verdict is
            "conflicting" and each one's word is shown: ask for the institution that the document names, with --issuer.

            The log's key is the one of --key. Without it, it is taken from the service on first use and kept; from then
            on the service is held to that key and to the log that it showed: a log with another key, one that does not go
            on from what it was, or one smaller than was seen half a minute ago or earlier, is told loudly and nothing of
            it relied on (exit code 3); what was seen is kept with --key too. A new key is learned only from an entry of
            the log that lists it, proven by the keys before it. The time of the answer has to be that of this machine,
            within five minutes, and by this machine's clock a document is expired or not valid yet.

            Witnesses are independent parties that have seen the log. With --policy FILE an answer counts only if those that
            the file asks for have seen the log that it rests on; without it, those that the service named at first use.
            The answer says who saw it and when. What too few have seen, or not since --max-age (an hour), is no answer (exit
            code 4): somebody may be showing you a log that others are not shown, or one of before. See truecopy policy.

            With --check-domain the institution's own website is asked as well, at the domain that the registry states: does
            https://DOMAIN/.well-known/truecopy.json name this log, its key and this issuer? The log proves who issued under
            which name; the domain vouches that this is its owner. Whether the domain is the institution's, you know
            yourself. Contradicted is exit code 1, no answer 3; where nothing is stated, nothing follows.

            With --evidence what was found, whatever it is, is saved as one zip file with the names and the layout of the page's
            "Save evidence": report.html (to print) and report.txt, receipts, the answer, the signed state of the log, its keys, a
            script that checks a receipt with openssl alone, and README.txt, which says how to check all of it offline. The
            documents are not in it. Its fingerprint is told: with that anyone can tell later that it is the same evidence.

            With --offline a receipt (FILE.tlog-proof) takes the place of the service, judged by --key, or by the keys
            kept from earlier runs against that --service. It proves that the act happened. How the document stands is said by
            the status that truecopy status fetch has kept, as of then, and nobody learns which documents you hold; how old
            that is, is told, and with --max-age it may be no older (exit code 3). A document of after that is no answer
            (exit code 3): fetch it anew. Without a kept status, the receipt's own counts, as of when it was made.

            Examples:
              truecopy verify statement.pdf
              truecopy verify inbox --service https://verify.example --key log.vkey
              truecopy verify 'inbox/**/*.pdf' --issuer demo-bank --json
              truecopy verify statement.pdf --policy both-sides.policy
              truecopy verify statement.pdf --check-domain
              truecopy verify statement.pdf --evidence LN-2026-42.zip --case LN-2026-42 --officer 'M. Chan'
              truecopy verify inbox --save-receipts && truecopy verify inbox --offline
              truecopy status fetch && truecopy verify inbox --offline --max-age 1h

            Exit codes: 0 verified, 1 not verified, 2 wrong usage, 3 no answer, 4 not witnessed, 10 revoked, 11 suspended, 12 superseded,
            13 expired, 14 not yet valid, 15 institutions differ; with --offline the same of what the receipt proves, 1 if
            it does not hold and 3 if there is none. Of several files the gravest counts (truecopy --help).

            Files:
              FILE.tlog-proof              a file's receipt
              ~/.config/truecopy/known-logs.json
                                           keys and last checkpoint of each log, by address of the service
                                           ($XDG_CONFIG_HOME, or %APPDATA% on Windows); see truecopy keys
            """)
        { files, service, keys, policy, maxAge, algorithm, issuer, save, checkDomain, evidence, number, officer, force, offline, status, receipts, details, timeout, json };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(offline) && (parsed.GetValue(save) || parsed.GetValue(checkDomain) || parsed.GetValue(evidence) is not null || parsed.GetValue(issuer) is not null))
                parsed.AddError("--offline asks nobody: --save-receipts, --check-domain, --evidence and --issuer do not go with it.");
            if (parsed.GetValue(status) is not null && !parsed.GetValue(offline))
                parsed.AddError("--status goes with --offline.");
            if (parsed.GetValue(evidence) is null && (parsed.GetValue(number) is not null || parsed.GetValue(officer) is not null || parsed.GetValue(force)))
                parsed.AddError("--case, --officer and --force go with --evidence.");
            if (parsed.GetValue(evidence) is { } zip && !parsed.GetValue(force) && Path.Exists(zip))
                parsed.AddError($"{zip} is there already. Name another file, or replace it with --force.");
            if (parsed.GetValue(receipts) is not null && !parsed.GetValue(offline) && !parsed.GetValue(save))
                parsed.AddError("--receipts goes with --offline or --save-receipts.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var selected = FileSelection.Of(parsed.GetValue(files)!);
            var address = SharedOptions.ServiceOf(parsed, service);
            var trust = await ServiceTrust.LoadAsync(known, address, SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var table = !parsed.GetValue(details) && selected.Count > 1;
            if (parsed.GetValue(offline))
            {
                var statusFile = new StatusFile(parsed.GetValue(status) ?? StatusFile.DefaultPath(known, address));
                var kept = parsed.GetValue(status) is not null || statusFile.Exists ? await statusFile.ReadAsync(trust, time, cancellationToken) : null;
                var limit = parsed.GetResult(maxAge) is { Implicit: false } ? parsed.GetValue(maxAge) : (TimeSpan?)null;
                var checks = new OfflineFiles(terminal, time, trust, parsed.GetValue(receipts), kept, limit);
                return await checks.RunAsync(selected, table, parsed.GetValue(json), cancellationToken);
            }

            var began = time.GetTimestamp();
            using var client = new TrueCopyClient(SharedOptions.Asking(address, trust, parsed.GetValue(timeout), selected.Count, parsed.GetValue(maxAge)), network, time);
            var asked = parsed.GetValue(issuer);
            if (asked is not null && !IssuerContainer.IsId(asked))
                throw await NamedIssuer.RefuseAsync(client, asked, cancellationToken);
            var online = new OnlineFiles(client, terminal, SharedOptions.Resolve(parsed.GetValue(algorithm)!), asked);
            var verified = await online.RunAsync(selected, cancellationToken);
            if (asked is not null && verified.All(file => file.Answer is not { Results.Count: > 0 }))
                await NamedIssuer.CheckAsync(client, asked, cancellationToken);
            await trust.ConfirmAsync(client, [.. verified.Select(file => file.Answer).OfType<CheckedAnswer>()], terminal, time, cancellationToken);

            if (parsed.GetValue(save))
                await SaveReceiptsAsync(verified, parsed.GetValue(receipts), terminal, cancellationToken);
            var domains = parsed.GetValue(checkDomain) ? await DomainsAsync(client, verified, time, cancellationToken) : [];
            VerifyOutput[] results = [.. verified.Select(file => VerifyOutput.Of(file, trust.KeySource, asked) with { Domains = DomainText.Of(file.Answer, domains) })];
            EvidenceOutput? saved = null;
            if (parsed.GetValue(evidence) is { } path)
            {
                var basis = new EvidenceBasis(address, await client.KeysAsync(cancellationToken), trust, client.Policy, domains);
                var (zip, fingerprint) = CaseEvidence.Make([.. verified.Zip(results)], new Case(parsed.GetValue(number), parsed.GetValue(officer)), basis, terminal, time.GetUtcNow());
                await LocalFile.ReplaceAsync(path, zip, cancellationToken, parsed.GetValue(force));
                saved = new EvidenceOutput(path, fingerprint);
                results = [.. results.Select(result => result with { Evidence = saved })];
            }

            if (parsed.GetValue(json))
            {
                await terminal.Output.WriteLineAsync(CliJson.Write<VerifyOutput>([.. results]));
            }
            else
            {
                if (table)
                    VerdictTable.Write(
                        [.. verified.Zip(results, (file, result) => VerdictTable.RowOf(file, result, terminal))],
                        string.Create(CultureInfo.InvariantCulture, $"{client.RequestsSent:N0} request{(client.RequestsSent == 1 ? "" : "s")} in {time.GetElapsedTime(began).TotalSeconds:0.00} s"),
                        terminal);
                else
                    foreach (var (file, result) in verified.Zip(results))
                        await terminal.Output.WriteAsync(VerdictText.Of(result, file.Answer, terminal));
                if (table)
                    await terminal.Output.WriteAsync(WitnessText.OfMany(verified.Select(file => file.Answer), terminal));
                await terminal.Output.WriteAsync(DomainText.Of(domains));
                if (saved is not null)
                    await terminal.Output.WriteAsync($"evidence saved as {saved.File}; write its fingerprint into the case file:\n  {saved.Fingerprint}\n");
                if (!trust.HasKeys && verified.Any(file => file.Answer is not null))
                    await terminal.Output.WriteAsync(VerdictText.FirstUse(await client.KeysAsync(cancellationToken), client.Policy, known.Path));
            }

            return results.Select(ExitCode.Of).Concat(domains.Select(ExitCode.Of)).Aggregate(ExitCode.Worse);
        });
        return command;
    }

    private static Option<string?> CaseText(string name, string helpName, string description)
    {
        var option = new Option<string?>(name) { HelpName = helpName, Description = description };
        option.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string?>() ?? "";
            if (text.Length is 0 or > 200)
                result.AddError($"{name} has 1 to 200 characters.");
            else if (UnseenCharacters.Check(name, text) is { } rule)
                result.AddError(rule);
        });
        return option;
    }

    private static async Task<IReadOnlyList<DomainCheck>> DomainsAsync(TrueCopyClient client, IReadOnlyList<VerifiedFile> verified, TimeProvider time, CancellationToken cancellationToken)
    {
        using var domains = new DomainChecker(network: null, time);
        var checks = new List<DomainCheck>();
        foreach (var id in verified.SelectMany(file => file.Answer is { Fault: null } answer ? answer.Document.Results : []).Select(result => result.Issuer.Id).Distinct())
            checks.Add(await client.CheckDomainAsync(id, domains, cancellationToken));
        return checks;
    }

    private static async Task SaveReceiptsAsync(IReadOnlyList<VerifiedFile> verified, string? folder, Terminal terminal, CancellationToken cancellationToken)
    {
        foreach (var file in verified.Where(file => file.Answer?.Results.Count > 0))
        {
            // One receipt would hide what the others say.
            if (file.Answer!.Verdict == Verdict.Conflicting)
                await terminal.Error.WriteLineAsync($"truecopy: no receipt of {file.File.Path} is kept: institutions differ about it; {VerdictText.AskForOne}");
            else
                await LocalFile.ReplaceAsync(file.File.ReceiptPath(folder), Encoding.UTF8.GetBytes(file.Answer.Results[0].Document.Receipt), cancellationToken);
        }
    }
}

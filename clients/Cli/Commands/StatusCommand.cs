using System.CommandLine;
using System.Net;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy status REFERENCE --issuer ID</c></summary>
internal static class StatusCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
    {
        var reference = new Argument<string>("REFERENCE") { Description = $"Your own name for the document, at most {StatedText.MaxReferenceLength} characters." };
        var issuer = SharedOptions.Issuer();
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var timeout = SharedOptions.Patience();
        var json = SharedOptions.Json();
        var command = new Command("status", """
            Say how the documents stand that were issued under a reference. Only for the issuer: references can be
            guessed, so nobody else may ask about them.

            The exit code is that of the gravest verdict, as for verify; 1 if nothing was issued under the reference.

            For verifiers there are two commands below it: fetch keeps the status of every document of the log, for checking
            receipts offline, and show tells what is kept. A reference of one of these names is given after two dashes.

            Examples:
              truecopy status loan-4711 --issuer demo-bank
              truecopy status fetch --service https://verify.example
            """)
        { reference, issuer, service, keys, policy, maxAge, timeout, json };
        command.Subcommands.Add(KeptStatusCommands.CreateFetch(terminal, network, known, time));
        command.Subcommands.Add(KeptStatusCommands.CreateShow(terminal, known, time));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = SharedOptions.ServiceOf(parsed, service);
            var trust = await ServiceTrust.LoadAsync(known, address, SharedOptions.KeysOf(parsed, keys), SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            using var client = new TrueCopyClient(SharedOptions.Asking(address, trust, parsed.GetValue(timeout), files: 1, parsed.GetValue(maxAge)), network, time);
            var name = parsed.GetValue(reference)!;
            var issuerId = parsed.GetValue(issuer)!;
            var results = new List<VerifyOutput>();
            if (!IssuerContainer.IsId(issuerId))
                throw await NamedIssuer.RefuseAsync(client, issuerId, cancellationToken);
            IReadOnlyList<CheckedAnswer> documents;
            try
            {
                documents = await client.DocumentsAsync(issuerId, name, cancellationToken);
            }
            catch (NoAnswerException exception) when (exception.Status == HttpStatusCode.NotFound)
            {
                throw await NamedIssuer.RefuseAsync(client, issuerId, cancellationToken);
            }

            await trust.ConfirmAsync(client, documents, terminal, time, cancellationToken);
            foreach (var document in documents)
            {
                var answer = document.OfIssuer(issuerId);
                var result = VerifyOutput.Of(name, answer, trust.KeySource);
                results.Add(result);
                if (!parsed.GetValue(json))
                    await terminal.Output.WriteAsync(VerdictText.Of(result, answer, terminal));
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else if (results.Count(result => ExitCode.Of(result) == ExitCode.Verified) > 1)
                await terminal.Output.WriteLineAsync($"Several documents stand under this reference. Deleting or overwriting is not revoking: each stands until you revoke it.");
            else if (results.Count == 0)
                await terminal.Output.WriteLineAsync($"{terminal.Bad("? UNKNOWN")}  Nothing was issued under {name}.");
            return results.Count == 0 ? ExitCode.NotVerified : results.Select(ExitCode.Of).Aggregate(ExitCode.Worse);
        });
        return command;
    }
}

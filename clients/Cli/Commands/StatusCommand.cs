using System.CommandLine;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Service;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Digests;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy status REFERENCE --issuer ID</c></summary>
internal static class StatusCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network)
    {
        var reference = new Argument<string>("REFERENCE") { Description = $"Your own name for the document, at most {Confidential.MaxReferenceLength} characters." };
        var issuer = SharedOptions.Issuer();
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var json = SharedOptions.Json();
        var command = new Command("status", """
            Say how the documents stand that were issued under a reference. Only for the issuer: references can be
            guessed, so nobody else may ask about them.

            The exit code is that of the gravest verdict, as for verify; 1 if nothing was issued under the reference.

            Example: truecopy status loan-4711 --issuer demo-bank
            """)
        { reference, issuer, service, keys, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new ServiceClient(parsed.GetValue(service)!, network, TimeProvider.System);
            var given = parsed.GetValue(keys)!;
            var logKeys = given.Length > 0 ? await LogKeys.ReadAsync(given, cancellationToken) : await client.KeysAsync(cancellationToken);
            var name = parsed.GetValue(reference)!;
            var answer = await client.DocumentsAsync(parsed.GetValue(issuer)!, name, cancellationToken);
            var results = new List<VerifyOutput>();
            foreach (var document in answer.Documents)
            {
                if (!Digest.TryParse($"{document.Algorithm}:{document.Digest}", out var digest))
                    throw new CommandException(ExitCode.NoAnswer, "The service's answer names no digest.");
                var (result, checks) = VerifyCommand.Judge(name, digest, document, logKeys, parsed.GetValue(issuer));
                results.Add(result);
                if (!parsed.GetValue(json))
                    await terminal.Output.WriteAsync(VerdictText.Of(result, checks, terminal));
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else if (results.Count == 0)
                await terminal.Output.WriteLineAsync($"{terminal.Bad("? UNKNOWN")}  Nothing was issued under {name}.");
            return results.Count == 0 ? ExitCode.NotVerified : results.Select(VerifyCommand.ExitCodeOf).Aggregate(ExitCode.Worse);
        });
        return command;
    }
}

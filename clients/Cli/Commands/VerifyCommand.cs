using System.CommandLine;
using System.Text;
using TrueCopy.Cli.Output;
using TrueCopy.Client;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy verify FILE…</c></summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network)
    {
        var files = SharedOptions.Files("Files to verify.");
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var algorithm = SharedOptions.Algorithm("Digest to ask about; the issuer must have issued under it.");
        var issuer = new Option<string?>("--issuer") { HelpName = "ID", Description = "Ask what this institution says of the files; what others say does not count. Default: any institution." };
        var save = new Option<bool>("--save-receipts") { Description = "Keep each receipt as FILE.tlog-proof, for checking offline." };
        var json = SharedOptions.Json();
        var command = new Command("verify", """
            Verify files: is each, byte for byte, what an institution issued, and does it still stand?

            Hashes here, asks the service about the hash, and checks the receipt here: that it is about this file, that
            the entry is in the log, and that the log's key signed it. An answer whose receipt does not hold is no
            answer (exit code 3).

            Without --key the log's key comes from the service itself, which proves less; pin it once you know it.

            Examples:
              truecopy verify statement.pdf
              truecopy verify *.pdf --service https://verify.example --key log.vkey --json
            """)
        { files, service, keys, algorithm, issuer, save, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] paths = parsed.GetValue(files)!;
            var digests = new List<Digest>();
            foreach (var path in paths)
                digests.AddRange(await LocalFile.HashAsync(path, [SharedOptions.Resolve(parsed.GetValue(algorithm)!)], terminal, cancellationToken));

            var given = parsed.GetValue(keys)!;
            var pinned = given.Length > 0 ? await KeyOption.ReadAsync(given, cancellationToken) : null;
            using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = parsed.GetValue(service)!, Keys = pinned }, network);
            var answers = await client.VerifyAsync(digests, cancellationToken);

            var results = new List<VerifyOutput>();
            var exitCode = ExitCode.Verified;
            for (var i = 0; i < paths.Length; i++)
            {
                var answer = parsed.GetValue(issuer) is { } only ? answers[i].OfIssuer(only) : answers[i];
                var result = VerifyOutput.Of(paths[i], answer, pinned is not null);
                var checks = answer.Receipts;
                results.Add(result);
                exitCode = ExitCode.Worse(exitCode, ExitCode.Of(result));
                if (!parsed.GetValue(json))
                    await terminal.Output.WriteAsync(VerdictText.Of(result, checks, terminal));
                if (parsed.GetValue(save) && checks.Count > 0)
                    await LocalFile.WriteAsync(paths[i] + Receipt.FileExtension, Encoding.UTF8.GetBytes(result.Answer!.Results[0].Receipt), cancellationToken);
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else if (pinned is null)
                await terminal.Output.WriteAsync(VerdictText.PinTheKey(await client.KeysAsync(cancellationToken)));
            return exitCode;
        });
        return command;
    }
}

using System.CommandLine;
using System.Text;
using TrueCopy.Cli.Output;
using TrueCopy.Cli.Service;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Receipts;
using TrueCopy.Verification.Verdicts;

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
            using var client = new ServiceClient(parsed.GetValue(service)!, network, TimeProvider.System);
            string[] paths = parsed.GetValue(files)!;
            var digests = new List<Digest>();
            foreach (var path in paths)
                digests.AddRange(await LocalFile.HashAsync(path, [SharedOptions.Resolve(parsed.GetValue(algorithm)!)], terminal, cancellationToken));

            var given = parsed.GetValue(keys)!;
            var logKeys = given.Length > 0 ? await LogKeys.ReadAsync(given, cancellationToken) : await client.KeysAsync(cancellationToken);
            var answers = await client.VerifyAsync(digests, cancellationToken);

            var results = new List<VerifyOutput>();
            var exitCode = ExitCode.Verified;
            for (var i = 0; i < paths.Length; i++)
            {
                var (result, checks) = Judge(paths[i], digests[i], answers[i], logKeys, parsed.GetValue(issuer));
                results.Add(result);
                exitCode = ExitCode.Worse(exitCode, ExitCodeOf(result));
                if (!parsed.GetValue(json))
                    await terminal.Output.WriteAsync(VerdictText.Of(result, checks, terminal));
                if (parsed.GetValue(save) && checks.Count > 0)
                    await LocalFile.WriteAsync(paths[i] + Receipt.FileExtension, Encoding.UTF8.GetBytes(result.Answer!.Results[0].Receipt), cancellationToken);
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else if (!logKeys.Pinned)
                await terminal.Output.WriteAsync(VerdictText.PinTheKey(logKeys));
            return exitCode;
        });
        return command;
    }

    /// <summary>Checks an answer, and narrows it to one issuer if only that one counts.</summary>
    internal static (VerifyOutput Output, IReadOnlyList<ReceiptCheck> Checks) Judge(string path, Digest digest, VerdictDocument answer, LogKeys keys, string? issuer)
    {
        try
        {
            var checks = AnswerCheck.Run(answer, digest, keys);
            if (issuer is not null)
            {
                ResultDocument[] results = [.. answer.Results.Where(result => result.Issuer.Id == issuer)];
                checks = [.. checks.Where(check => check.Entry.Issuer == issuer)];
                answer = answer with { Verdict = results is [var own, ..] ? own.Verdict : Verdict.Unknown, Results = results };
            }

            bool? verified = checks.Count == 0 ? null : true;
            return (new VerifyOutput(path, digest.Algorithm.Name, digest.Hex, answer.Verdict, verified, keys.Pinned, null, answer), checks);
        }
        catch (ReceiptException exception)
        {
            return (new VerifyOutput(path, digest.Algorithm.Name, digest.Hex, null, false, keys.Pinned, exception.Message, answer), []);
        }
    }

    internal static int ExitCodeOf(VerifyOutput result) => result.Verdict is { } verdict ? ExitCode.Of(verdict) : ExitCode.NoAnswer;
}

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
    private const string DefaultService = "http://127.0.0.1:7071";

    public static Command Create(Terminal terminal, HttpMessageHandler network)
    {
        var files = SharedOptions.Files("Files to verify.");
        var service = new Option<Uri>("--service")
        {
            HelpName = "URL",
            Description = $"Address of the service. Default: {DefaultService}, a local one.",
            CustomParser = result => Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : Refuse(result),
            DefaultValueFactory = _ => new Uri(SharedOptions.FromEnvironment("TRUECOPY_SERVICE") ?? DefaultService),
        };
        var keys = SharedOptions.Keys(required: false);
        var algorithm = SharedOptions.Algorithm("Digest to ask about; the issuer must have issued under it.");
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
        { files, service, keys, algorithm, save, json };
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
                var (result, check) = Judge(paths[i], digests[i], answers[i], logKeys);
                results.Add(result);
                exitCode = ExitCode.Worse(exitCode, ExitCodeOf(result));
                if (!parsed.GetValue(json))
                    await terminal.Output.WriteAsync(VerdictText.Of(result, check, terminal));
                if (parsed.GetValue(save) && check is not null)
                    await LocalFile.WriteAsync(paths[i] + Receipt.FileExtension, Encoding.UTF8.GetBytes(answers[i].Receipt!), cancellationToken);
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            else if (!logKeys.Pinned)
                await terminal.Output.WriteAsync(VerdictText.PinTheKey(logKeys));
            return exitCode;
        });
        return command;
    }

    private static (VerifyOutput Output, ReceiptCheck? Check) Judge(string path, Digest digest, VerdictDocument answer, LogKeys keys)
    {
        try
        {
            var check = AnswerCheck.Run(answer, digest, keys);
            bool? verified = check is null ? null : true;
            return (new VerifyOutput(path, digest.Algorithm.Name, digest.Hex, answer.Verdict, verified, keys.Pinned, null, answer), check);
        }
        catch (ReceiptException exception)
        {
            return (new VerifyOutput(path, digest.Algorithm.Name, digest.Hex, null, false, keys.Pinned, exception.Message, answer), null);
        }
    }

    private static int ExitCodeOf(VerifyOutput result) => result.Verdict switch
    {
        null => ExitCode.NoAnswer,
        Verdict.Verified => ExitCode.Verified,
        _ => ExitCode.NotVerified,
    };

    private static Uri Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--service is an http or https address.");
        return new Uri(DefaultService);
    }
}

using System.CommandLine;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy hash FILE…</c></summary>
internal static class HashCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = SharedOptions.Files("Files to hash.");
        var algorithm = new Option<string[]>("--algorithm")
        {
            Description = "Digest algorithm; may be repeated, for several in one pass. Default: sha-256.",
            DefaultValueFactory = _ => [DigestAlgorithm.Sha256.Name],
        };
        algorithm.AcceptOnlyFromAmong([.. DigestAlgorithm.All.Select(known => known.Name)]);
        var json = SharedOptions.Json();
        var command = new Command("hash", """
            Hash files, as the service would. Nothing leaves this machine.

            Prints what sha256sum prints: the digest in hex, two spaces, the file; with several algorithms, the
            algorithm's name before each digest.

            Example: truecopy hash statement.pdf --algorithm sha-256 --algorithm sm3
            """)
        { files, algorithm, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            DigestAlgorithm[] algorithms = [.. parsed.GetValue(algorithm)!.Distinct().Select(SharedOptions.Resolve)];
            var results = new List<HashOutput>();
            foreach (var file in parsed.GetValue(files)!)
            {
                var digests = await LocalFile.HashAsync(file, algorithms, terminal, cancellationToken);
                results.Add(new HashOutput(file, digests.ToDictionary(digest => digest.Algorithm.Name, digest => digest.Hex)));
                if (parsed.GetValue(json))
                    continue;
                foreach (var digest in digests)
                    await terminal.Output.WriteLineAsync($"{(algorithms.Length > 1 ? $"{digest.Algorithm}  " : "")}{digest.Hex}  {file}");
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            return ExitCode.Verified;
        });
        return command;
    }
}

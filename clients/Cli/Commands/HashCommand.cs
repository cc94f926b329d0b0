using System.CommandLine;
using TrueCopy.Cli.Files;
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
            algorithm's name before each digest. A file that cannot be read is told on standard error, the others are
            hashed, and the exit code is 2.

            Example: truecopy hash statement.pdf --algorithm sha-256 --algorithm sm3
            """)
        { files, algorithm, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            DigestAlgorithm[] algorithms = [.. parsed.GetValue(algorithm)!.Distinct().Select(SharedOptions.Resolve)];
            var results = new List<HashOutput>();
            var unreadable = 0;
            foreach (var file in FileSelection.Of(parsed.GetValue(files)!))
            {
                IReadOnlyList<Digest> digests;
                try
                {
                    file.Check();
                    digests = await LocalFile.HashAsync(file.Path, algorithms, terminal, cancellationToken);
                }
                catch (CommandException exception)
                {
                    unreadable++;
                    await terminal.Error.WriteLineAsync($"truecopy: {exception.Message}");
                    continue;
                }

                results.Add(new HashOutput(file.Path, digests.ToDictionary(digest => digest.Algorithm.Name, digest => digest.Hex)));
                if (parsed.GetValue(json))
                    continue;
                foreach (var digest in digests)
                    await terminal.Output.WriteLineAsync($"{(algorithms.Length > 1 ? $"{digest.Algorithm}  " : "")}{digest.Hex}  {file.Path}");
            }

            if (parsed.GetValue(json))
                await terminal.Output.WriteLineAsync(CliJson.Write(results));
            if (unreadable > 0 && unreadable + results.Count > 1)
                await terminal.Error.WriteLineAsync($"truecopy: {results.Count:N0} hashed, {unreadable:N0} not.");
            return unreadable > 0 ? ExitCode.Usage : ExitCode.Verified;
        });
        return command;
    }
}

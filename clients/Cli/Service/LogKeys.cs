using TrueCopy.TransparencyLog;
using TrueCopy.TransparencyLog.Notes;

namespace TrueCopy.Cli.Service;

/// <summary>The keys that receipts are judged by.</summary>
/// <param name="Verifiers">Keys of one log; their common name is its origin.</param>
/// <param name="Pinned">Whether the user gave them; if not, they are as trustworthy as the service itself.</param>
internal sealed record LogKeys(IReadOnlyList<NoteVerifier> Verifiers, bool Pinned)
{
    /// <summary>Reads verifier keys given on the command line: each a key, or a file with one a line.</summary>
    public static async Task<LogKeys> ReadAsync(IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var value in values)
        {
            if (File.Exists(value))
                lines.AddRange((await File.ReadAllLinesAsync(value, cancellationToken)).Where(line => line.Length > 0));
            else
                lines.Add(value);
        }

        return Parse(lines, pinned: true, ExitCode.Usage);
    }

    public static LogKeys Parse(IReadOnlyList<string> lines, bool pinned, int exitCode)
    {
        try
        {
            var verifiers = lines.Select(NoteVerifier.Parse).ToArray();
            if (verifiers.Length == 0)
                throw new CommandException(exitCode, "There is no verifier key.");
            return verifiers.All(verifier => verifier.Name == verifiers[0].Name)
                ? new LogKeys(verifiers, pinned)
                : throw new CommandException(exitCode, "The verifier keys are of different logs.");
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(exitCode, $"A verifier key cannot be used: {exception.Message}. It should look like name+id+base64.", exception);
        }
    }
}

using System.Text;
using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary>Verifier keys given on the command line: each a key, or a file with one a line.</summary>
internal static class KeyOption
{
    public static async Task<LogKeys> ReadAsync(IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var value in values)
        {
            if (File.Exists(value))
                lines.AddRange(Encoding.UTF8.GetString(await LocalFile.ReadAsync(value, cancellationToken)).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
            else
                lines.Add(value);
        }

        try
        {
            return LogKeys.Pin(lines);
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"--key cannot be used: {exception.Message}. A key looks like name+id+base64.", exception);
        }
    }
}

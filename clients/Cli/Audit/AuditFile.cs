using System.Text;

namespace TrueCopy.Cli.Audit;

/// <summary>The memory of audits as a file, and beside it the evidence of what no honest log does.</summary>
internal sealed class AuditFile(string path) : IAuditMemory
{
    public string Path => path;

    /// <summary>Where the memory of a log is kept if nobody says otherwise: the user's own data folder.</summary>
    public static string DefaultPath(Uri log)
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        var name = string.Concat($"{log.Authority}{log.AbsolutePath}".Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return System.IO.Path.Combine(folder, "truecopy", "audit", $"{name.Trim('_')}.json");
    }

    public async Task<AuditMemory?> LoadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return AuditMemory.Decode(await LocalFile.ReadAsync(path, cancellationToken));
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be used: {exception.Message}. Without it, earlier checkpoints are not compared with; move it away to begin anew.", exception);
        }
    }

    /// <inheritdoc/>
    public async Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken)
    {
        MakeFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        await LocalFile.ReplaceAsync(path, memory.Encode(), cancellationToken);
    }

    /// <summary>Keeps two signed checkpoints, byte for byte: whoever has the log's key can see from them alone what was done.</summary>
    /// <returns>The file.</returns>
    public async Task<string> KeepEvidenceAsync(AuditReport report, CancellationToken cancellationToken)
    {
        var seen = report.SeenNote!.Value;
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. seen.Span, .. report.Note.Span]))[..16];
        var evidence = $"{path}.evidence-{hash}.txt";
        await LocalFile.ReplaceAsync(
            evidence,
            Encoding.UTF8.GetBytes($"""
                {report.Outcome}: two signed checkpoints of one log.

                --- seen before ---
                {Encoding.UTF8.GetString(seen.Span)}
                --- seen now ---
                {Encoding.UTF8.GetString(report.Note.Span)}
                """),
            cancellationToken);
        return evidence;
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            throw LocalFile.Fault(folder, "made", exception);
        }
    }
}

using System.Text;

namespace TrueCopy.Cli.Audit;

/// <summary>The memory of audits as a file, and beside it the evidence of what no honest log does.</summary>
internal sealed class AuditFile(string path) : IAuditState
{
    /// <inheritdoc/>
    public string Path => path;

    /// <summary>Where the memory of a log is kept if nobody says otherwise: the user's own data folder.</summary>
    public static string DefaultPath(Uri log) => DefaultPath("audit", $"{log.Authority}{log.AbsolutePath}");

    /// <summary>A file of the user's own data folder that is named after something.</summary>
    public static string DefaultPath(string kind, string of)
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        var name = string.Concat(of.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        return System.IO.Path.Combine(folder, "truecopy", kind, $"{name.Trim('_')}.json");
    }

    /// <inheritdoc/>
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
    public Task SaveAsync(AuditMemory memory, CancellationToken cancellationToken) => ReplaceAsync(path, memory.Encode(), cancellationToken);

    /// <summary>Replaces a file, all or nothing, in a folder that may not be there yet.</summary>
    public static async Task ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        MakeFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        await LocalFile.ReplaceAsync(path, bytes, cancellationToken);
    }

    /// <summary>Keeps two signed checkpoints, byte for byte: whoever has the log's key can see from them alone what was done.</summary>
    /// <param name="state">The file beside which they are kept.</param>
    /// <param name="outcome">What they prove.</param>
    /// <param name="one">Where the one was seen, and its note.</param>
    /// <param name="other">The same of the other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The file.</returns>
    public static async Task<string> KeepEvidenceAsync(string state, string outcome, (string Where, ReadOnlyMemory<byte> Note) one, (string Where, ReadOnlyMemory<byte> Note) other, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. one.Note.Span, .. other.Note.Span]))[..16];
        var evidence = $"{state}.evidence-{hash}.txt";
        await ReplaceAsync(
            evidence,
            Encoding.UTF8.GetBytes($"""
                {outcome}: two signed checkpoints of one log.

                --- {one.Where} ---
                {Encoding.UTF8.GetString(one.Note.Span)}
                --- {other.Where} ---
                {Encoding.UTF8.GetString(other.Note.Span)}
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

using System.Security.Cryptography;
using System.Text;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;

namespace TrueCopy.Cli.Files;

/// <summary>The file that keeps the status of a log.</summary>
internal sealed class StatusFile(string path)
{
    /// <summary>Where that of a service is kept if nobody says otherwise: a file for each address, beside the known logs.</summary>
    public static string DefaultPath(KnownLogs known, Uri service) => System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(known.Path)!,
        "status",
        $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(service.ToString())))[..16]}.json.gz");

    public string Path => path;

    public bool Exists => File.Exists(path);

    public long Length => new FileInfo(path).Length;

    /// <summary>Reads it and verifies it again by what is known of the log.</summary>
    /// <exception cref="CommandException">It cannot be used.</exception>
    public Task<KeptStatus> ReadAsync(ServiceTrust trust, TimeProvider time, CancellationToken cancellationToken) => trust.EveryKey.Count == 0
        ? throw new CommandException(ExitCode.Usage, "There is no key to judge the status of the log by: give --key, or a --policy that names the log's, or verify once against the service first.")
        : ReadAsync(trust.EveryKey, trust.Policy, time, cancellationToken);

    /// <summary>The same by given keys.</summary>
    /// <exception cref="CommandException">It cannot be used.</exception>
    public async Task<KeptStatus> ReadAsync(IReadOnlyList<NoteVerifier> keys, LogPolicy? policy, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return KeptStatus.Decode(await LocalFile.ReadLongAsync(path, cancellationToken), keys, policy, time);
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.NotVerified, $"{path} is no status of this log: {exception.Message}. Remove it, or name another file.", exception);
        }
        catch (ReceiptException exception)
        {
            throw new CommandException(exception.Fault == ReceiptFault.Witnesses ? ExitCode.NotWitnessed : ExitCode.NotVerified, $"{path} does not count: {exception.Message}", exception);
        }
    }

    public Task WriteAsync(KeptStatus status, CancellationToken cancellationToken)
    {
        if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        return LocalFile.ReplaceAsync(path, status.Encode(), cancellationToken);
    }
}

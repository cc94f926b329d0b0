using System.Security.Cryptography;

namespace TrueCopy.Ledger.Witnessing;

/// <summary>
/// Which witnesses the log asks, and which of them have to have signed before anything is shown: a C2SP tlog-policy file, kept
/// byte for byte as it was configured and as it is served.
/// </summary>
public sealed class ServicePolicy
{
    /// <summary>No witness is asked, none is waited for, and no file is served.</summary>
    public static readonly ServicePolicy None = new(default, TrustPolicy.Parse("quorum none\n"u8), failOpen: true);

    private ServicePolicy(ReadOnlyMemory<byte> file, TrustPolicy trust, bool failOpen)
    {
        (File, Trust, FailOpen) = (file, trust, failOpen);
        Version = Convert.ToHexStringLower(SHA256.HashData(file.Span));
    }

    /// <summary>The file; empty for <see cref="None"/>.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>SHA-256 of the file, in hex.</summary>
    public string Version { get; }

    /// <summary>What the file says.</summary>
    public TrustPolicy Trust { get; }

    /// <summary>Whether a batch is published though the quorum has not signed it.</summary>
    public bool FailOpen { get; }

    /// <summary>Parses a policy file for a log to publish by.</summary>
    /// <param name="file">The file.</param>
    /// <param name="origin">This log.</param>
    /// <param name="failOpen">Whether a batch is published though the quorum has not signed it.</param>
    /// <exception cref="LogFormatException">It has a mistake, is another log's, or could never be met; the message says which line or rule.</exception>
    public static ServicePolicy Parse(ReadOnlyMemory<byte> file, string origin, bool failOpen)
    {
        var trust = TrustPolicy.Parse(file.Span);
        if (trust.Logs.Count == 0)
            throw new LogFormatException($"policy: it has no line for this log, \"log {origin}+...\"");
        if (trust.Logs.FirstOrDefault(log => log.Key.Name != origin) is { } other)
            throw new LogFormatException($"policy: the line of the log {other.Key.Name} is not this log's, which is {origin}");
        if (trust.Witnesses.FirstOrDefault(witness => witness.Key.Name == origin) is { } own)
            throw new LogFormatException($"policy: the witness {own.Name} has the log's own name, so that nobody could tell their signatures apart");
        if (!trust.IsQuorum(witness => witness.Url is not null))
            throw new LogFormatException("policy: the quorum needs witnesses that have no address, so that nobody could ask them");
        return new ServicePolicy(file.ToArray(), trust, failOpen);
    }
}

using System.Text.Unicode;

namespace TrueCopy.Client;

/// <summary>Which witnesses have to have seen a log's checkpoint for it to count: a policy file (C2SP tlog-policy).</summary>
public sealed class LogPolicy
{
    private LogPolicy(TrustPolicy rules, ReadOnlyMemory<byte> file)
    {
        Rules = rules;
        File = file;
    }

    /// <summary>What the file says.</summary>
    public TrustPolicy Rules { get; }

    /// <summary>The file, byte for byte.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>The keys of its <c>log</c> lines, where those name one log and keys by which receipts are judged; null otherwise.</summary>
    public LogKeys? Keys
    {
        get
        {
            NoteVerifier[] keys = [.. Rules.Logs.Select(log => log.Key).Where(key => key is not CosignatureVerifier)];
            return keys.Length > 0 && keys.All(key => key.Name == keys[0].Name) ? LogKeys.Pin(keys) : null;
        }
    }

    /// <summary>A policy that the caller relies on.</summary>
    /// <param name="file">The policy file.</param>
    /// <exception cref="LogFormatException">It has a mistake; the message tells the line and the rule.</exception>
    public static LogPolicy Pin(ReadOnlyMemory<byte> file) => new(TrustPolicy.Parse(file.Span), file);

    // It is kept as text.
    internal static LogPolicy OfService(ReadOnlyMemory<byte> file) => Utf8.IsValid(file.Span) ? Pin(file) : throw new LogFormatException("policy: not UTF-8");

    /// <summary>Whether it is about a log: its <c>log</c> lines name that, or there are none.</summary>
    internal bool Covers(string origin) => Rules.Logs.Count == 0 || Rules.Logs.Any(log => log.Key.Name == origin);
}

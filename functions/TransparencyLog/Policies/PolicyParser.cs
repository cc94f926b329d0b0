using System.Text;

namespace TrueCopy.TransparencyLog.Policies;

/// <summary>
/// Reads a policy file line by line. Names are octets, compared as such; they are kept as the Latin-1 text of their octets, so
/// that two names are never one, and shown as the UTF-8 that they should be.
/// </summary>
internal sealed class PolicyParser
{
    private const string None = "none";

    private readonly List<PolicyLog> _logs = [];
    private readonly List<PolicyWitness> _witnesses = [];
    private readonly List<PolicyGroup> _groups = [];

    // What each name is called for people.
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal) { [None] = None };
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private (string? Name, bool IsThere) _quorum;
    private int _line;

    public TrustPolicy Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length > TrustPolicy.MaxLength)
            throw new LogFormatException($"policy: longer than {TrustPolicy.MaxLength} bytes");
        while (!file.IsEmpty)
        {
            _line++;
            var end = file.IndexOf((byte)'\n');
            if (end < 0)
                throw Mistake("the line does not end with a newline, so something may be missing");
            ReadLine(file[..end]);
            file = file[(end + 1)..];
        }

        return _quorum.IsThere
            ? new TrustPolicy(_logs, _witnesses, _groups, _quorum.Name)
            : throw new LogFormatException("policy: there is no quorum line; \"quorum none\" asks for no witness");
    }

    private void ReadLine(ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
        {
            if (octet is (< 0x20 and not (byte)'\t') or 0x7f)
                throw Mistake($"it holds the control character 0x{octet:x2}");
        }

        var words = Encoding.Latin1.GetString(octets).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].StartsWith('#'))
            return;
        try
        {
            switch (words[0])
            {
                case "log" when words.Length is 2 or 3:
                    AddLog(Utf8(words[1]), UrlOf(words, 2));
                    break;
                case "witness" when words.Length is 3 or 4:
                    AddWitness(words[1], Utf8(words[2]), UrlOf(words, 3));
                    break;
                case "group" when words.Length >= 4:
                    AddGroup(words[1], words[2], words[3..]);
                    break;
                case "quorum" when words.Length == 2:
                    SetQuorum(words[1]);
                    break;
                default:
                    throw Mistake("it is none of \"log KEY [URL]\", \"witness NAME KEY [URL]\", \"group NAME all|any|K MEMBER...\", \"quorum NAME\"");
            }
        }
        catch (LogFormatException exception) when (!exception.Message.StartsWith("policy: ", StringComparison.Ordinal))
        {
            throw Mistake(exception.Message, exception);
        }
    }

    private void AddLog(string verifierKey, Uri? url)
    {
        RequireRoom(_logs);
        var key = LogKey(verifierKey);
        if (_logs.Any(other => IsSameKey(other.Key, key)))
            throw Mistake("a log with this public key is there already");
        _logs.Add(new PolicyLog(key, url));
    }

    private void AddWitness(string name, string verifierKey, Uri? url)
    {
        RequireRoom(_witnesses);
        var key = CosignatureVerifier.Parse(verifierKey);
        if (_witnesses.Any(other => IsSameKey(other.Key, key)))
            throw Mistake("a witness with this public key is there already");
        _witnesses.Add(new PolicyWitness(Define(name), key, url));
    }

    private void AddGroup(string name, string threshold, string[] members)
    {
        RequireRoom(_groups);
        foreach (var member in members)
        {
            if (member == None)
                throw Mistake("\"none\" is no member of a group");
            _ = Find(member);
            if (!_members.Add(member))
                throw Mistake($"{Show(member)} is a member of a group already");
        }

        var count = threshold switch
        {
            "any" => 1,
            "all" => members.Length,
            _ when StrictText.TryParseDecimal(threshold, out var k) && k >= 1 && k <= members.Length => (int)k,
            _ => throw Mistake($"how many are needed is all, any, or a number from 1 to {members.Length}"),
        };
        _groups.Add(new PolicyGroup(Define(name), count, [.. members.Select(Find)]));
    }

    private void SetQuorum(string name)
    {
        if (_quorum.IsThere)
            throw Mistake("there is a second quorum");
        _quorum = (name == None ? null : Find(name), true);
    }

    private string Define(string name)
    {
        if (_names.ContainsKey(name))
            throw Mistake($"{Show(name)} is defined already");

        // Octets that are no UTF-8 could make two names look alike, and results are told by what they look like.
        var shown = StrictText.TryDecodeUtf8(Encoding.Latin1.GetBytes(name), out var text) ? text : name;
        return _names[name] = _names.ContainsValue(shown) ? throw Mistake($"{Show(name)} looks like another name") : shown;
    }

    private string Find(string name) => _names.TryGetValue(name, out var shown) ? shown : throw Mistake($"{Show(name)} is not defined before this line");

    private void RequireRoom<T>(List<T> defined)
    {
        if (defined.Count == TrustPolicy.MaxDefinitions)
            throw Mistake($"there are more than {TrustPolicy.MaxDefinitions} of its kind");
    }

    private Uri? UrlOf(string[] words, int at)
    {
        if (words.Length <= at)
            return null;
        return Uri.TryCreate(Utf8(words[at]), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url
            : throw Mistake("the address is not one of https or http; a comment has a line of its own");
    }

    private string Utf8(string word) => StrictText.TryDecodeUtf8(Encoding.Latin1.GetBytes(word), out var text) ? text : throw Mistake("a key or an address is not UTF-8");

    // Logs may sign as witnesses do, by type 0x06; not by 0x04, which says of no log that it is its own.
    private static NoteVerifier LogKey(string verifierKey)
    {
        try
        {
            return NoteVerifier.Parse(verifierKey);
        }
        catch (LogFormatException)
        {
            return MlDsa44LogKey(verifierKey) ?? throw new LogFormatException("the key is not a verifier key of a log: name+id+key, of type 0x01 (Ed25519), 0x02 (ECDSA P-256) or 0x06 (ML-DSA-44)");
        }
    }

    private static MlDsa44CosignatureVerifier? MlDsa44LogKey(string verifierKey)
    {
        try
        {
            return CosignatureVerifier.Parse(verifierKey) as MlDsa44CosignatureVerifier;
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    private static bool IsSameKey(NoteVerifier one, NoteVerifier other) => one.PublicKey.Span.SequenceEqual(other.PublicKey.Span);

    // Names go into messages that people read on a terminal: at most so much, and nothing but what is plain.
    private static string Show(string name) => $"\"{new string([.. name.Take(64).Select(octet => octet is > ' ' and < (char)0x7f ? octet : '?')])}\"";

    private LogFormatException Mistake(string rule, Exception? inner = null) =>
        inner is null ? new LogFormatException($"policy: line {_line}: {rule}") : new LogFormatException($"policy: line {_line}: {rule}", inner);
}

using System.Globalization;

namespace TrueCopy.TransparencyLog.Policies;

/// <summary>A log that a policy relies on.</summary>
/// <param name="Key">Its key; the name is the origin.</param>
/// <param name="Url">Its prefix, where the file has one.</param>
public sealed record PolicyLog(NoteVerifier Key, Uri? Url);

/// <summary>A witness that a policy knows.</summary>
/// <param name="Name">What the file calls it, for people; a meaning it has in that file alone.</param>
/// <param name="Key">Its key.</param>
/// <param name="Url">Its submission prefix, where the file has one.</param>
public sealed record PolicyWitness(string Name, CosignatureVerifier Key, Uri? Url);

/// <summary>Witnesses and groups of which so many have to have seen a checkpoint.</summary>
/// <param name="Name">What the file calls it.</param>
/// <param name="Threshold">How many.</param>
/// <param name="Members">Names of witnesses and of groups.</param>
public sealed record PolicyGroup(string Name, int Threshold, IReadOnlyList<string> Members);

/// <summary>
/// Which logs a verifier relies on, and which of their checkpoints: those that enough witnesses have seen (C2SP tlog-policy).
/// </summary>
public sealed class TrustPolicy
{
    /// <summary>The longest file, in bytes.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The most logs, the most witnesses and the most groups; the specification asks for 32 of each.</summary>
    public const int MaxDefinitions = 64;

    /// <summary>How far ahead of the reader's clock that of a witness may be. A cosignature that is later counts for nothing.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private readonly string? _quorum;

    internal TrustPolicy(IReadOnlyList<PolicyLog> logs, IReadOnlyList<PolicyWitness> witnesses, IReadOnlyList<PolicyGroup> groups, string? quorum)
    {
        Logs = logs;
        Witnesses = witnesses;
        Groups = groups;
        _quorum = quorum;
    }

    /// <summary>The logs, any of which may have signed; none where they are known from elsewhere.</summary>
    public IReadOnlyList<PolicyLog> Logs { get; }

    /// <summary>The witnesses, whether the quorum needs them or not.</summary>
    public IReadOnlyList<PolicyWitness> Witnesses { get; }

    /// <summary>The groups, each after its members.</summary>
    public IReadOnlyList<PolicyGroup> Groups { get; }

    /// <summary>The witness or group that has to have seen a checkpoint; null for <c>quorum none</c>.</summary>
    public string? Quorum => _quorum;

    /// <summary>Parses a policy file.</summary>
    /// <exception cref="LogFormatException">It has a mistake; the message tells the line and the rule.</exception>
    public static TrustPolicy Parse(ReadOnlySpan<byte> file) => new PolicyParser().Parse(file);

    /// <summary>Whether these witnesses are enough.</summary>
    /// <param name="cosigned">Says of a witness whether it has cosigned.</param>
    public bool IsQuorum(Func<PolicyWitness, bool> cosigned)
    {
        if (_quorum is null)
            return true;
        var seen = Witnesses.Where(cosigned).Select(witness => witness.Name).ToHashSet(StringComparer.Ordinal);

        // A group comes after its members, so each is known by the time it is asked for.
        foreach (var group in Groups)
        {
            if (group.Members.Count(seen.Contains) >= group.Threshold)
                seen.Add(group.Name);
        }

        return seen.Contains(_quorum);
    }

    /// <summary>Whether another policy asks for the very same: witnesses of the same names and keys, the same groups, the same quorum. Logs, addresses and comments do not matter.</summary>
    public bool AsksTheSameAs(TrustPolicy other) =>
        _quorum == other._quorum
        && Witnesses.Select(Line).ToHashSet().SetEquals(other.Witnesses.Select(Line))
        && Groups.Select(Line).ToHashSet().SetEquals(other.Groups.Select(Line));

    /// <summary>What the quorum is, for people: <c>all of shenzhen, hongkong</c>; names of groups give way to what is in them.</summary>
    public string Describe() => _quorum is null ? "no witness" : Describe(_quorum, isInner: false);

    private string Describe(string name, bool isInner)
    {
        if (Groups.FirstOrDefault(group => group.Name == name) is not { } group)
            return name;
        var members = string.Join(", ", group.Members.Select(member => Describe(member, isInner: true)));
        if (group.Members.Count == 1)
            return members;
        var count = group.Threshold == group.Members.Count ? "all" : group.Threshold == 1 ? "one" : group.Threshold.ToString(CultureInfo.InvariantCulture);
        return isInner ? $"({count} of {members})" : $"{count} of {members}";
    }

    private static string Line(PolicyWitness witness) => $"{witness.Name} {witness.Key}";

    private static string Line(PolicyGroup group) => string.Create(CultureInfo.InvariantCulture, $"{group.Name} {group.Threshold} {string.Join(' ', group.Members.Order(StringComparer.Ordinal))}");

    /// <summary>Opens a checkpoint by the policy alone: one of its logs has signed it, under that log's name.</summary>
    /// <param name="note">The signed note.</param>
    /// <param name="now">The reader's clock.</param>
    /// <exception cref="LogFormatException">It is malformed, none of the logs signed it, or a signature of a log or witness that the policy knows is wrong.</exception>
    public PolicyResult Open(ReadOnlyMemory<byte> note, DateTimeOffset now)
    {
        var signed = SignedNote.Parse(note.Span);
        var origin = Checkpoint.Parse(signed.Text).Origin;
        var keys = Logs.Select(log => log.Key).Where(key => key.Name == origin).ToArray();
        return keys.Length > 0
            ? Weigh(SignedCheckpoint.Open(note, origin, keys), now)
            : throw new LogFormatException("policy: the checkpoint is of a log that the policy does not name");
    }

    /// <summary>Tells who has seen a checkpoint whose log is known, and whether that is enough.</summary>
    /// <param name="checkpoint">A checkpoint that its log signed.</param>
    /// <param name="now">The reader's clock.</param>
    /// <exception cref="LogFormatException">A signature of a witness that the policy knows is wrong.</exception>
    public PolicyResult Weigh(SignedCheckpoint checkpoint, DateTimeOffset now)
    {
        var text = SignedNote.Parse(checkpoint.Note.Span).Text;
        var sightings = new List<Sighting>();
        foreach (var witness in Witnesses)
        {
            var lines = checkpoint.Signatures.Where(line => line.IsOf(witness.Key)).ToArray();
            if (lines.Length > 0 && witness.Key.FindIn(text, lines) is { } found && found.Time <= now + MaxAhead)
                sightings.Add(new Sighting(witness, found.Time));
        }

        return new PolicyResult(this, checkpoint, [.. sightings.OrderBy(sighting => sighting.At)]);
    }
}

/// <summary>A witness has seen a checkpoint: as of then, it was the largest of the log that the witness knew.</summary>
/// <param name="Witness">Who.</param>
/// <param name="At">When, by the witness's clock.</param>
public sealed record Sighting(PolicyWitness Witness, DateTimeOffset At);

/// <summary>What a policy says of a checkpoint.</summary>
public sealed class PolicyResult
{
    internal PolicyResult(TrustPolicy policy, SignedCheckpoint checkpoint, IReadOnlyList<Sighting> sightings)
    {
        Policy = policy;
        Checkpoint = checkpoint;
        Sightings = sightings;
        IsMet = IsMetAsOf(DateTimeOffset.MinValue);
        SeenAt = policy.Quorum is null ? null : sightings.Reverse().Select(sighting => (DateTimeOffset?)sighting.At).FirstOrDefault(at => IsMetAsOf(at!.Value));
    }

    /// <summary>The policy.</summary>
    public TrustPolicy Policy { get; }

    /// <summary>The checkpoint.</summary>
    public SignedCheckpoint Checkpoint { get; }

    /// <summary>Who has seen it and when, the earliest first; also witnesses that the quorum does not need.</summary>
    public IReadOnlyList<Sighting> Sightings { get; }

    /// <summary>Whether enough witnesses have seen it.</summary>
    public bool IsMet { get; }

    /// <summary>
    /// The latest time as of which enough witnesses have seen it, for a reader that asks how old it may be; null where they have
    /// not, or where the policy asks for none.
    /// </summary>
    public DateTimeOffset? SeenAt { get; }

    /// <summary>The witnesses that have not seen it.</summary>
    public IEnumerable<PolicyWitness> Missing => Policy.Witnesses.Where(witness => !Sightings.Any(sighting => sighting.Witness == witness));

    /// <summary>Who has seen it and who has not, for people: <c>seen by 1 of 2: hongkong 2026-11-26 12:03:00Z; not by shenzhen</c>.</summary>
    /// <param name="time">How a time is told; null for UTC.</param>
    public string Describe(Func<DateTimeOffset, string>? time = null)
    {
        time ??= at => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var seen = string.Join(", ", Sightings.Select(sighting => $"{sighting.Witness.Name} {time(sighting.At)}"));
        var missing = string.Join(", ", Missing.Select(witness => witness.Name));
        return Sightings.Count == 0
            ? $"seen by none of {Policy.Witnesses.Count}: not by {missing}"
            : string.Create(CultureInfo.InvariantCulture, $"seen by {Sightings.Count} of {Policy.Witnesses.Count}: {seen}{(missing.Length == 0 ? "" : $"; not by {missing}")}");
    }

    private bool IsMetAsOf(DateTimeOffset earliest) =>
        Policy.IsQuorum(witness => Sightings.Any(sighting => sighting.Witness == witness && sighting.At >= earliest));
}

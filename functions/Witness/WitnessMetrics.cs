using System.Diagnostics.Metrics;

namespace TrueCopy.Witness;

/// <summary>What a witness counts, under the meter <c>TrueCopy.Witness</c>.</summary>
public sealed class WitnessMetrics : ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Witness";

    private readonly Counter<long> _answers;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _forks;
    private readonly Counter<long> _setBack;
    private readonly Gauge<double> _behind;
    private readonly Counter<long> _broken;

    /// <summary>Creates the instruments.</summary>
    public WitnessMetrics()
        : base(MeterName)
    {
        _answers = Counter("truecopy.witness.answers", "{request}", "Requests for a cosignature, by the status that answered them");
        _failures = Counter("truecopy.witness.failures", "{request}", "Requests that the witness failed to answer: 503");
        _forks = Counter("truecopy.witness.forks", "{checkpoint}", "Checkpoints that a log signed beside another of the same size: proof against the log");
        _setBack = Counter("truecopy.witness.set_back", "{head}", "Heads found smaller than what was cosigned: storage was set back");
        _behind = Gauge<double>("truecopy.mirror.behind", "s", "How long ago a mirror last had all that its log had signed");
        _broken = Counter("truecopy.mirror.broken", "{log}", "Runs of a mirror that found a rule of its log broken, and sign no more");
    }

    internal void Answered(int status) => _answers.Add(1, new KeyValuePair<string, object?>("status", status));

    internal void Failed() => _failures.Add(1);

    internal void Forked() => _forks.Add(1);

    internal void SetBack() => _setBack.Add(1);

    internal void Behind(TimeSpan time) => _behind.Record(time.TotalSeconds);

    internal void Broken() => _broken.Add(1);
}

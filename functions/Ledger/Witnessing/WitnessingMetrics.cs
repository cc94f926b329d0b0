using System.Diagnostics.Metrics;

namespace TrueCopy.Ledger.Witnessing;

/// <summary>What is counted of the witnesses that the log asks, under the meter <c>TrueCopy.Witnesses</c>.</summary>
public sealed class WitnessingMetrics : ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Witnesses";

    private readonly Counter<long> _answers;
    private readonly Counter<long> _missed;
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    public WitnessingMetrics()
        : base(MeterName)
    {
        _answers = Counter("truecopy.witnesses.answers", "{answer}", "What came of asking a witness, by its name in the policy and by outcome");
        _missed = Counter("truecopy.witnesses.quorum_missed", "{checkpoint}", "Checkpoints that too few witnesses signed when they were asked");
        _duration = Seconds("truecopy.witnesses.duration", "From asking the witnesses to the last answer that was waited for");
    }

    internal void Answered(string witness, string outcome) =>
        _answers.Add(1, new KeyValuePair<string, object?>("witness", witness), new KeyValuePair<string, object?>("outcome", outcome));

    internal void QuorumMissed() => _missed.Add(1);

    internal void Asked(TimeSpan elapsed) => _duration.Record(elapsed.TotalSeconds);
}

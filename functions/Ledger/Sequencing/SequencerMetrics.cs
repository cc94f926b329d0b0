using System.Diagnostics.Metrics;

namespace TrueCopy.Ledger.Sequencing;

/// <summary>What the sequencer counts, under the meter <c>TrueCopy.Sequencer</c>.</summary>
public sealed class SequencerMetrics : ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Sequencer";

    private readonly Counter<long> _acts;
    private readonly Counter<long> _signed;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lag;
    private readonly Gauge<double> _stagedAge;
    private readonly Gauge<double> _standstill;
    private readonly Gauge<double> _unpublished;
    private readonly Counter<long> _housekeepingRuns;
    private readonly Counter<long> _givenUp;
    private readonly Counter<long> _headRefused;

    /// <summary>Creates the instruments.</summary>
    public SequencerMetrics()
        : base(MeterName)
    {
        _acts = Counter("truecopy.sequencer.acts", "{act}", "Acts put into the log");
        _signed = Counter("truecopy.sequencer.checkpoints_signed", "{checkpoint}", "Checkpoints signed, also those that lost to another writer");
        _lost = Counter("truecopy.sequencer.lost", "{batch}", "Batches dropped because another sequencer committed first");
        _duration = Seconds("truecopy.sequencer.batch.duration", "From received acts to the finished batch");
        _lag = Seconds("truecopy.sequencer.lag", "From staging an upload to its place in the published log");
        _stagedAge = Gauge<double>("truecopy.staged.age", "s", "How long the oldest staged upload that nobody works on has waited");
        _standstill = Gauge<double>("truecopy.log.standstill", "s", "How long staged uploads have waited while no batch was finished");
        _unpublished = Gauge<double>("truecopy.log.unpublished", "s", "How long a committed batch has waited for the witnesses that the policy asks for");
        _givenUp = Counter("truecopy.staged.given_up", "{upload}", "Staged uploads, and changes of the registry, that failed always and are kept as dead letters");
        _headRefused = Counter("truecopy.log.head_refused", "{look}", "Looks at the head that found it set back, lost or replaced: nothing is committed");
        _housekeepingRuns = Counter("truecopy.safety_net.runs", "{run}", "Runs of the housekeeping that came through; none for a while means that nothing is looked after");
    }

    internal void Signed() => _signed.Add(1);

    internal void Lost() => _lost.Add(1);

    internal void Sequenced(int acts, TimeSpan elapsed, IEnumerable<TimeSpan> lags)
    {
        _acts.Add(acts);
        _duration.Record(elapsed.TotalSeconds);
        foreach (var lag in lags)
            _lag.Record(lag.TotalSeconds);
    }

    internal void GivenUp() => _givenUp.Add(1);

    internal void HeadRefused() => _headRefused.Add(1);

    internal void HousekeepingRan() => _housekeepingRuns.Add(1);

    internal void StagedAge(TimeSpan age) => _stagedAge.Record(age.TotalSeconds);

    internal void Unpublished(TimeSpan time) => _unpublished.Record(time.TotalSeconds);

    internal void Standstill(TimeSpan time) => _standstill.Record(time.TotalSeconds);
}

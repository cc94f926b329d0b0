using System.Diagnostics.Metrics;

namespace TrueCopy.Ledger.Answering;

/// <summary>What answering counts, under the meter <c>TrueCopy.Answers</c>.</summary>
public sealed class AnswerMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Answers";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _lag;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _givenUp;
    private readonly Gauge<long> _waiting;

    /// <summary>Creates the instruments.</summary>
    public AnswerMetrics()
    {
        _lag = _meter.CreateHistogram<double>("truecopy.answers.lag", "s", "From when an answer is owed until it is written");
        _failures = _meter.CreateCounter<long>("truecopy.answers.failures", "{try}", "Tries to write an answer that failed");
        _givenUp = _meter.CreateCounter<long>("truecopy.answers.given_up", "{answer}", "Answers kept as dead letters after too many tries; each raises an alert");
        _waiting = _meter.CreateGauge<long>("truecopy.answers.waiting", "{message}", "Messages in the queue of answers, those that wait for their next try among them");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Written(TimeSpan lag) => _lag.Record(lag.TotalSeconds);

    internal void Failed() => _failures.Add(1);

    internal void GivenUp() => _givenUp.Add(1);

    internal void Waiting(long messages) => _waiting.Record(messages);
}

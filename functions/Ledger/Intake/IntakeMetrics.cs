using System.Diagnostics.Metrics;

namespace TrueCopy.Ledger.Intake;

/// <summary>What intake counts, under the meter <c>TrueCopy.Intake</c>.</summary>
public sealed class IntakeMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Intake";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _events;
    private readonly Counter<long> _poison;

    /// <summary>Creates the instruments.</summary>
    public IntakeMetrics()
    {
        _events = _meter.CreateCounter<long>("truecopy.intake.events", "{event}", "Storage events handled, by outcome");
        _poison = _meter.CreateCounter<long>("truecopy.poison", "{message}", "Messages that could not be handled, by queue; each is a bug or an outage, and raises an alert");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Handled(IntakeOutcome outcome) => _events.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    internal void Poisoned(string queue) => _poison.Add(1, new KeyValuePair<string, object?>("queue", queue));
}

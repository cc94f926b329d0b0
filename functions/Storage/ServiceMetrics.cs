using System.Diagnostics.Metrics;

namespace TrueCopy.Storage;

/// <summary>What a part of a service counts, under a meter of its own.</summary>
/// <param name="meter">Name of the meter.</param>
public abstract class ServiceMetrics(string meter) : IDisposable
{
    private readonly Meter _meter = new(meter);

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Something that is counted.</summary>
    protected Counter<long> Counter(string name, string unit, string what) => _meter.CreateCounter<long>(name, unit, what);

    /// <summary>A time in seconds, of which the distribution is kept.</summary>
    protected Histogram<double> Seconds(string name, string what) => _meter.CreateHistogram<double>(name, "s", what);

    /// <summary>Something of which the last value is kept.</summary>
    protected Gauge<T> Gauge<T>(string name, string unit, string what)
        where T : struct => _meter.CreateGauge<T>(name, unit, what);
}

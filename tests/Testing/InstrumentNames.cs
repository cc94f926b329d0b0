using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TrueCopy.Testing;

/// <summary>The names of all instruments that the process has.</summary>
public sealed class InstrumentNames : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<string> _names = [];

    /// <summary>Begins to listen; what exists already is seen too.</summary>
    public InstrumentNames()
    {
        _listener.InstrumentPublished = (instrument, _) => _names.Add(instrument.Name);
        _listener.Start();
    }

    /// <summary>The names so far.</summary>
    public IEnumerable<string> Names => _names;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}

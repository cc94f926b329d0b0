using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TrueCopy.Testing;

/// <summary>Listens to one instrument of the whole process, tests beside this one included.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen.</summary>
    public Measurements(string instrument)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Name == instrument)
                listener.EnableMeasurementEvents(published);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Seen.Add((value, Text(tags))));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Seen.Add((value, Text(tags))));
        _listener.Start();
    }

    /// <summary>What was measured so far, with its tags as <c>name=value</c>.</summary>
    public ConcurrentBag<(double Value, string Tags)> Seen { get; } = [];

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}

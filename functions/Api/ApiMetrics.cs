using System.Diagnostics.Metrics;

namespace TrueCopy.Api;

/// <summary>What the API counts, under the meter <c>TrueCopy.Api</c>. Requests are not told apart: their addresses hold digests.</summary>
public sealed class ApiMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Api";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _answers;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _shed;
    private readonly Counter<long> _limited;

    /// <summary>Creates the instruments.</summary>
    public ApiMetrics()
    {
        _answers = _meter.CreateCounter<long>("truecopy.api.answers", "{request}", "Requests answered, if only with what is wrong about them");
        _failures = _meter.CreateCounter<long>("truecopy.api.failures", "{request}", "Requests that the service failed to answer: 503");
        _shed = _meter.CreateCounter<long>("truecopy.api.shed", "{request}", "Those of the failures that were refused because the process had too much to do");
        _limited = _meter.CreateCounter<long>("truecopy.api.limited", "{request}", "Requests refused because their client has used up its share: 429");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Answered() => _answers.Add(1);

    internal void Failed() => _failures.Add(1);

    internal void Limited() => _limited.Add(1);

    internal void Shed()
    {
        Failed();
        _shed.Add(1);
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TrueCopy.Client;

/// <summary>
/// Names of what a client traces and counts, for <c>AddSource</c> and <c>AddMeter</c>. No tag holds a digest, and no
/// question is asked by an address that holds one, so instrumentation of HTTP sees none either.
/// </summary>
public static class ClientTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "TrueCopy.Client";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("truecopy.client.requests", "{request}", "HTTP requests sent, each try counted");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("truecopy.client.retries", "{request}", "Requests made again after a fault that may pass");
    private static readonly Counter<long> Answers = Meter.CreateCounter<long>("truecopy.client.answers", "{document}", "Documents answered, by verdict; none where the answer does not hold");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("truecopy.client.duration", "s", "Time from question to answer, retries included");

    internal static Activity? Start(string operation, Uri service)
    {
        var activity = Source.StartActivity(operation, ActivityKind.Client);
        activity?.SetTag("server.address", service.Host);
        return activity;
    }

    internal static void Sent(string operation) => Requests.Add(1, new KeyValuePair<string, object?>("truecopy.operation", operation));

    internal static void Retried() => Retries.Add(1);

    internal static void Answered(CheckedAnswer answer) =>
        Answers.Add(1, new KeyValuePair<string, object?>("truecopy.verdict", answer.Verdict is { } verdict ? WireName.Of(verdict) : "none"));

    internal static void Took(TimeSpan time, string operation, string? error) => Duration.Record(
        time.TotalSeconds,
        new KeyValuePair<string, object?>("truecopy.operation", operation),
        new KeyValuePair<string, object?>("error.type", error));
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.Benchmarks.Reporting;

namespace TrueCopy.Benchmarks.Scenarios;

/// <summary>Another server that takes one entry a request, beside this log doing the same, in turns under the same load.</summary>
internal sealed class PeerScenario : IScenario
{
    private const int EntryLength = 512;
    private static readonly int[] Connections = [1, 64, 512];

    public string Name => "peer";

    public string Title => "one entry a request: this log beside another server";

    public bool NeedsPeer => true;

    public async Task RunAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("truecopy-peer-").FullName;
        try
        {
            await using var host = await PeerHost.StartAsync(folder, cancellationToken);
            foreach (var connections in Connections[..run.Scale(3, 2)])
                await CompareAsync(run, host.Address, run.Peer!, connections, cancellationToken);
            run.Notes.Add($"Ours: the sequencer behind one address in this process, which makes the load, too. An answer is given once the receipt is written; what the log keeps has reached the disk of {Path.GetTempPath()} before. Theirs: {run.Peer}, which answers when it will.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(ScenarioRun run, Uri ours, Uri theirs, int connections, CancellationToken cancellationToken)
    {
        var time = TimeSpan.FromMilliseconds(run.Scale(10_000, 300));
        var (own, other) = (new List<Turn>(), new List<Turn>());
        await LoadAsync(theirs, connections, time / 5, cancellationToken);
        await LoadAsync(ours, connections, time / 5, cancellationToken);
        for (var turn = 0; turn < run.Scale(3, 1); turn++)
        {
            other.Add(await LoadAsync(theirs, connections, time, cancellationToken));
            own.Add(await LoadAsync(ours, connections, time, cancellationToken));
        }

        var name = $"one entry a request, {Figures.Format(connections)} connection{(connections == 1 ? "" : "s")}";
        Add("", "entries/s", turn => turn.Rate);
        Add(": latency p50", "ms", turn => turn.Median);
        Add(": latency p99", "ms", turn => turn.Tail);

        void Add(string what, string unit, Func<Turn, double> figure) =>
            run.Add(new Measurement(name + what, MedianOf(own, figure), unit)
            {
                Baseline = new Baseline(theirs.Authority, MedianOf(other, figure)),
                Headline = unit == "entries/s",
            });
    }

    private static double MedianOf(IEnumerable<Turn> turns, Func<Turn, double> figure) => Latencies.Percentile([.. turns.Select(figure).Order()], 50);

    private static async Task<Turn> LoadAsync(Uri address, int connections, TimeSpan time, CancellationToken cancellationToken)
    {
        var (rate, latencies) = await LoopbackLoad.RunAsync(address.Port, connections, new Entries(address.PathAndQuery), time, int.MaxValue, rate: null, cancellationToken, longest: 4096);
        return new Turn(rate, Latencies.Percentile(latencies, 50), Latencies.Percentile(latencies, 99));
    }

    private sealed record Turn(double Rate, double Median, double Tail);

    /// <summary>Requests with an entry each, none like another: a log may answer one that it knows without any work.</summary>
    private sealed class Entries(string path) : IReadOnlyList<byte[]>
    {
        private const int NumberLength = 16;

        private readonly byte[] _first = [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {EntryLength}\r\n\r\n"), .. RandomNumberGenerator.GetBytes(EntryLength)];

        public int Count => int.MaxValue;

        public byte[] this[int index]
        {
            get
            {
                var request = _first.AsSpan().ToArray();
                Encoding.ASCII.GetBytes(index.ToString("X16", CultureInfo.InvariantCulture), request.AsSpan(request.Length - NumberLength));
                return request;
            }
        }

        public IEnumerator<byte[]> GetEnumerator() => throw new NotSupportedException("There is no end to them.");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

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
            await using var deployed = await PeerHost.StartAsync(Path.Combine(folder, "deployed"), options: null, cancellationToken);
            await using var restless = await PeerHost.StartAsync(Path.Combine(folder, "restless"), new SequencerOptions { CommitInterval = TimeSpan.Zero }, cancellationToken);
            foreach (var connections in Connections[..run.Scale(3, 2)])
                await CompareAsync(run, run.Peer!, deployed.Address, restless.Address, connections, cancellationToken);
            run.Notes.Add($"Ours: the sequencer behind one address in this process, which makes the load, too. An answer is given once the receipt is written; what the log keeps has reached the disk of {Path.GetTempPath()} before. As deployed it waits up to a second for acts to share a commit, or until they fill a tile. Theirs: {run.Peer}, which answers when it will.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(ScenarioRun run, Uri peer, Uri deployed, Uri restless, int connections, CancellationToken cancellationToken)
    {
        var time = TimeSpan.FromMilliseconds(run.Scale(10_000, 300));
        Uri[] servers = [peer, deployed, restless];
        foreach (var server in servers)
            await LoadAsync(server, connections, time / 5, cancellationToken);
        var turns = servers.Select(_ => new List<Turn>()).ToArray();
        for (var turn = 0; turn < run.Scale(3, 1); turn++)
        {
            for (var i = 0; i < servers.Length; i++)
                turns[i].Add(await LoadAsync(servers[i], connections, time, cancellationToken));
        }

        var name = $"one entry a request, {Figures.Format(connections)} connection{(connections == 1 ? "" : "s")}";
        Add(name, turns[1]);
        Add($"{name}, no wait between commits", turns[2]);

        void Add(string what, List<Turn> own)
        {
            run.Add(new Measurement(what, MedianOf(own, turn => turn.Rate), "entries/s") { Baseline = Theirs(turn => turn.Rate), Headline = true });
            run.Add(new Measurement(what + ": latency p50", MedianOf(own, turn => turn.Median), "ms") { Baseline = Theirs(turn => turn.Median) });
            run.Add(new Measurement(what + ": latency p99", MedianOf(own, turn => turn.Tail), "ms") { Baseline = Theirs(turn => turn.Tail) });
        }

        Baseline Theirs(Func<Turn, double> figure) => new(peer.Authority, MedianOf(turns[0], figure));
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

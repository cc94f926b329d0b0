using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace TrueCopy.Ledger.Tests.Witnessing;

/// <summary>What comes over a real connection, and is no answer of a witness, is bounded in time and length and counts as not seen.</summary>
public sealed class WitnessNetworkTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

    [Theory]
    [InlineData("redirect", "307")]
    [InlineData("no-end", "malformed")]
    [InlineData("stated-length", "malformed")]
    [InlineData("endless-headers", "unreachable")]
    [InlineData("no-http", "unreachable")]
    [InlineData("cut-off", "unreachable")]
    [InlineData("silence", "late")]
    [InlineData("drops", "late")]
    public async Task What_is_no_answer_counts_as_not_seen(string what, string outcome)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var elsewhere = RawServer.Always(Head + "\r\n");
        await using var server = new RawServer(_ => AnswerAsync(what, elsewhere.Address, stop));
        using var measured = new Measurements("truecopy.witnesses.answers");
        using var signer = InMemoryWorld.NewEd25519();
        using var key = new Ed25519Cosigner("w.example", new byte[32], TimeProvider.System);
        var text = $"log {signer.Verifier}\nwitness {what} {key.Verifier} {server.Address}\nquorum {what}\n";
        using var client = new WitnessClient();
        using var metrics = new WitnessingMetrics();
        var witnesses = new Witnesses(
            ServicePolicy.Parse(Encoding.UTF8.GetBytes(text), InMemoryWorld.Origin, failOpen: false),
            client,
            new WitnessingOptions { RequestTime = outcome == "late" ? TimeSpan.FromMilliseconds(300) : TimeSpan.FromMinutes(5), TotalTime = TimeSpan.FromMinutes(10) },
            metrics,
            TimeProvider.System,
            NullLogger<Witnesses>.Instance);
        var checkpoint = await SignedCheckpoint.SignAsync(new Checkpoint(InMemoryWorld.Origin, 1, TreeHasher.Leaf("a"u8)), [signer], stop);

        var cosigned = await witnesses.AskAsync(checkpoint, () => throw new InvalidOperationException("nothing is to be proven"), forAll: false, stop);
        Assert.False(cosigned.IsQuorum);
        Assert.False(witnesses.Allow(cosigned));
        Assert.Equal(checkpoint.Note.ToArray(), cosigned.Checkpoint.Note.ToArray());
        Assert.Equal($"witness={what},outcome={outcome}", Assert.Single(measured.Seen, seen => seen.Tags.StartsWith($"witness={what},", StringComparison.Ordinal)).Tags);

        // A slow machine may be late before it is connected.
        Assert.All(server.Asked, target => Assert.Equal("/add-checkpoint", target));
        Assert.True(outcome == "late" || server.Asked.Count == 1, $"{server.Asked.Count} requests");
        Assert.Empty(elsewhere.Asked);
        Assert.True(witnesses.Rest);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> AnswerAsync(string what, Uri elsewhere, [EnumeratorCancellation] CancellationToken stop)
    {
        switch (what)
        {
            case "redirect":
                yield return Bytes($"HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
                break;
            case "no-http":
                yield return Bytes("220 mail.example ESMTP\r\n");
                break;
            case "cut-off":
                yield return Bytes(Head + "Content-Length: 400\r\n\r\n— w.example ");
                break;
            case "silence":
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                break;
            case "stated-length":
                yield return Bytes(Head + "Content-Length: 100000000000\r\n\r\n");
                while (true)
                    yield return Bytes(new string('a', 4096));
            case "endless-headers":
                yield return Bytes(Head);
                while (true)
                    yield return Bytes($"X-More: {new string('a', 1000)}\r\n");
            case "no-end":
                yield return Bytes(Head + "\r\n");
                while (true)
                    yield return Bytes(new string('a', 4096));
            case "drops":
                yield return Bytes(Head + "\r\n");
                using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20)))
                {
                    while (await timer.WaitForNextTickAsync(stop))
                        yield return Bytes("a");
                }

                break;
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>One issuer cannot hurt another, whatever it uploads.</summary>
public sealed class HostileHourTests
{
    private const string Hostile = "hostile";
    private const double Tolerated = 1.5;
    private const int References = 20;

    [Fact]
    public async Task Beside_an_issuer_who_is_hostile_for_an_hour_another_waits_at_most_half_as_long_again()
    {
        var alone = await RunAsync(hostile: false);
        var beside = await RunAsync(hostile: true);
        foreach (var kind in new[] { "document", "revocation" })
        {
            var (before, now) = (Of(alone, kind), Of(beside, kind));
            TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {before.Count}, {Describe(before)} alone; {now.Count}, {Describe(now)} beside");
            Assert.Equal(before.Count, now.Count);
        }

        foreach (var kind in new[] { "document", "revocation" })
        {
            Assert.InRange(Of(beside, kind).Average() / Of(alone, kind).Average(), 0, Tolerated);
            Assert.InRange(MostOf(Of(beside, kind)) / MostOf(Of(alone, kind)), 0, Tolerated);

            // The one unluckiest wait of all hangs on which of two requests side by side came first.
            Assert.InRange(Of(beside, kind).Max() / Of(alone, kind).Max(), 0, 2);
        }
    }

    private static async Task<IReadOnlyList<(string Kind, TimeSpan Wait)>> RunAsync(bool hostile)
    {
        await using var hour = SharedHour.Begin(Hostile);
        if (hostile)
            await PlanAsync(hour);
        hour.PlanOrdinaryUploads();
        var waits = await hour.PassAsync();
        Assert.NotEmpty(waits);
        return waits;
    }

    private static async Task PlanAsync(SharedHour hour)
    {
        var world = hour.World;
        var documents = from reference in Enumerable.Range(0, References)
                        from document in Enumerable.Range(0, 100)
                        select $$"""{"algorithm":"sha-256","digest":"{{DigestOf(Bytes($"{reference} {document}")).Hex}}","reference":"{{reference}}"}""";
        await hour.UploadAsync(Hostile, "all.manifest.jsonl", Bytes(string.Join('\n', documents)));
        await hour.UploadAsync(Hostile, "always fails.pdf", Bytes("always fails"));
        await hour.PrepareAsync();

        // Answers that cannot be written, for some minutes.
        hour.Plan(240, () => Do(() => world.Inbox.Unanswerable["issuer-" + Hostile] = true));
        hour.Plan(480, () => Do(() => world.Inbox.Unanswerable.Clear()));

        // What changes nothing; one digest in twenty thousand lines; a long list again and again.
        hour.Every(1, i => hour.UploadAsync(Hostile, $"{i % 20}.pdf", Bytes($"again {i % 20}")));
        var repeated = Bytes(string.Concat(Enumerable.Repeat($"{DigestOf(Bytes("victim")).Hex}  a.pdf\n", 20_000)));
        hour.Every(1800, i => hour.UploadAsync(Hostile, $"{i}/SHA256SUMS", repeated), from: 120);
        var again = Bytes(string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{DigestOf(Bytes($"listed {i}")).Hex}  {i}.pdf\n")));
        BlobVersion? manifest = null;
        hour.Every(900, async i => manifest = await hour.UploadAsync(Hostile, $"{i}.sha256", again), from: 30);

        // Acts by reference that come to very many.
        string Suspend(int i) => $$"""{"act":"{{(i % 2 == 0 ? "suspend" : "reinstate")}}","reference":"{{i % References}}"}""";
        hour.Plan(90, () => hour.UploadAsync(Hostile, "long.acts.jsonl", Bytes(string.Join('\n', Enumerable.Range(0, 300).Select(Suspend)))));
        hour.Every(60, i => hour.UploadAsync(Hostile, $"five {i}.acts.jsonl", Bytes(string.Join('\n', Enumerable.Range(i, 5).Select(Suspend)))));
        hour.Every(20, i => hour.UploadAsync(Hostile, $"short {i}.acts.jsonl", Bytes(Suspend(i))), from: 7);
        hour.Every(1, i => hour.UploadAsync(Hostile, $"one {i}.acts.jsonl", Bytes(SharedHour.Line("suspend", $"again {i % 20}"))), from: 60.5);

        // What always fails, once it is staged.
        hour.Plan(0, () => Do(() => world.Ledger.Tables.Unreadable.Add(DigestOf(Bytes("always fails")))));
        hour.Every(20, i => hour.UploadAsync(Hostile, $"fails {i}.acts.jsonl", Bytes(SharedHour.Line("suspend", "always fails"))), from: 5);

        // Deliveries that come again, and what is refused.
        hour.Every(300, _ => manifest is null ? Task.CompletedTask : hour.TakeInAsync(manifest), from: 100);
        Rejection[] refused = [Rejection.Archived(), Rejection.CustomerEncrypted(), Rejection.NotABlockBlob()];
        foreach (var rejection in refused)
            world.Inbox.Unreadable[rejection.Cause] = rejection;
        (string Path, byte[] Content)[] bad =
        [
            .. refused.Select(rejection => (rejection.Cause, Bytes("x"))),
            ("empty.pdf", []),
            (new string('漢', 900), Bytes("long name")),
            (new string('x', 1100), Bytes("too long a name")),
            ("bad.acts.jsonl", Bytes("nonsense")),
            ("bad.manifest.jsonl", Bytes("{}")),
            ("SHA256SUMS", Bytes("not a digest")),
            ("a//b.pdf", Bytes("dead letter")),
        ];
        hour.Every(2, i => hour.UploadAsync(Hostile, bad[i % bad.Length].Path, bad[i % bad.Length].Content));
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static List<double> Of(IEnumerable<(string Kind, TimeSpan Wait)> waits, string kind) =>
        [.. waits.Where(wait => wait.Kind == kind).Select(wait => wait.Wait.TotalSeconds)];

    // What ninety-nine of a hundred do not exceed.
    private static double MostOf(List<double> waits) => waits.Order().ElementAt(waits.Count * 99 / 100);

    private static string Describe(List<double> waits) =>
        FormattableString.Invariant($"{waits.Average():0.000} s on average, {MostOf(waits):0.000} s of a hundred 99, {waits.Max():0.000} s at most");
}

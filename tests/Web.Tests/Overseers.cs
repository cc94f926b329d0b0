using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace TrueCopy.Web.Tests;

/// <summary>
/// Two witnesses, one of each side, and a policy that asks for both: whatever passes from the service to a page they cosign,
/// and the policy is shown in the service's place.
/// </summary>
internal sealed class Overseers : IDisposable
{
    private readonly Clock _clock;

    public Overseers(TimeProvider time)
    {
        _clock = new Clock(time);
        Shenzhen = new Ed25519Cosigner("witness.example/sz", SeedOf(1), _clock);
        HongKong = new Ed25519Cosigner("witness.example/hk", SeedOf(2), _clock);
    }

    public Cosigner Shenzhen { get; }

    public Cosigner HongKong { get; }

    /// <summary>When they saw what they sign; null: now.</summary>
    public DateTimeOffset? At { get => _clock.At; set => _clock.At = value; }

    /// <summary>Who signs.</summary>
    public List<Cosigner> Signing { get; } = [];

    /// <summary>What becomes of a line on its way.</summary>
    public Func<string, string> Spoil { get; set; } = line => line;

    /// <summary>What the service shows; null: none.</summary>
    public string? Shown { get; set; }

    public static byte[] SeedOf(byte first) => [first, .. new byte[31]];

    /// <summary>A policy that asks for both, or for something else.</summary>
    public string Policy(string quorum = "both", string shenzhen = "深圳", string hongKong = "香港") =>
        $"witness {shenzhen} {Shenzhen.Verifier}\nwitness {hongKong} {HongKong.Verifier}\ngroup both all {shenzhen} {hongKong}\nquorum {quorum}\n";

    /// <summary>Begins with both, and a policy that asks for both, before a page.</summary>
    public async Task WatchAsync(Visit visit)
    {
        Signing.AddRange([Shenzhen, HongKong]);
        Shown = Policy();
        await visit.Page.RouteAsync("**/v1/policy", route => Shown is null
            ? route.FulfillAsync(new() { Status = (int)HttpStatusCode.NotFound, ContentType = "application/problem+json", Body = """{"title":"no-policy"}""" })
            : route.FulfillAsync(new() { ContentType = "text/plain; charset=utf-8", Body = Shown }));
        await visit.RewriteAsync(answer => Cosign(answer));
        await visit.Page.RouteAsync("**/log/checkpoint", async route => await route.FulfillAsync(new() { ContentType = "text/plain; charset=utf-8", Body = Cosign(await (await route.FetchAsync()).TextAsync()) }));
    }

    /// <summary>A note, or a receipt that ends in one, with the lines of those who sign.</summary>
    public string Cosign(string note)
    {
        var begin = note.StartsWith("c2sp.org/tlog-proof", StringComparison.Ordinal) ? note.IndexOf("\n\n", StringComparison.Ordinal) + 2 : 0;
        var text = Encoding.UTF8.GetBytes(note[begin..(note.LastIndexOf("\n\n", StringComparison.Ordinal) + 1)]);
        return note + string.Concat(Signing.Select(cosigner =>
            Spoil(new NoteSignature(cosigner.Verifier.Name, cosigner.Verifier.KeyId, cosigner.SignAsync(text, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult()).ToLine())));
    }

    public FilePayload Cosign(FilePayload receipt) => Site.FileOf(receipt.Name, Encoding.UTF8.GetBytes(Cosign(Encoding.UTF8.GetString(receipt.Buffer))));

    public void Dispose()
    {
        Shenzhen.Dispose();
        HongKong.Dispose();
    }

    private sealed class Clock(TimeProvider time) : TimeProvider
    {
        public DateTimeOffset? At { get; set; }

        public override DateTimeOffset GetUtcNow() => At ?? time.GetUtcNow();
    }

    private void Cosign(JsonNode answer)
    {
        answer["checkpoint"]!["note"] = Cosign((string)answer["checkpoint"]!["note"]!);
        foreach (var result in answer["results"]!.AsArray())
        {
            foreach (var receipt in new[] { "receipt", "issueReceipt" })
            {
                if (result![receipt] is { } proof)
                    result[receipt] = Cosign((string)proof!);
            }
        }
    }
}

using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.Adversary.Tests.Mutations;

/// <summary>Documents of a service in memory, one in each state; the content of each is its name.</summary>
internal static class Documents
{
    public static IReadOnlyList<string> Names { get; } = ["standing", "long", "revoked", "suspended", "superseded", "successor", "expired", "early", "disputed", "agreed", "unheard"];

    /// <summary>Issues all of them but the last, and does to them what their names say.</summary>
    public static async Task IssueAsync(StubService service)
    {
        await using var process = service.World.Start();
        foreach (var name in Names.SkipLast(1))
            await UploadAsync("bank", name, Encoding.UTF8.GetBytes(name), MetadataOf(name));
        foreach (var name in new[] { "disputed", "agreed" })
            await UploadAsync("registry", name, Encoding.UTF8.GetBytes(name));
        await UploadAsync("bank", "acts.acts.jsonl", Encoding.UTF8.GetBytes($$"""
            {"act":"revoke","algorithm":"sha-256","digest":"{{HexOf("revoked")}}","reason":"issuedInError","note":"余额有误"}
            {"act":"suspend","algorithm":"sha-256","digest":"{{HexOf("suspended")}}","reason":"certificateHold"}
            {"act":"supersede","algorithm":"sha-256","digest":"{{HexOf("superseded")}}","reason":"superseded","successorAlgorithm":"sha-256","successorDigest":"{{HexOf("successor")}}"}
            {"act":"revoke","algorithm":"sha-256","digest":"{{HexOf("disputed")}}","reason":"issuedInError"}

            """));

        async Task UploadAsync(string issuer, string path, byte[] content, Dictionary<string, string>? metadata = null)
        {
            service.World.Time.Advance(TimeSpan.FromSeconds(1));
            var blob = service.World.Inbox.Put($"issuer-{issuer}", path, content, metadata);
            await process.Intake.HandleAsync(InMemoryWorld.EventOf(blob), TestContext.Current.CancellationToken);
        }
    }

    private static Dictionary<string, string>? MetadataOf(string name) => name switch
    {
        "expired" => new() { ["expires"] = "2026-01-01T00:00:00Z" },
        "early" => new() { ["validfrom"] = "2027-01-01T00:00:00Z" },
        "long" => new() { ["expires"] = "2027-01-01T00:00:00Z", ["type"] = "statement" },
        _ => null,
    };

    private static string HexOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}

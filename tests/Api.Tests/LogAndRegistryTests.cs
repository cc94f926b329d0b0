using System.Text.Json;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Notes;
using TrueCopy.TransparencyLog.Tiles;

namespace TrueCopy.Api.Tests;

public sealed class LogAndRegistryTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        for (var i = 0; i < 3; i++)
            await _host.IssueAsync($"{i}");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_checkpoint_is_signed_by_both_keys_and_cached_for_a_moment()
    {
        var response = await _host.GetAsync("/log/checkpoint");
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, max-age=2", response.Headers.CacheControl!.ToString());
        var note = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var checkpoint = SignedCheckpoint.Open(note, "log.example", _host.World.Identity.Verifiers);
        Assert.Equal((4, 2), (checkpoint.Size, checkpoint.Signers.Count));
    }

    [Fact]
    public async Task Tiles_and_bundles_are_bytes_that_never_change()
    {
        foreach (var (path, tile) in new[] { ("0/000.p/4", new TileId(0, 0, 4)), ("entries/000.p/4", new TileId(TileId.EntriesLevel, 0, 4)) })
        {
            var response = await _host.GetAsync($"/log/tile/{path}");
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
            Assert.True(response.Headers.CacheControl is { Public: true, MaxAge.TotalDays: 365 });
            Assert.Contains("immutable", response.Headers.CacheControl.ToString(), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal(_host.World.Ledger.Tiles[tile].ToArray(), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("0/000")]
    [InlineData("0/000.p/5")]
    [InlineData("0/000.p/256")]
    [InlineData("0/000.p/04")]
    [InlineData("00/000.p/4")]
    [InlineData("1/000.p/1")]
    [InlineData("0/x000/000.p/4")]
    [InlineData("0/%2e%2e/000.p/4")]
    [InlineData("entries/000")]
    [InlineData("checkpoint")]
    public async Task Other_tiles_do_not_exist(string path) =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/log/tile/{path}"), 404, "no-such-tile");

    [Fact]
    public async Task Issuers_are_listed_by_id()
    {
        _host.World.AddIssuer("agency");
        var issuers = (await JsonAsync("/v1/issuers")).GetProperty("issuers");
        Assert.Equal(["agency", "bank"], issuers.EnumerateArray().Select(issuer => issuer.GetProperty("id").GetString()));
        Assert.Equal("The bank Ltd", issuers[1].GetProperty("legalName").GetString());
    }

    [Fact]
    public async Task Keys_are_the_same_as_verifier_keys_and_as_a_key_set()
    {
        var document = await JsonAsync("/v1/keys");
        var verifiers = document.GetProperty("verifierKeys").EnumerateArray().Select(key => NoteVerifier.Parse(key.GetString()!)).ToArray();
        var keys = document.GetProperty("keys").EnumerateArray().ToArray();
        Assert.Equal("log.example", document.GetProperty("origin").GetString());
        var ecdsa = Assert.IsType<EcdsaP256Verifier>(verifiers[0]);
        Assert.Equal(("EC", "P-256", "ES256"), (Text(keys[0], "kty"), Text(keys[0], "crv"), Text(keys[0], "alg")));
        Assert.Equal(ecdsa.Point.X, System.Buffers.Text.Base64Url.DecodeFromChars(Text(keys[0], "x")));
        Assert.Equal(ecdsa.Point.Y, System.Buffers.Text.Base64Url.DecodeFromChars(Text(keys[0], "y")));
        Assert.Equal(("OKP", "Ed25519"), (Text(keys[1], "kty"), Text(keys[1], "crv")));
        Assert.Equal(verifiers[1].PublicKey.ToArray(), System.Buffers.Text.Base64Url.DecodeFromChars(Text(keys[1], "x")));
        Assert.Equal(verifiers.Select(key => $"{key.KeyId:x8}"), keys.Select(key => Text(key, "kid")));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<JsonElement> JsonAsync(string path) =>
        JsonDocument.Parse(await (await _host.GetAsync(path)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

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
    public async Task The_page_is_never_older_than_what_it_loads_and_that_is_kept_for_ever()
    {
        var page = await _host.GetAsync("/");
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("no-cache", page.Headers.CacheControl!.ToString());
        var assets = System.Text.RegularExpressions.Regex.Matches(html, @"""(/assets/[^""]+)""").Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(assets);
        foreach (var asset in assets)
            Assert.Contains("immutable", (await _host.GetAsync(asset)).Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("no-cache", (await _host.GetAsync("/assets/receipt.js")).Headers.CacheControl!.ToString());
        await ApiHost.ProblemAsync(await _host.GetAsync("/assets/..%2Findex.html"), 404, "no-such-resource");
    }

    [Fact]
    public async Task The_policy_is_served_byte_for_byte_as_it_was_configured_and_where_there_is_none_that_is_said()
    {
        await ApiHost.ProblemAsync(await _host.GetAsync("/v1/policy"), 404, "no-policy");
        var policy = new InMemoryWitnesses(new InMemoryWorld(), 2).Policy;
        await using var witnessed = await ApiHost.StartAsync(services => services.AddSingleton(policy));
        var answer = await witnessed.GetAsync("/v1/policy");
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(policy.File.ToArray(), await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal($"\"{policy.Version}\"", answer.Headers.ETag!.Tag);
        Assert.Equal("public, max-age=300", answer.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("gzip, br", "gzip")]
    [InlineData("br", null)]
    [InlineData("gzip;q=0", null)]
    public async Task The_page_is_compressed_for_those_who_take_it(string accepted, string? encoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/assets/receipt.js");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        var response = await _host.SendAsync(request);
        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal(["Accept-Encoding"], response.Headers.Vary);
    }

    // Anyone may ask, and listing every container is what storage is slow at.
    [Fact]
    public async Task The_issuers_are_listed_once_for_all_who_ask_within_half_a_minute()
    {
        for (var minute = 1; minute <= 2; minute++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _host.GetAsync("/v1/issuers")));
            Assert.All(answers, answer => Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode));
            Assert.Equal(minute, _host.World.Operations.Log.Count(name => name == "registry.list"));
            _host.World.Time.Advance(TimeSpan.FromSeconds(29));
            await _host.GetAsync("/v1/issuers");
            Assert.Equal(minute, _host.World.Operations.Log.Count(name => name == "registry.list"));
            _host.World.AddIssuer($"new-{minute}");
            _host.World.Time.Advance(TimeSpan.FromSeconds(2));
        }

        var last = await (await _host.GetAsync("/v1/issuers")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("new-2", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_checkpoint_is_signed_by_both_keys_and_cached_for_a_moment()
    {
        var response = await _host.GetAsync("/log/checkpoint");
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("public, max-age=2", response.Headers.CacheControl!.ToString());
        var note = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var checkpoint = SignedCheckpoint.Open(note, "log.example", _host.World.Identity.Verifiers);
        Assert.Equal((9, 2), (checkpoint.Size, checkpoint.Signers.Count));
    }

    [Fact]
    public async Task Tiles_and_bundles_are_bytes_that_never_change()
    {
        foreach (var (path, tile) in new[] { ("0/000.p/9", new TileId(0, 0, 9)), ("entries/000.p/9", new TileId(TileId.EntriesLevel, 0, 9)) })
        {
            var response = await _host.GetAsync($"/log/tile/{path}");
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
            Assert.True(response.Headers.CacheControl is { Public: true, MaxAge.TotalDays: 365 });
            Assert.Contains("immutable", response.Headers.CacheControl.ToString(), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal(_host.World.Ledger.Tiles[tile].ToArray(), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_full_tile_and_bundle_are_found_beside_the_partial_ones_that_came_before()
    {
        // In one batch or more, each with an entry of its own at its end.
        await _host.IssueManyAsync(300);
        var note = await (await _host.GetAsync("/log/checkpoint")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var rest = SignedCheckpoint.Open(note, "log.example", _host.World.Identity.Verifiers).Size - TileId.FullWidth;
        foreach (var path in new[] { "0/000", $"0/001.p/{rest}", "0/000.p/9", "1/000.p/1", "entries/000", $"entries/001.p/{rest}" })
            Assert.Equal((path, 200), (path, (int)(await _host.GetAsync($"/log/tile/{path}")).StatusCode));
        var full = await (await _host.GetAsync("/log/tile/0/000")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var partial = await (await _host.GetAsync("/log/tile/0/000.p/9")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal((8192, 288), (full.Length, partial.Length));
        Assert.Equal(partial, full[..288]);
        var bundle = await (await _host.GetAsync($"/log/tile/entries/001.p/{rest}")).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(rest, EntryBundle.Parse(bundle, (int)rest).Count);
    }

    [Theory]
    [InlineData("0/000")]
    [InlineData("0/000.p/6")]
    [InlineData("1/000.p/1")]
    [InlineData("entries/000")]
    [InlineData("63/x999/x999/x999/x999/x999/999")]
    public async Task Tiles_that_the_log_does_not_have_are_not_found(string path) =>
        await ApiHost.ProblemAsync(await _host.GetAsync($"/log/tile/{path}"), 404, "no-such-tile");

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("0")]
    [InlineData("0/")]
    [InlineData("0/0.p/4")]
    [InlineData("0/00.p/4")]
    [InlineData("0/0000.p/5")]
    [InlineData("0/x001")]
    [InlineData("0/001/002")]
    [InlineData("0/x000/000.p/5")]
    [InlineData("0/X000/000.p/5")]
    [InlineData("0/000.p/0")]
    [InlineData("0/000.p/04")]
    [InlineData("0/000.p/+4")]
    [InlineData("0/000.p/-4")]
    [InlineData("0/000.p/256")]
    [InlineData("0/000.p/257")]
    [InlineData("0/000.p/")]
    [InlineData("0/000.p")]
    [InlineData("0/000.P/4")]
    [InlineData("0/000.p/5/")]
    [InlineData("0//000.p/5")]
    [InlineData("/0/000.p/5")]
    [InlineData("0/000.p/5 ")]
    [InlineData("0/000.p/5\0")]
    [InlineData("0/000.p/\u0664")]
    [InlineData("0\\000.p\\4")]
    [InlineData("0/000.p%2F4")]
    [InlineData("00/000.p/5")]
    [InlineData("+0/000.p/5")]
    [InlineData("-1/000.p/5")]
    [InlineData("64/000.p/5")]
    [InlineData("18446744073709551616/000.p/5")]
    [InlineData("Entries/000.p/5")]
    [InlineData("entries/0/000.p/5")]
    [InlineData("checkpoint")]
    [InlineData("../checkpoint")]
    [InlineData("0/../0/000.p/5")]
    [InlineData("0/%2e%2e/0/000.p/5")]
    [InlineData("0/./000.p/5")]
    [InlineData("../../state/head")]
    [InlineData("..\\..\\state\\head")]
    [InlineData("0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    public async Task Any_other_spelling_is_not_found_and_storage_is_not_asked(string path)
    {
        var before = _host.World.Operations.Log.Count;
        var answer = (await _host.SendRawAsync("GET", $"/log/tile/{path}")).Response;
        Assert.Equal((404, "application/problem+json"), (answer.StatusCode, answer.ContentType));
        using var body = new StreamReader(answer.Body);
        Assert.Contains("urn:truecopy:problem:no-such-tile", await body.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(before, _host.World.Operations.Log.Count);
    }

    [Theory]
    [InlineData("/log/tile/../../v1/verify/0/000.p/5")]
    [InlineData("/log/tile/%2e%2e/%2e%2e/%2e%2e/state/head")]
    [InlineData("/log/tile/0/%2E%2E/%2e./0/000.p/5")]
    [InlineData("/log/tile/..%2f..%2fstate%2fhead")]
    [InlineData("/log/tile/..%5c..%5cstate%5chead")]
    [InlineData("/log/tile/0/000.p%2f4")]
    public async Task No_path_over_the_wire_leads_out_of_the_tiles(string target)
    {
        await using var kestrel = await ApiHost.StartAsync(onKestrel: true);
        await kestrel.IssueManyAsync(3);
        var answer = await Wire.ExchangeAsync(kestrel.Address, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:truecopy:problem:no-such-", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Issuers_are_listed_by_id()
    {
        _host.World.AddIssuer("agency");
        var issuers = (await JsonAsync("/v1/issuers")).GetProperty("issuers");
        Assert.Equal(["agency", "bank"], issuers.EnumerateArray().Select(issuer => issuer.GetProperty("id").GetString()));
        Assert.Equal("The bank Ltd", issuers[1].GetProperty("legalName").GetString());
        Assert.False(issuers[1].TryGetProperty("domain", out _));
    }

    [Fact]
    public async Task Legal_names_by_language_are_listed_and_in_the_history()
    {
        _host.World.Inbox.CreateContainer("issuer-szbank", new() { ["legalname"] = "Bank", ["legalname_zh_hant"] = "示範銀行", ["jurisdiction"] = "CN-GD" });
        var digest = await _host.IssueAsync("named", "szbank");
        const string Names = """{"zh-Hant":"示範銀行"}""";
        Assert.Equal(Names, (await JsonAsync("/v1/issuers")).GetProperty("issuers")[1].GetProperty("legalNames").GetRawText());
        Assert.Equal(Names, (await JsonAsync("/v1/issuers/szbank")).GetProperty("descriptions")[0].GetProperty("legalNames").GetRawText());
        var result = (await JsonAsync($"/v1/verify/sha-256/{digest}")).GetProperty("results")[0];
        Assert.Equal(Names, result.GetProperty("issuer").GetProperty("legalNames").GetRawText());
        Assert.Equal("示範銀行", Receipt.Parse(Encoding.UTF8.GetBytes(Text(result, "receipt"))).ReadEntry().LegalNames?.ZhHant);
    }

    [Fact]
    public async Task Names_of_any_script_and_domains_are_listed_as_they_are()
    {
        _host.World.Inbox.CreateContainer("issuer-szbank", new() { ["legalname"] = "深圳<銀行> & \"Co\"", ["jurisdiction"] = "CN-GD", ["domain"] = "szbank.example" });
        var text = await (await _host.GetAsync("/v1/issuers")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("深圳<銀行> & ", text, StringComparison.Ordinal);
        var issuer = JsonDocument.Parse(text).RootElement.GetProperty("issuers")[1];
        Assert.Equal(("szbank", "CN-GD", "szbank.example"), (Text(issuer, "id"), Text(issuer, "jurisdiction"), Text(issuer, "domain")));
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
        Assert.Equal(ecdsa.Point.X, Base64Url.DecodeFromChars(Text(keys[0], "x")));
        Assert.Equal(ecdsa.Point.Y, Base64Url.DecodeFromChars(Text(keys[0], "y")));
        Assert.Equal(("OKP", "Ed25519"), (Text(keys[1], "kty"), Text(keys[1], "crv")));
        Assert.Equal(verifiers[1].PublicKey.ToArray(), Base64Url.DecodeFromChars(Text(keys[1], "x")));
        Assert.Equal(verifiers.Select(key => $"{key.KeyId:x8}"), keys.Select(key => Text(key, "kid")));
        Assert.False(keys[1].TryGetProperty("y", out _));
        Assert.DoesNotContain(keys, key => key.TryGetProperty("d", out _));
        Assert.Equal(_host.World.Identity.Verifiers.Select(verifier => verifier.ToString()), verifiers.Select(verifier => verifier.ToString()));
    }

    [Fact]
    public async Task Each_announcement_of_keys_is_proven_by_the_keys_before_it()
    {
        var keys = new KeysForTests();
        await using var host = await ApiHost.StartAsync(services => services.AddSingleton<ILogKeys>(keys));
        var (old, next, witness) = (InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519());
        foreach (var signers in (INoteSigner[][])[[old, witness], [next, old, witness], [next, witness]])
        {
            keys.Identity = new LogIdentity("log.example", signers);
            await host.IssueManyAsync(100);
        }

        var document = JsonSerializer.Deserialize(await (await host.GetAsync("/v1/keys")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken), DocumentJson.Instance.KeysDocument)!;
        Assert.Equal([next.Verifier.ToString(), witness.Verifier.ToString()], document.VerifierKeys);
        var entries = document.Entries.Select(entry => KeysEntry.Parse(entry.LogIndex, entry.Receipt)).ToArray();
        Assert.Equal(3, entries.Length);
        Assert.Equal(0, entries[0].LogIndex);
        var known = entries[0].Keys;
        foreach (var entry in entries)
        {
            Assert.True(entry.ProveBy(known).Size > entry.LogIndex);
            known = entry.Keys;
        }

        Assert.Equal([2, 3, 2], entries.Select(entry => entry.Keys.Verifiers.Count));
    }

    [Fact]
    public async Task The_key_of_the_set_verifies_what_the_log_signed_in_any_library()
    {
        var key = (await JsonAsync("/v1/keys")).GetProperty("keys")[0];
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(Text(key, "x")), Y = Base64Url.DecodeFromChars(Text(key, "y")) },
        });
        var note = await (await _host.GetAsync("/log/checkpoint")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var parts = note.Split("\n\n");
        var signatures = parts[1].TrimEnd('\n').Split('\n').Select(line => Convert.FromBase64String(line.Split(' ')[2]));
        var ours = signatures.Single(signature => Convert.ToHexStringLower(signature.AsSpan(0, 4)) == Text(key, "kid"));
        Assert.True(ecdsa.VerifyData(Encoding.UTF8.GetBytes(parts[0] + "\n"), ours.AsSpan(4), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public async Task A_log_that_has_not_begun_has_keys_and_nothing_that_proves_them()
    {
        await using var host = await ApiHost.StartAsync();
        var document = JsonDocument.Parse(await (await host.GetAsync("/v1/keys")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal((2, 0), (document.GetProperty("verifierKeys").GetArrayLength(), document.GetProperty("entries").GetArrayLength()));
    }

    [Fact]
    public async Task An_announcement_whose_first_checkpoint_was_not_kept_is_proven_by_the_newest()
    {
        var tables = _host.World.Ledger.Tables;
        tables.Set(StorageNames.IssuersTable, tables.Rows(StorageNames.IssuersTable).First(row => row.Partition == KeyHistory.Partition) with { Note = null });
        var entry = (await JsonAsync("/v1/keys")).GetProperty("entries")[0];
        Assert.Equal(9, KeysEntry.Parse(0, Text(entry, "receipt")).ProveBy(new KeySet(_host.World.Identity.Verifiers)).Size);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<JsonElement> JsonAsync(string path) =>
        JsonDocument.Parse(await (await _host.GetAsync(path)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private sealed class KeysForTests : ILogKeys
    {
        public LogIdentity Identity { get; set; } = null!;

        public ValueTask<LogIdentity> CurrentAsync(CancellationToken cancellationToken) => new(Identity);

        public Task<LogIdentity> ReloadAsync(CancellationToken cancellationToken) => Task.FromResult(Identity);
    }
}

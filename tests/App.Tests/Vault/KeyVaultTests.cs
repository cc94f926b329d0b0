using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.App.Signing;

namespace TrueCopy.App.Tests.Vault;

/// <summary>The log's keys in a vault, over its REST interface.</summary>
public sealed class KeyVaultTests : IAsyncLifetime
{
    private const string Origin = "log.example";
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(90);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));
    private FakeVault _vault = null!;
    private FakeVault.Version _first = null!;
    private KeyVaultKeys _keys = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _vault = await FakeVault.StartAsync(_time);
        _first = _vault.AddKey("log-signing");
        _vault.AddSecret("log-ed25519-seed");
        _keys = Open();
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task A_checkpoint_carries_the_vaults_signature_in_the_encoding_of_notes()
    {
        var identity = await _keys.LoadAsync(Stop);
        for (var size = 1; size <= 40; size++)
        {
            var signed = await SignAsync(identity, size);
            var spki = _first.Key!.ExportSubjectPublicKeyInfo();
            Assert.Single(SignedCheckpoint.Open(signed.Note, Origin, [new EcdsaP256Verifier(Origin, spki)]).Signers);
            Assert.Equal(2, signed.Signers.Count);
        }
    }

    [Fact]
    public async Task Every_signature_names_the_version_that_made_it()
    {
        await SignAsync(await _keys.LoadAsync(Stop));
        Assert.Equal(1, _vault.Count($"POST /keys/log-signing/{_first.Id}/sign", 200));
    }

    [Fact]
    public async Task A_signature_that_the_public_key_rejects_is_never_used()
    {
        var identity = await _keys.LoadAsync(Stop);
        _vault.SignsWrongly = true;
        await Assert.ThrowsAsync<LogFormatException>(() => SignAsync(identity));
    }

    [Fact]
    public async Task A_version_made_between_two_calls_signs_beside_the_old_one_and_then_alone()
    {
        Assert.Equal([KeyId(_first)], EcdsaIds(await _keys.LoadAsync(Stop)));
        _time.Advance(TimeSpan.FromDays(500));
        var second = _vault.AddKey("log-signing");
        var during = await _keys.LoadAsync(Stop);
        Assert.Equal([KeyId(second), KeyId(_first)], EcdsaIds(during));
        Assert.Equal(3, (await SignAsync(during)).Signers.Count);
        _time.Advance(Overlap);
        Assert.Equal([KeyId(second)], EcdsaIds(await _keys.LoadAsync(Stop)));
    }

    [Fact]
    public async Task Versions_beyond_the_first_page_are_seen()
    {
        FakeVault.Version newest = _first;
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromDays(100));
            newest = _vault.AddKey("log-signing");
        }

        Assert.Equal(KeyId(newest), EcdsaIds(await _keys.LoadAsync(Stop))[0]);
        Assert.True(_vault.Count("GET /keys/log-signing/versions", 200) > 3);
    }

    [Fact]
    public async Task The_seed_rotates_as_the_key_does()
    {
        var before = await _keys.LoadAsync(Stop);
        _time.Advance(TimeSpan.FromDays(1));
        _vault.AddSecret("log-ed25519-seed");
        var after = await _keys.LoadAsync(Stop);
        Assert.Equal(3, after.Signers.Count);
        Assert.Contains(before.Verifiers[^1], after.Verifiers);
        Assert.Equal(3, (await SignAsync(after)).Signers.Count);
    }

    [Fact]
    public async Task A_public_key_is_read_once_for_each_version()
    {
        for (var i = 0; i < 5; i++)
            await _keys.LoadAsync(Stop);
        Assert.Equal(1, _vault.Count($"GET /keys/log-signing/{_first.Id}", 200));
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    public async Task A_version_that_the_vault_would_refuse_is_not_asked_to_sign(string how)
    {
        _time.Advance(TimeSpan.FromDays(1));
        var second = _vault.AddKey("log-signing");
        _ = how switch
        {
            "disabled" => (second.Enabled = false).ToString(),
            "expired" => (second.Expires = _time.GetUtcNow()).ToString(),
            _ => (second.NotBefore = _time.GetUtcNow().AddSeconds(1)).ToString(),
        };
        Assert.Equal([KeyId(_first)], EcdsaIds(await _keys.LoadAsync(Stop)));
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("expired")]
    public async Task A_version_that_lapses_while_it_is_in_use_fails_to_sign_and_is_then_no_longer_among_the_keys(string how)
    {
        using var current = new RotatedKeys(_keys, _time, NullLogger<RotatedKeys>.Instance);
        var identity = await current.CurrentAsync(Stop);
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = _vault.AddKey("log-signing");
        if (how == "disabled")
            _first.Enabled = false;
        else
            _first.Expires = _time.GetUtcNow();

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => SignAsync(identity));
        Assert.Equal((403, "Forbidden"), (refused.Status, refused.ErrorCode));
        Assert.Equal([KeyId(second)], EcdsaIds(await current.ReloadAsync(Stop)));
        await SignAsync(await current.CurrentAsync(Stop));
    }

    [Fact]
    public async Task A_vault_without_a_version_that_may_sign_is_an_outage_and_says_which_key()
    {
        _first.Enabled = false;
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => _keys.LoadAsync(Stop));
        Assert.Contains("log-signing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttling_is_waited_out_for_as_long_as_the_vault_asks()
    {
        var identity = await _keys.LoadAsync(Stop);
        _vault.FailNext(429, TimeSpan.FromSeconds(1));
        _vault.FailNext(429, TimeSpan.FromSeconds(1));
        var started = TimeProvider.System.GetTimestamp();
        await SignAsync(identity);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromSeconds(1.9));
        Assert.Equal((2, 1), (_vault.Count("/sign", 429), _vault.Count("/sign", 200)));
    }

    [Fact]
    public async Task An_outage_longer_than_our_patience_fails_after_a_bounded_number_of_tries()
    {
        var identity = await _keys.LoadAsync(Stop);
        for (var i = 0; i < 20; i++)
            _vault.FailNext(503);
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => SignAsync(identity));
        Assert.Equal((503, 6), (failure.Status, _vault.Count("/sign", 503)));
    }

    [Fact]
    public async Task Who_is_not_admitted_is_told_at_once()
    {
        _vault.FailNext(403);
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => _keys.LoadAsync(Stop));
        Assert.Equal((403, 1), (failure.Status, _vault.Count("versions", 403)));
    }

    [Fact]
    public async Task A_key_on_another_curve_is_refused()
    {
        _time.Advance(TimeSpan.FromDays(1));
        _vault.AddKey("log-signing", ECCurve.NamedCurves.nistP384);
        await Assert.ThrowsAsync<LogFormatException>(() => _keys.LoadAsync(Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abcd")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_seed_that_is_not_32_bytes_of_hex_is_refused(string seed)
    {
        _time.Advance(TimeSpan.FromDays(1));
        _vault.AddSecret("log-ed25519-seed", seed);
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(() => _keys.LoadAsync(Stop));
        Assert.Contains("log-ed25519-seed", failure.Message, StringComparison.Ordinal);
    }

    private KeyVaultKeys Open()
    {
        // The certificate is the fake's own; everything else is as the app sets it up, but for shorter waits.
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        var keyOptions = new KeyClientOptions { Transport = new HttpClientTransport(handler) };
        var secretOptions = new SecretClientOptions { Transport = new HttpClientTransport(handler), DisableChallengeResourceVerification = true };
        VaultRetry.Apply(keyOptions.Retry);
        VaultRetry.Apply(secretOptions.Retry);
        keyOptions.Retry.Delay = secretOptions.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new KeyVaultKeys(
            new KeyClient(_vault.Address, new AnyToken(), keyOptions),
            new SecretClient(_vault.Address, new AnyToken(), secretOptions),
            new KeyVaultKeyNames(Origin, "log-signing", "log-ed25519-seed", Overlap),
            _time);
    }

    private static Task<SignedCheckpoint> SignAsync(LogIdentity identity, long size = 1) =>
        SignedCheckpoint.SignAsync(new Checkpoint(Origin, size, TreeHasher.Leaf([(byte)size])), identity.Signers, Stop);

    private static uint[] EcdsaIds(LogIdentity identity) => [.. identity.Verifiers.OfType<EcdsaP256Verifier>().Select(verifier => verifier.KeyId)];

    private static uint KeyId(FakeVault.Version version) => new EcdsaP256Verifier(Origin, version.Key!.ExportSubjectPublicKeyInfo()).KeyId;

    private sealed class AnyToken : TokenCredential
    {
        private static readonly AccessToken Token = new("token", DateTimeOffset.MaxValue);

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => Token;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(Token);
    }
}

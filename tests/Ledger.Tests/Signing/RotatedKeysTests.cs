using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.Ledger.Tests.Signing;

/// <summary>How keys are kept between looks into the vault.</summary>
public sealed class RotatedKeysTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Source _source = new();
    private readonly RotatedKeys _keys;

    public RotatedKeysTests() => _keys = new RotatedKeys(_source, _time, NullLogger<RotatedKeys>.Instance);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task The_vault_is_asked_once_in_a_while_however_many_ask_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _keys.CurrentAsync(Stop).AsTask()));
        Assert.Equal(1, _source.Loads);
        _time.Advance(RotatedKeys.Lifetime - TimeSpan.FromTicks(1));
        await _keys.CurrentAsync(Stop);
        Assert.Equal(1, _source.Loads);
        _time.Advance(TimeSpan.FromTicks(1));
        var second = await _keys.CurrentAsync(Stop);
        Assert.Same(_source.Identity, second);
        Assert.Equal(2, _source.Loads);
    }

    [Fact]
    public async Task A_reload_never_answers_with_what_was_known()
    {
        var known = await _keys.CurrentAsync(Stop);
        Assert.NotSame(known, await _keys.ReloadAsync(Stop));
        Assert.Same(_source.Identity, await _keys.CurrentAsync(Stop));
        _source.IsDown = true;
        await Assert.ThrowsAsync<IOException>(() => _keys.ReloadAsync(Stop));
    }

    [Fact]
    public async Task During_an_outage_the_known_keys_go_on_verifying_and_the_vault_is_left_alone_for_a_while()
    {
        var known = await _keys.CurrentAsync(Stop);
        _source.IsDown = true;
        _time.Advance(RotatedKeys.Lifetime);
        for (var i = 0; i < 10; i++)
            Assert.Same(known, await _keys.CurrentAsync(Stop));
        Assert.Equal(2, _source.Loads);
        _time.Advance(RotatedKeys.RetryAfter);
        _source.IsDown = false;
        Assert.NotSame(known, await _keys.CurrentAsync(Stop));
        Assert.Equal(3, _source.Loads);
    }

    [Fact]
    public async Task An_outage_at_the_start_is_a_failure()
    {
        _source.IsDown = true;
        await Assert.ThrowsAsync<IOException>(async () => await _keys.CurrentAsync(Stop));
    }

    [Fact]
    public async Task Who_gives_up_is_not_answered_with_old_keys()
    {
        await _keys.CurrentAsync(Stop);
        _time.Advance(RotatedKeys.Lifetime);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _keys.CurrentAsync(new CancellationToken(true)));
    }

    private sealed class Source : ILogKeySource
    {
        public bool IsDown { get; set; }

        public int Loads { get; private set; }

        public LogIdentity? Identity { get; private set; }

        public async Task<LogIdentity> LoadAsync(CancellationToken cancellationToken)
        {
            Loads++;
            await Task.Yield();
            if (IsDown)
                throw new IOException("vault");
            return Identity = new LogIdentity("log.example", []);
        }
    }
}

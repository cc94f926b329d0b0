using TrueCopy.Client;
using TrueCopy.Testing.InMemory;
using TrueCopy.TransparencyLog.Notes;

namespace TrueCopy.Sdk.Tests;

/// <summary>A service is held to the log that it once showed.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task On_first_contact_the_services_keys_are_taken_as_far_as_they_signed()
    {
        var known = await MeetAsync(null);
        Assert.Equal(_service.World.Identity.Verifiers.Select(key => key.ToString()), known.Keys.Verifiers.Select(key => key.ToString()));
        Assert.Empty(known.Retired);
    }

    [Fact]
    public async Task A_log_that_grew_is_followed_by_a_consistency_proof_from_its_tiles()
    {
        var known = await MeetAsync(null);
        await _service.IssueDigestsAsync(Enumerable.Range(0, 600).Select(i => Clients.DigestOf(i).Hex));
        var before = _service.Requests;
        var later = await MeetAsync(known);
        Assert.True(later.Checkpoint.Size > known.Checkpoint.Size + 600);
        Assert.Contains(_service.Asked.Skip(before), path => path.StartsWith("/log/tile/", StringComparison.Ordinal));
        Assert.DoesNotContain("/v1/keys", _service.Asked.Skip(before));
    }

    [Fact]
    public async Task A_log_that_did_not_grow_costs_no_request()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service);
        var answer = await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        var known = await client.RenewAsync(null, [answer], Clients.Stop);
        var before = client.RequestsSent;
        await client.RenewAsync(known, [answer], Clients.Stop);
        Assert.Equal(before, client.RequestsSent);
    }

    [Fact]
    public async Task An_answer_from_a_moment_ago_is_no_contradiction_and_nothing_is_forgotten()
    {
        await _service.IssueAsync(Clients.Content(0));
        using var client = Clients.Of(_service);
        var old = await client.VerifyAsync(Clients.DigestOf(0), Clients.Stop);
        var known = await MeetAsync(null);
        var later = await client.RenewAsync(known, [old], Clients.Stop);
        Assert.Equal(known.Checkpoint.Size, later.Checkpoint.Size);
    }

    [Fact]
    public async Task A_log_with_the_same_keys_and_another_history_is_refused_whether_longer_or_not()
    {
        var known = await MeetAsync(null);
        var world = new InMemoryWorld();
        world.SignWith([.. _service.World.Identity.Signers]);
        using var fork = new StubService(world);
        foreach (var more in new[] { 0, 0, 5 })
        {
            for (var i = 0; i <= more; i++)
                await fork.IssueAsync(Clients.Content(100 + i));
            await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known, fork));
        }
    }

    [Fact]
    public async Task A_log_with_other_keys_is_refused()
    {
        var known = await MeetAsync(null);
        using var stranger = new StubService();
        await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known, stranger));
    }

    [Fact]
    public async Task A_new_key_is_learned_while_a_known_one_of_its_kind_signs_beside_it_and_the_old_one_retires()
    {
        var known = await MeetAsync(null);
        var (old, witness, next) = (_service.World.Identity.Signers[0], _service.World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        await _service.RotateAsync(old, next, witness);
        var both = await MeetAsync(known);
        Assert.Equal(Names(old, next, witness), both.Keys.Verifiers.Select(key => key.ToString()).Order());

        await _service.RotateAsync(next, witness);
        var after = await MeetAsync(both);
        Assert.Equal(Names(next, witness), after.Keys.Verifiers.Select(key => key.ToString()).Order());
        Assert.Equal(old.Verifier.ToString(), Assert.Single(after.Retired).ToString());
    }

    [Fact]
    public async Task A_key_of_another_kind_does_not_vouch_for_a_new_one()
    {
        var known = await MeetAsync(null);
        await _service.RotateAsync(InMemoryWorld.NewEcdsa(), _service.World.Identity.Signers[1]);
        await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known));
    }

    private static IEnumerable<string> Names(params INoteSigner[] signers) => signers.Select(signer => signer.Verifier.ToString()).Order();

    // One document more is issued each time, and asked about.
    private async Task<TrustedLog> MeetAsync(TrustedLog? known, StubService? other = null)
    {
        var service = other ?? _service;
        var content = Guid.NewGuid().ToByteArray();
        await service.IssueAsync(content);
        using var client = Clients.Of(service, options => options.Keys = known?.Keys);
        return await client.RenewAsync(known, [await client.VerifyAsync(Clients.DigestOf(content), Clients.Stop)], Clients.Stop);
    }
}

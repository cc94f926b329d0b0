using System.Text;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>A service is held to the log that it once showed.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly StubService _service = new();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task On_first_contact_the_keys_are_those_that_the_logs_last_entry_lists()
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
    public async Task A_new_key_is_learned_from_the_entry_that_lists_it_and_the_old_one_retires_with_the_entry_that_does_not()
    {
        var known = await MeetAsync(null);
        var (old, witness, next) = (_service.World.Identity.Signers[0], _service.World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        await _service.RotateAsync(old, next, witness);
        var both = await MeetAsync(known);
        Assert.Equal(Names(old, next, witness), Names(both.Keys.Verifiers));
        Assert.NotEqual(known.Announced, both.Announced);

        await _service.RotateAsync(next, witness);
        var after = await MeetAsync(both);
        Assert.Equal(Names(next, witness), Names(after.Keys.Verifiers));
        Assert.Equal(old.Verifier.ToString(), Assert.Single(after.Retired).ToString());
    }

    [Fact]
    public async Task Whoever_was_away_for_two_rotations_walks_from_entry_to_entry_and_knows_every_key_of_the_time_between()
    {
        var known = await MeetAsync(null);
        var (first, witness, second, third) = (_service.World.Identity.Signers[0], _service.World.Identity.Signers[1], InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEcdsa());
        await _service.RotateAsync(first, second, witness);
        await _service.RotateAsync(second, witness);
        await _service.RotateAsync(second, third, witness);
        await _service.RotateAsync(third, witness);
        var after = await MeetAsync(known);
        Assert.Equal(Names(third, witness), Names(after.Keys.Verifiers));
        Assert.Equal(Names(first, second), Names(after.Retired));
    }

    [Fact]
    public async Task Keys_that_were_given_walk_too()
    {
        var (old, witness, next) = (_service.World.Identity.Signers[0], _service.World.Identity.Signers[1], InMemoryWorld.NewEcdsa());
        await MeetAsync(null);
        await _service.RotateAsync(old, next, witness);
        await _service.RotateAsync(next, witness);
        using var client = Clients.Of(_service, options => options.Keys = LogKeys.Pin(old.Verifier.ToString()));
        var content = Clients.Content(7);
        await _service.IssueAsync(content);
        var answer = await client.VerifyAsync(Clients.DigestOf(content), Clients.Stop);
        Assert.Equal(Verdict.Verified, answer.Verdict);
        var keys = await client.KeysAsync(Clients.Stop);
        Assert.True(keys.Pinned);
        Assert.Equal(Names(next, witness), Names(keys.Verifiers));
        Assert.Equal(old.Verifier.ToString(), Assert.Single((await client.RenewAsync(null, [answer], Clients.Stop)).Retired).ToString());
    }

    [Fact]
    public async Task A_key_that_was_exchanged_at_once_is_refused()
    {
        var known = await MeetAsync(null);
        await _service.RotateAsync(InMemoryWorld.NewEcdsa(), _service.World.Identity.Signers[1]);
        Assert.Equal(LogChange.Keys, (await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known))).Change);
    }

    [Fact]
    public async Task Keys_that_sign_beside_the_known_ones_and_are_in_no_entry_are_not_learned()
    {
        var known = await MeetAsync(null);
        Append(InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519());
        var after = await MeetAsync(known);
        Assert.Equal(Names(known.Keys.Verifiers), Names(after.Keys.Verifiers));
        Assert.Empty(after.Retired);
    }

    [Fact]
    public async Task Keys_that_sign_beside_the_known_ones_and_are_served_with_them_are_refused()
    {
        var known = await MeetAsync(null);
        INoteSigner[] own = [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()];
        Append(own);
        _service.LieAboutKeys = keys => keys with { VerifierKeys = [.. keys.VerifierKeys, .. own.Select(signer => signer.Verifier.ToString())] };
        var refused = await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known));
        Assert.Contains("lists other keys than are said to sign", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_of_another_log_that_lists_the_keys_of_whoever_stands_between_is_refused()
    {
        var known = await MeetAsync(null);
        using var stranger = new StubService();
        await stranger.IssueAsync(Clients.Content(0));
        await stranger.RotateAsync([.. stranger.World.Identity.Signers, InMemoryWorld.NewEcdsa()]);
        var forged = await stranger.KeysAsync(Clients.Stop);
        Append([.. stranger.World.Identity.Signers]);
        _service.LieAboutKeys = keys => forged with { Entries = [.. keys.Entries, forged.Entries[^1]] };
        var refused = await Assert.ThrowsAsync<LogChangedException>(() => MeetAsync(known));
        Assert.Contains("is not proven by the keys before it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_first_contact_keys_that_no_entry_proves_are_no_answer()
    {
        await _service.IssueAsync(Clients.Content(0));
        var own = InMemoryWorld.NewEcdsa().Verifier.ToString();
        Func<KeysDocument, KeysDocument>[] lies = [keys => keys with { Entries = [] }, keys => keys with { VerifierKeys = [own] }, keys => keys with { VerifierKeys = [.. keys.VerifierKeys, own] }];
        foreach (var lie in lies)
        {
            _service.LieAboutKeys = lie;
            Assert.Contains("its keys cannot be used", (await Assert.ThrowsAsync<NoAnswerException>(() => MeetAsync(null))).Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Names(params INoteSigner[] signers) => Names(signers.Select(signer => signer.Verifier));

    private static IEnumerable<string> Names(IEnumerable<NoteVerifier> keys) => keys.Select(key => key.ToString()).Order();

    // What anyone can do to a signed note on its way.
    private void Append(params INoteSigner[] signers) => _service.Lie = verdict =>
    {
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(verdict.Checkpoint.Note));
        var text = Encoding.UTF8.GetBytes(note.Text);
        var lines = signers.Select(signer => new NoteSignature(signer.Verifier.Name, signer.Verifier.KeyId, signer.SignAsync(text, default).AsTask().GetAwaiter().GetResult()));
        var more = Encoding.UTF8.GetString((note with { Signatures = [.. note.Signatures, .. lines] }).Encode());
        return verdict with
        {
            Checkpoint = verdict.Checkpoint with { Note = more },
            Results = [.. verdict.Results.Select(result => result with { Receipt = result.Receipt.Replace(verdict.Checkpoint.Note, more, StringComparison.Ordinal) })],
        };
    };

    // One document more is issued each time, and asked about.
    private async Task<TrustedLog> MeetAsync(TrustedLog? known, StubService? other = null)
    {
        var service = other ?? _service;
        var content = Guid.NewGuid().ToByteArray();
        await service.IssueAsync(content);
        using var client = Clients.Of(service, options => (options.Keys, options.Known) = (null, known));
        return await client.RenewAsync(known, [await client.VerifyAsync(Clients.DigestOf(content), Clients.Stop)], Clients.Stop);
    }
}

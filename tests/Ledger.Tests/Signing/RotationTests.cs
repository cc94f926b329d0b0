using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Signing;

/// <summary>A key gives way to another without a moment in which a verifier who knows one of them is lost.</summary>
public sealed class RotationTests
{
    private readonly InMemoryWorld _world = new();
    private readonly EcdsaP256Signer _old = InMemoryWorld.NewEcdsa();
    private readonly EcdsaP256Signer _new = InMemoryWorld.NewEcdsa();
    private readonly Ed25519Signer _ed25519 = InMemoryWorld.NewEd25519();

    public RotationTests() => _world.SignWith(_old, _ed25519);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_key_is_announced_by_the_entry_of_the_first_checkpoint_that_it_signs()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "before");
        Rotate(_new, _old, _ed25519);
        await IssueAsync(service, "during");

        var announcement = Assert.Single(KeyEntries());
        Assert.Equal(_world.Identity.Verifiers.Select(verifier => verifier.ToString()), announcement.Entry.Keys);
        var first = Checkpoints().First(checkpoint => Signed(checkpoint, _new));
        Assert.Equal(announcement.Index, Checkpoints().Last(checkpoint => !Signed(checkpoint, _new)).Size);
        Assert.True(Signed(first, _old) && Signed(first, _ed25519));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task During_the_overlap_receipts_satisfy_whoever_knows_either_key()
    {
        await using var service = _world.Start();
        Rotate(_new, _old, _ed25519);
        await IssueAsync(service, "document");
        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("document")), Stop);
        foreach (INoteSigner pinned in new INoteSigner[] { _old, _new, _ed25519 })
            Assert.Single(ReceiptCheck.Run(answer.Issuers[0].Receipt, answer.Digest, [pinned.Verifier]).Checkpoint.Signers);
    }

    [Fact]
    public async Task Each_announcement_is_kept_with_its_first_checkpoint_which_the_keys_before_signed_too()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        Rotate(_new, _old, _ed25519);
        await IssueAsync(service, "two");
        Rotate(_new, _ed25519);
        await IssueAsync(service, "three");

        var entries = await service.Keys.ListAsync(Stop);
        Assert.Equal([0, .. KeyEntries().Select(entry => (long)entry.Index)], entries.Select(entry => entry.LogIndex));
        var known = entries[0].Keys;
        foreach (var entry in entries)
        {
            var first = Checkpoints().First(checkpoint => checkpoint.Size > entry.LogIndex);
            Assert.Equal(first.Note.ToArray(), entry.ProveBy(known).Note.ToArray());
            known = entry.Keys;
        }
    }

    [Fact]
    public async Task To_verify_asks_nothing_about_keys()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        var before = _world.Operations.Log.Count;
        await VerdictAsync(service, "one");
        Assert.DoesNotContain("keys.query", _world.Operations.Log.Skip(before));
    }

    [Fact]
    public async Task After_the_overlap_the_old_key_signs_no_more_and_the_log_says_so()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        Rotate(_new, _old, _ed25519);
        await IssueAsync(service, "two");
        Rotate(_new, _ed25519);
        await IssueAsync(service, "three");

        Assert.Equal([3, 2], KeyEntries().Select(announcement => announcement.Entry.Keys!.Count));
        Assert.False(Signed(Checkpoints()[^1], _old));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_key_that_is_disabled_at_once_is_replaced_at_once()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        Rotate(_new, _ed25519);
        await IssueAsync(service, "two");
        Assert.Single(KeyEntries());
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task An_idle_log_announces_a_new_key_too()
    {
        await using var service = _world.Start();
        await service.Sequencer.DrainAsync(Stop);
        Rotate(_new, _old, _ed25519);
        await service.Sequencer.DrainAsync(Stop);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(4, Checkpoints()[^1].Size);
        Assert.Single(KeyEntries());
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_new_key_is_announced_also_while_nothing_is_there_but_what_failed_and_is_tried_again_later()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        var one = DigestOf(Bytes("one"));
        var list = _world.Upload("bank", "list.acts.jsonl", Bytes($$"""{"act":"suspend","algorithm":"sha-256","digest":"{{one.Hex}}"}"""));
        using (_world.Lease.HoldElsewhere())
            await service.Intake.HandleAsync(list, Stop);
        _world.Ledger.Tables.Unreadable.Add(one);
        Rotate(_new, _old, _ed25519);
        var made = 0;
        _world.Operations.Hook = _ => ++made < 1000 ? Task.CompletedTask : throw new InvalidOperationException("the drain goes round and round");
        await service.Sequencer.DrainAsync(Stop);
        _world.Operations.Hook = null;
        Assert.Single(KeyEntries());

        _world.Ledger.Tables.Unreadable.Clear();
        _world.Time.Advance(StagedActs.Invisible);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(Verdict.Suspended, await VerdictAsync(service, "one"));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_process_with_an_old_view_of_the_keys_takes_nothing_back()
    {
        await using var stale = _world.Start();
        await IssueAsync(stale, "one");
        _world.SignWith(_new, _old, _ed25519);
        await using var fresh = _world.Start();
        await IssueAsync(fresh, "two");

        // The clock stands still, so the first process still believes in the keys that it read.
        await IssueAsync(stale, "three");
        Assert.Single(KeyEntries());
        Assert.True(Signed(Checkpoints()[^1], _new));
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task While_the_vault_does_not_sign_uploads_wait_and_nothing_is_lost()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        for (var outage = 0; outage < 3; outage++)
        {
            _world.Operations.FailNext("sign", Fault.Before);
            await UploadAsync(service, $"outage {outage}");
            Assert.Equal(Verdict.Unknown, await VerdictAsync(service, $"outage {outage}"));
            _world.Time.Advance(StagedActs.Invisible);
        }

        Assert.Equal(Verdict.Verified, await VerdictAsync(service, "one"));
        await service.Sequencer.DrainAsync(Stop);
        for (var outage = 0; outage < 3; outage++)
            Assert.Equal(Verdict.Verified, await VerdictAsync(service, $"outage {outage}"));
        Assert.Equal(0, _world.Staged.Count);
        await Audit.RunAsync(_world);
    }

    [Fact]
    public async Task A_key_that_the_vault_refuses_is_not_tried_again_once_the_vault_lists_it_no_more()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "one");
        _world.SignWith(_new, _ed25519);
        _world.Operations.FailNext("sign", Fault.Before);
        await UploadAsync(service, "two");
        _world.Time.Advance(StagedActs.Invisible);
        await service.Sequencer.DrainAsync(Stop);
        Assert.Equal(Verdict.Verified, await VerdictAsync(service, "two"));
        Assert.True(Signed(Checkpoints()[^1], _new));
        await Audit.RunAsync(_world);
    }

    [Theory(Skip = "Too long to be run for every mutant.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task Whichever_operation_of_a_rotation_fails_the_log_agrees_with_its_signatures(Fault fault)
    {
        var operations = int.MaxValue;
        for (var k = -1; k < operations; k++)
        {
            var world = new InMemoryWorld();
            world.SignWith(_old, _ed25519);
            await using (var service = world.Start())
                await service.Intake.HandleAsync(world.Upload("bank", "before", Bytes("before")), Stop);
            world.SignWith(_new, _old, _ed25519);
            var before = world.Operations.Log.Count;
            if (k >= 0)
                world.Operations.CrashAt(k, fault);
            var upload = world.Upload("bank", "after", Bytes("after"));
            await using (var dying = world.Start())
                await TryAsync(() => dying.Intake.HandleAsync(upload, Stop));
            if (k < 0)
                operations = world.Operations.Log.Count - before;

            world.Operations.Restart();
            world.Operations.StopFailing();
            world.Lease.Expire();
            world.Time.Advance(StagedActs.Invisible);
            await using var next = world.Start();
            await next.Intake.HandleAsync(upload, Stop);
            await next.Sequencer.DrainAsync(Stop);
            Assert.Equal(Verdict.Verified, await VerdictAsync(next, "after"));
            Assert.Single(KeyEntries(world));
            await Audit.RunAsync(world);
        }

        Assert.True(operations > 20, $"only {operations} operations");
    }

    private void Rotate(params INoteSigner[] signers)
    {
        _world.SignWith(signers);
        _world.Time.Advance(RotatedKeys.Lifetime);
    }

    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (InjectedFaultException)
        {
            // The process died.
        }
    }

    private async Task IssueAsync(InMemoryService service, string name)
    {
        await UploadAsync(service, name);
        Assert.Equal(Verdict.Verified, await VerdictAsync(service, name));
    }

    private async Task UploadAsync(InMemoryService service, string name) =>
        await service.Intake.HandleAsync(_world.Upload("bank", name, Bytes(name)), Stop);

    private static async Task<Verdict> VerdictAsync(InMemoryService service, string name) =>
        (await service.Verifier.VerifyAsync(DigestOf(Bytes(name)), Stop)).Verdict;

    private SignedCheckpoint[] Checkpoints() =>
        [.. _world.Ledger.Published.Select(note => SignedCheckpoint.Open(note, InMemoryWorld.Origin, _world.EveryVerifier))];

    private static bool Signed(SignedCheckpoint checkpoint, INoteSigner signer) => checkpoint.Signers.Any(key => key.KeyId == signer.Verifier.KeyId);

    private List<(int Index, Entry Entry)> KeyEntries() => KeyEntries(_world);

    private static List<(int Index, Entry Entry)> KeyEntries(InMemoryWorld world)
    {
        var size = SignedCheckpoint.Open(world.Ledger.Published.Last(), InMemoryWorld.Origin, world.EveryVerifier).Size;
        var id = TileId.At(TileId.EntriesLevel, 0, size);
        return [.. EntryBundle.Parse(world.Ledger.Tiles[id], id.Width)
            .Select((bytes, index) => (index, Entry.Parse(bytes.Span)))
            .Where(entry => entry.Item2.Kind == ActKind.Keys)];
    }
}

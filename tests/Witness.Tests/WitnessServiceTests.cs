using System.Text;

namespace TrueCopy.Witness.Tests;

public sealed class WitnessServiceTests : IDisposable
{
    private readonly GrowingLog _log = new(20);
    private readonly GrowingLog _fork = new(20, forkedFrom: 5);
    private readonly TestWitness _witness;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public WitnessServiceTests() => _witness = new TestWitness(_log.Key);

    public void Dispose()
    {
        _witness.Dispose();
        _log.Dispose();
        _fork.Dispose();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(5, 8)]
    [InlineData(8, 20)]
    [InlineData(7, 7)]
    public async Task A_log_that_only_grew_is_cosigned_with_every_key(long old, long size)
    {
        if (old > 0)
            _witness.AssertCosigns(await _witness.AskAsync(await _log.RequestAsync(0, old)), _log.At(old));
        _witness.Time.Advance(TimeSpan.FromMinutes(1));
        _witness.AssertCosigns(await _witness.AskAsync(await _log.RequestAsync(old, size)), _log.At(size));
    }

    [Fact]
    public async Task What_is_served_is_the_last_checkpoint_with_the_logs_signature_and_both_cosignatures()
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(GrowingLog.Origin)));
        Assert.Null(await _witness.Service.ReadCheckpointAsync(hash, Stop));
        await _witness.AskAsync(await _log.RequestAsync(0, 3));
        var answer = await _witness.AskAsync(await _log.RequestAsync(3, 9));
        var note = await _witness.Service.ReadCheckpointAsync(hash, Stop);
        var opened = SignedCheckpoint.Open(note!.Value, GrowingLog.Origin, [_log.Key]);
        Assert.Equal(9, opened.Size);
        Assert.Equal(SignedNote.ParseSignatures(answer.Body.Span).Select(line => line.ToLine()), opened.Signatures.Skip(1).Select(line => line.ToLine()));
        Assert.Null(await _witness.Service.ReadCheckpointAsync(hash.ToUpperInvariant(), Stop));
    }

    [Fact]
    public async Task Another_size_than_the_witness_has_is_answered_with_that_size()
    {
        Assert.Equal((WitnessStatus.OtherSize, "0\n"), await TextOfAsync(await _log.RequestAsync(2, 3)));
        await _witness.AskAsync(await _log.RequestAsync(0, 7));
        Assert.Equal((WitnessStatus.OtherSize, "7\n"), await TextOfAsync(await _log.RequestAsync(0, 9)));
        Assert.Equal((WitnessStatus.OtherSize, "7\n"), await TextOfAsync(await _log.RequestAsync(3, 9)));
        Assert.Equal((WitnessStatus.OtherSize, "7\n"), await TextOfAsync(await _log.RequestAsync(0, 3)));
        Assert.Equal((WitnessStatus.OtherSize, "7\n"), await TextOfAsync(await _log.RequestAsync(8, 9)));
    }

    [Fact]
    public async Task A_fork_is_never_cosigned_and_two_trees_of_one_size_are_kept_as_evidence()
    {
        await _witness.AskAsync(await _log.RequestAsync(0, 7));
        Assert.Equal(WitnessStatus.Inconsistent, (await _witness.AskAsync(await _fork.RequestAsync(7, 9))).Status);
        Assert.Equal(WitnessStatus.Inconsistent, (await _witness.AskAsync(await _fork.RequestAsync(7, 7))).Status);
        var evidence = Encoding.UTF8.GetString(_witness.Blobs.All.Single(blob => blob.Key.Container == WitnessContainers.Evidence).Value.Content.Span);
        Assert.Contains(_log.At(7).Root.ToString(), evidence, StringComparison.Ordinal);
        Assert.Contains(_fork.At(7).Root.ToString(), evidence, StringComparison.Ordinal);
        _witness.AssertCosigns(await _witness.AskAsync(await _log.RequestAsync(7, 9)), _log.At(9));
    }

    [Fact]
    public async Task A_proof_has_to_be_the_one_and_nothing_more()
    {
        await _witness.AskAsync(await _log.RequestAsync(0, 7));
        var right = AddCheckpointRequest.Parse(await _log.RequestAsync(7, 9));
        foreach (var proof in new[] { [], right.Proof.Skip(1), right.Proof.Append(right.Proof[0]), right.Proof.Reverse() })
            Assert.Equal(WitnessStatus.Inconsistent, (await _witness.AskAsync((right with { Proof = [.. proof] }).Encode())).Status);
        var same = new AddCheckpointRequest(7, [right.Proof[0]], await _log.SignAsync(7));
        Assert.Equal(WitnessStatus.Inconsistent, (await _witness.AskAsync(same.Encode())).Status);
    }

    [Fact]
    public async Task From_size_zero_there_is_no_proof_and_the_empty_tree_has_one_root()
    {
        Assert.Equal(WitnessStatus.Inconsistent, (await _witness.AskAsync(new AddCheckpointRequest(0, [TreeHasher.EmptyRoot], await _log.SignAsync(3)).Encode())).Status);
        using var signer = new Ed25519Signer(GrowingLog.Origin, [.. Enumerable.Repeat((byte)9, 32)]);
        var text = new Checkpoint(GrowingLog.Origin, 0, _log.At(1).Root).ToNoteText();
        var wrong = new SignedNote(text, [new NoteSignature(GrowingLog.Origin, signer.Verifier.KeyId, await signer.SignAsync(Encoding.UTF8.GetBytes(text), Stop))]);
        Assert.Equal(WitnessStatus.Inconsistent, (await _witness.AskAsync(new AddCheckpointRequest(0, [], wrong.Encode()).Encode())).Status);
        _witness.AssertCosigns(await _witness.AskAsync(await _log.RequestAsync(0, 0)), _log.At(0));
        _witness.AssertCosigns(await _witness.AskAsync(await _log.RequestAsync(0, 0)), _log.At(0));
        _witness.AssertCosigns(await _witness.AskAsync(await _log.RequestAsync(0, 4)), _log.At(4));
    }

    [Fact]
    public async Task An_old_size_beyond_the_checkpoint_is_malformed_whatever_the_witness_has()
    {
        await _witness.AskAsync(await _log.RequestAsync(0, 9));
        Assert.Equal(WitnessStatus.Malformed, (await _witness.AskAsync(await _log.RequestAsync(9, 7))).Status);
    }

    [Fact]
    public async Task Only_a_log_that_is_known_by_its_key_is_answered()
    {
        using var stranger = new Ed25519Signer(GrowingLog.Origin, TestWitness.SeedOf(7));
        using var other = new Ed25519Signer("log.example/b", TestWitness.SeedOf(7));
        Assert.Equal(WitnessStatus.NotSigned, (await _witness.AskAsync(await RequestOfAsync(_log.At(3), stranger))).Status);
        Assert.Equal(WitnessStatus.UnknownLog, (await _witness.AskAsync(await RequestOfAsync(_log.At(3) with { Origin = "log.example/b" }, other))).Status);

        // A line of a key that is known has to verify, whatever stands beside it.
        var note = SignedNote.Parse((await _log.SignAsync(3)).Span);
        var spoilt = note with { Signatures = [.. note.Signatures, note.Signatures[0] with { Value = new byte[64] }] };
        Assert.Equal(WitnessStatus.NotSigned, (await _witness.AskAsync(new AddCheckpointRequest(0, [], spoilt.Encode()).Encode())).Status);
        var beside = note with { Signatures = [.. note.Signatures, new NoteSignature("stranger.example", 1, new byte[64])] };
        Assert.Equal(WitnessStatus.Cosigned, (await _witness.AskAsync(new AddCheckpointRequest(0, [], beside.Encode()).Encode())).Status);
        Assert.DoesNotContain("stranger", Encoding.UTF8.GetString((await HeadAsync()).Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_changes_nothing_and_costs_at_most_two_reads()
    {
        await _witness.AskAsync(await _log.RequestAsync(0, 7));
        var before = _witness.Blobs.All.ToDictionary(blob => blob.Key, blob => blob.Value.ETag);
        foreach (var body in new[] { [], new byte[WitnessService.MaxBodyLength + 1], "old 0\n\nnothing\n"u8.ToArray(), await _log.RequestAsync(0, 9), await _fork.RequestAsync(7, 9), await _log.RequestAsync(9, 7) })
        {
            var (asked, count) = (_witness.Requests.Log.Count, 0);
            Assert.NotEqual(WitnessStatus.Cosigned, (await _witness.AskAsync(body)).Status);
            count = _witness.Requests.Log.Count - asked;
            Assert.InRange(count, 0, 2);
        }

        Assert.Equal(before, _witness.Blobs.All.ToDictionary(blob => blob.Key, blob => blob.Value.ETag));
    }

    [Fact]
    public async Task A_cosignature_costs_two_writes_and_nothing_else_once_the_log_is_known()
    {
        await _witness.AskAsync(await _log.RequestAsync(0, 7));
        var asked = _witness.Requests.Log.Count;
        await _witness.AskAsync(await _log.RequestAsync(7, 9));
        Assert.Equal(2, _witness.Requests.Log.Count - asked);
        Assert.All(_witness.Requests.Log.Skip(asked), name => Assert.EndsWith(".write", name, StringComparison.Ordinal));
        asked = _witness.Requests.Log.Count;
        await _witness.AskAsync(await _log.RequestAsync(9, 9));
        Assert.Equal(1, _witness.Requests.Log.Count - asked);
    }

    [Theory]
    [InlineData("there is no log to witness", 0)]
    [InlineData("there is no key to cosign with", 1)]
    [InlineData("all keys of a witness have one name, and all of a mirror", 2)]
    [InlineData("a mirror has another name than the witness beside it", 3)]
    [InlineData("no two cosigners have one key", 4)]
    public void Options_that_make_no_witness_are_refused_by_their_rule(string rule, int which)
    {
        var log = new PolicyLog(_log.Key, null);
        Cosigner One(string name, byte seed) => new Ed25519Cosigner(name, TestWitness.SeedOf(seed), TimeProvider.System);
        WitnessOptions options = which switch
        {
            0 => new([], [One("w", 1)], []),
            1 => new([log], [], []),
            2 => new([log], [One("w", 1), One("v", 2)], []),
            3 => new([log], [One("w", 1)], [One("w", 2)]),
            _ => new([log], [One("w", 1)], [One("m", 1)]),
        };
        Assert.Equal($"witness: {rule}", Assert.Throws<LogFormatException>(options.Validate).Message);
    }

    private async Task<ReadOnlyMemory<byte>> HeadAsync() =>
        (await _witness.Service.ReadCheckpointAsync(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(GrowingLog.Origin))), Stop))!.Value;

    private async Task<(WitnessStatus Status, string Body)> TextOfAsync(byte[] body)
    {
        var answer = await _witness.AskAsync(body);
        return (answer.Status, Encoding.UTF8.GetString(answer.Body.Span));
    }

    private static async Task<byte[]> RequestOfAsync(Checkpoint checkpoint, INoteSigner signer) =>
        new AddCheckpointRequest(0, [], (await SignedCheckpoint.SignAsync(checkpoint, [signer], Stop)).Note).Encode();
}

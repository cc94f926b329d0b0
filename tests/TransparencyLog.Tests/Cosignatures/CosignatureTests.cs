using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Cosignatures;

public sealed class CosignatureTests
{
    private const long Now = 1_790_000_000;
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Checkpoint Head = new("log.example", 7, TreeHasher.Leaf("x"u8));

    public static TheoryData<string> Kinds => ["Ed25519", "ML-DSA-44"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_cosignature_says_when_it_was_made(string kind)
    {
        using var cosigner = Make(kind, "witness.example", Now);
        var line = await cosigner.CosignAsync(Head, Stop);
        Assert.True(cosigner.Verifier.TryVerify(TextOf(Head), line.Value.Span, out var time));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Now), time);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_cosignature_is_of_one_checkpoint_one_time_and_one_key(string kind)
    {
        using var cosigner = Make(kind, "witness.example", Now);
        using var other = Make(kind, "witness.example", Now, 1);
        var signature = (await cosigner.CosignAsync(Head, Stop)).Value.ToArray();
        Assert.False(other.Verifier.Verify(TextOf(Head), signature));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head with { Size = 8 }), signature));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head with { Origin = "other.example" }), signature));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head with { Root = TreeHasher.Leaf("y"u8) }), signature));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head), signature.AsSpan(1)));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head), [.. signature, 0]));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head), []));
        BinaryPrimitives.WriteInt64BigEndian(signature, Now + 1);
        Assert.False(cosigner.Verifier.Verify(TextOf(Head), signature));
    }

    [Fact]
    public async Task ML_DSA_44_names_the_witness_and_leaves_extension_lines_out_and_Ed25519_does_neither()
    {
        var extended = Head with { Extensions = ["more"] };
        using Cosigner mldsa = Make("ML-DSA-44", "witness.example", Now), ed25519 = Make("Ed25519", "witness.example", Now);
        using Cosigner renamedMldsa = Make("ML-DSA-44", "mirror.example", Now), renamedEd25519 = Make("Ed25519", "mirror.example", Now);
        var (byMldsa, byEd25519) = ((await mldsa.CosignAsync(Head, Stop)).Value, (await ed25519.CosignAsync(Head, Stop)).Value);
        Assert.False(renamedMldsa.Verifier.Verify(TextOf(Head), byMldsa.Span));
        Assert.True(renamedEd25519.Verifier.Verify(TextOf(Head), byEd25519.Span));
        Assert.True(mldsa.Verifier.Verify(TextOf(extended), byMldsa.Span));
        Assert.False(ed25519.Verifier.Verify(TextOf(extended), byEd25519.Span));
    }

    [Fact]
    public async Task A_time_of_zero_is_valid_and_says_no_time()
    {
        using var cosigner = Make("ML-DSA-44", "log.example", 0);
        var line = await cosigner.CosignAsync(Head, Stop);
        Assert.True(cosigner.Verifier.TryVerify(TextOf(Head), line.Value.Span, out var time));
        Assert.Null(time);
        Assert.Null(cosigner.Verifier.FindIn(Head.ToNoteText(), [line]));
    }

    [Theory]
    [InlineData(0xffff_ffff_ffff_ffff)]
    [InlineData(0x8000_0000_0000_0000)]
    [InlineData(253_402_300_800)]
    public async Task A_time_that_no_calendar_has_is_no_cosignature(ulong seconds)
    {
        using var cosigner = Make("Ed25519", "witness.example", Now);
        var signature = (await cosigner.CosignAsync(Head, Stop)).Value.ToArray();
        BinaryPrimitives.WriteUInt64BigEndian(signature, seconds);
        Assert.False(cosigner.Verifier.Verify(TextOf(Head), signature));
    }

    [Fact]
    public async Task Of_several_lines_of_a_witness_the_newest_counts_and_a_wrong_one_spoils_all()
    {
        using Cosigner early = Make("Ed25519", "witness.example", Now), late = Make("Ed25519", "witness.example", Now + 60);
        NoteSignature[] lines = [await late.CosignAsync(Head, Stop), await early.CosignAsync(Head, Stop)];
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Now + 60), early.Verifier.FindIn(Head.ToNoteText(), lines)!.Value.Time);
        var wrong = await early.CosignAsync(Head with { Size = 8 }, Stop);
        Assert.Throws<LogFormatException>(() => early.Verifier.FindIn(Head.ToNoteText(), [.. lines, wrong]));
        Assert.Null(early.Verifier.FindIn(Head.ToNoteText(), [lines[0] with { Name = "witness.example/2" }, lines[1] with { KeyId = 1 }]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_but_a_checkpoint_is_cosigned(string kind)
    {
        using var cosigner = Make(kind, "witness.example", Now);
        await Assert.ThrowsAsync<LogFormatException>(async () => await cosigner.SignAsync("no checkpoint\n"u8.ToArray(), Stop));
        await Assert.ThrowsAsync<LogFormatException>(async () => await cosigner.SignAsync(new byte[] { 0xff }, Stop));
    }

    [Fact]
    public async Task What_ML_DSA_44_has_no_room_for_is_refused()
    {
        var longest = new string('é', 127);
        using var cosigner = Make("ML-DSA-44", longest + "a", Now);
        var line = await cosigner.CosignAsync(Head with { Origin = longest + "b" }, Stop);
        Assert.True(cosigner.Verifier.Verify(TextOf(Head with { Origin = longest + "b" }), line.Value.Span));
        Assert.Throws<LogFormatException>(() => Make("ML-DSA-44", longest + "ab", Now));
        await Assert.ThrowsAsync<LogFormatException>(async () => await cosigner.CosignAsync(Head with { Origin = longest + "éé" }, Stop));
        Assert.False(cosigner.Verifier.Verify(TextOf(Head with { Origin = longest + "éé" }), line.Value.Span));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_verifier_key_parses_back_and_never_as_a_logs(string kind)
    {
        using var cosigner = Make(kind, "witness.example/a+b".Replace('+', '-'), Now);
        var key = cosigner.Verifier.ToString();
        Assert.Equal(key, CosignatureVerifier.Parse(key).ToString());
        Assert.Throws<LogFormatException>(() => NoteVerifier.Parse(key));
    }

    [Fact]
    public void A_logs_key_and_a_damaged_one_are_no_key_of_a_witness()
    {
        using var log = new Ed25519Signer("log.example", Seed);
        Assert.Throws<LogFormatException>(() => CosignatureVerifier.Parse(log.Verifier.ToString()));
        foreach (var kind in Kinds.Select(row => row.Data))
        {
            using var cosigner = Make(kind, "witness.example", Now);
            Mutation.Of(Encoding.Latin1.GetBytes(cosigner.Verifier.ToString())).Sample(
                bytes =>
                {
                    var damaged = Encoding.Latin1.GetString(bytes);
                    try
                    {
                        Assert.Equal(damaged, CosignatureVerifier.Parse(damaged).ToString());
                    }
                    catch (LogFormatException)
                    {
                        // Refused, as documented.
                    }
                },
                iter: 500);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_has_32_bytes(int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ed25519Cosigner("witness.example", new byte[length], TimeProvider.System));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlDsa44Cosigner("witness.example", new byte[length], TimeProvider.System));
    }

    [Fact]
    public async Task Cosignatures_join_a_checkpoint_and_a_newer_one_takes_the_place_of_the_older()
    {
        using var log = new Ed25519Signer(Head.Origin, Seed);
        using Cosigner early = Make("Ed25519", "witness.example", Now), late = Make("Ed25519", "witness.example", Now + 60), other = Make("ML-DSA-44", "mirror.example", Now);
        var signed = await SignedCheckpoint.SignAsync(Head, [log], Stop);
        var once = signed.With([await early.CosignAsync(Head, Stop), await other.CosignAsync(Head, Stop)]);
        var twice = once.With([await late.CosignAsync(Head, Stop)]);
        var opened = SignedCheckpoint.Open(twice.Note, Head.Origin, [log.Verifier]);
        Assert.Equal(3, opened.Signatures.Count);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Now + 60), late.Verifier.FindIn(Head.ToNoteText(), opened.Signatures)!.Value.Time);
        Assert.NotNull(other.Verifier.FindIn(Head.ToNoteText(), opened.Signatures));
    }

    [Fact]
    public async Task No_cosignature_takes_the_place_of_the_logs_own_signature()
    {
        using var log = new Ed25519Signer(Head.Origin, Seed);
        var signed = await SignedCheckpoint.SignAsync(Head, [log], Stop);
        Assert.Throws<ArgumentException>(() => signed.With([signed.Signatures[0] with { Value = new byte[64] }]));
    }

    private static byte[] TextOf(Checkpoint checkpoint) => Encoding.UTF8.GetBytes(checkpoint.ToNoteText());

    private static Cosigner Make(string kind, string name, long now, byte first = 0)
    {
        byte[] seed = [first, .. Seed.Skip(1)];
        return kind == "Ed25519" ? new Ed25519Cosigner(name, seed, new FixedClock(now)) : new MlDsa44Cosigner(name, seed, new FixedClock(now));
    }
}

using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.TransparencyLog.Tests.Checkpoints;

public sealed class SignedCheckpointTests : IDisposable
{
    private const string Origin = "log.example";
    private readonly EcdsaP256Signer _ecdsa = new(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly Ed25519Signer _ed25519 = new(Origin, RandomNumberGenerator.GetBytes(32));
    private readonly Checkpoint _checkpoint = new(Origin, 7, TreeHasher.Leaf("x"u8));

    [Fact]
    public async Task A_checkpoint_carries_the_signature_of_every_signer()
    {
        var signed = await SignAsync(_ecdsa, _ed25519);
        Assert.Equal(2, signed.Signers.Count);
        var opened = SignedCheckpoint.Open(signed.Note, Origin, [_ecdsa.Verifier, _ed25519.Verifier]);
        Assert.Equal([_ecdsa.Verifier, _ed25519.Verifier], opened.Signers);
        Assert.Equal(_checkpoint.ToNoteText(), opened.Checkpoint.ToNoteText());
    }

    [Fact]
    public async Task Either_key_alone_is_enough_to_open_it()
    {
        var signed = await SignAsync(_ecdsa, _ed25519);
        Assert.Single(SignedCheckpoint.Open(signed.Note, Origin, [_ecdsa.Verifier]).Signers);
        Assert.Single(SignedCheckpoint.Open(signed.Note, Origin, [_ed25519.Verifier]).Signers);
    }

    [Fact]
    public async Task A_checkpoint_of_another_log_is_refused_even_if_the_same_key_signed_it()
    {
        var signed = await SignAsync(_ecdsa);
        Assert.Throws<LogFormatException>(() => SignedCheckpoint.Open(signed.Note, "other.example", [_ecdsa.Verifier]));
    }

    [Fact]
    public async Task A_checkpoint_that_its_keys_did_not_sign_is_refused()
    {
        var signed = await SignAsync(_ed25519);
        Assert.Throws<LogFormatException>(() => SignedCheckpoint.Open(signed.Note, Origin, [_ecdsa.Verifier]));
        var altered = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(signed.Note.Span).Replace("\n7\n", "\n8\n", StringComparison.Ordinal));
        Assert.Throws<LogFormatException>(() => SignedCheckpoint.Open(altered, Origin, [_ed25519.Verifier]));
    }

    [Fact]
    public async Task A_signature_that_its_own_key_rejects_is_never_let_out() =>
        await Assert.ThrowsAsync<LogFormatException>(() => SignAsync(new LyingSigner(_ecdsa.Verifier, new byte[70])));

    [Fact]
    public async Task One_lying_signer_among_honest_ones_is_enough_to_let_nothing_out()
    {
        await Assert.ThrowsAsync<LogFormatException>(() => SignAsync(_ed25519, new LyingSigner(_ecdsa.Verifier, new byte[70])));
        await Assert.ThrowsAsync<LogFormatException>(() => SignAsync(new LyingSigner(_ed25519.Verifier, new byte[64]), _ecdsa));
    }

    [Fact]
    public async Task A_right_signature_over_another_text_is_not_let_out()
    {
        var other = await _ecdsa.SignAsync("another text\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<LogFormatException>(() => SignAsync(new LyingSigner(_ecdsa.Verifier, other)));
    }

    [Fact]
    public async Task Nothing_is_signed_without_a_signer() => await Assert.ThrowsAsync<LogFormatException>(() => SignAsync());

    [Fact]
    public async Task A_published_note_is_kept_byte_for_byte_with_the_lines_of_unknown_witnesses()
    {
        var signed = await SignAsync(_ecdsa, _ed25519);
        byte[] cosigned = [.. signed.Note.Span, .. "— witness.example AAAAAAEC\n"u8];
        var opened = SignedCheckpoint.Open(cosigned, Origin, [_ecdsa.Verifier]);
        Assert.Equal(cosigned, opened.Note.ToArray());
        Assert.Equal(7, opened.Size);
    }

    [Fact]
    public async Task A_wrong_signature_of_one_key_refuses_what_the_other_signed()
    {
        var signed = await SignAsync(_ecdsa);
        var line = Encoding.UTF8.GetString((await SignAsync(_ed25519)).Note.Span).Split("\n\n")[1];
        byte[] both = [.. signed.Note.Span, .. Encoding.UTF8.GetBytes(line)];
        Assert.Equal(2, SignedCheckpoint.Open(both, Origin, [_ecdsa.Verifier, _ed25519.Verifier]).Signers.Count);

        var forged = new SignedNote(_checkpoint.ToNoteText(), [new NoteSignature(Origin, _ed25519.Verifier.KeyId, new byte[64])]).Encode();
        byte[] wrong = [.. signed.Note.Span, .. forged.AsSpan(Encoding.UTF8.GetByteCount(_checkpoint.ToNoteText()) + 1)];
        Assert.Single(SignedCheckpoint.Open(wrong, Origin, [_ecdsa.Verifier]).Signers);
        Assert.Throws<LogFormatException>(() => SignedCheckpoint.Open(wrong, Origin, [_ecdsa.Verifier, _ed25519.Verifier]));
    }

    [Fact]
    public async Task A_signed_note_that_is_no_checkpoint_is_refused()
    {
        const string text = "log.example\n7\nnot a root\n";
        var value = await _ed25519.SignAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        var note = new SignedNote(text, [new NoteSignature(Origin, _ed25519.Verifier.KeyId, value)]);
        Assert.Single(note.Verify([_ed25519.Verifier]));
        Assert.Throws<LogFormatException>(() => SignedCheckpoint.Open(note.Encode(), Origin, [_ed25519.Verifier]));
    }

    [Fact]
    public async Task One_changed_bit_anywhere_is_refused_or_leaves_the_checkpoint_and_one_signature_whole()
    {
        var note = (await SignAsync(_ecdsa, _ed25519)).Note.ToArray();
        for (var bit = 0; bit < note.Length * 8; bit++)
        {
            note[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                var opened = SignedCheckpoint.Open(note, Origin, [_ecdsa.Verifier, _ed25519.Verifier]);
                Assert.Equal(_checkpoint.ToNoteText(), opened.Checkpoint.ToNoteText());
                Assert.Single(opened.Signers);
            }
            catch (LogFormatException)
            {
                // Refused, as documented.
            }

            note[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    public void Dispose()
    {
        _ecdsa.Dispose();
        _ed25519.Dispose();
    }

    private Task<SignedCheckpoint> SignAsync(params INoteSigner[] signers) =>
        SignedCheckpoint.SignAsync(_checkpoint, signers, TestContext.Current.CancellationToken);

    private sealed class LyingSigner(NoteVerifier verifier, ReadOnlyMemory<byte> signature) : INoteSigner
    {
        public NoteVerifier Verifier => verifier;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) => new(signature);
    }
}

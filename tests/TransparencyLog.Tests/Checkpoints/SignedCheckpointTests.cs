using System.Security.Cryptography;
using System.Text;
using TrueCopy.TransparencyLog.Checkpoints;
using TrueCopy.TransparencyLog.Merkle;
using TrueCopy.TransparencyLog.Notes;

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
        await Assert.ThrowsAsync<LogFormatException>(() => SignAsync(new LyingSigner(_ecdsa.Verifier)));

    public void Dispose()
    {
        _ecdsa.Dispose();
        _ed25519.Dispose();
    }

    private Task<SignedCheckpoint> SignAsync(params INoteSigner[] signers) =>
        SignedCheckpoint.SignAsync(_checkpoint, signers, TestContext.Current.CancellationToken);

    private sealed class LyingSigner(NoteVerifier verifier) : INoteSigner
    {
        public NoteVerifier Verifier => verifier;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) => new(new byte[70]);
    }
}

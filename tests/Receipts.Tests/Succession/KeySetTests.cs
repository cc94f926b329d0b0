using System.Security.Cryptography;

namespace TrueCopy.Receipts.Tests.Succession;

public sealed class KeySetTests
{
    [Fact]
    public async Task A_note_that_was_verified_is_verified_again_if_a_byte_of_it_is_another_in_the_same_memory()
    {
        using var key = new EcdsaP256Signer("log.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var signed = await SignedCheckpoint.SignAsync(new Checkpoint("log.example", 7, default), [key], TestContext.Current.CancellationToken);
        var note = signed.Note.ToArray();
        var keys = new KeySet([key.Verifier]);
        Assert.Equal(7, keys.Open(note).Size);
        Assert.Equal(7, keys.Open(note).Size);
        note[Array.IndexOf(note, (byte)'7')] = (byte)'8';
        Assert.Throws<LogFormatException>(() => keys.Open(note));
        Assert.Throws<LogFormatException>(() => keys.Open(note));
    }
}

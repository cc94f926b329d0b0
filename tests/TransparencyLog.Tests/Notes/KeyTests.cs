using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Notes;

public sealed class KeyTests
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes("a\nb\n");

    [Fact]
    public async Task Ed25519_signatures_verify_and_any_change_to_text_or_signature_fails()
    {
        using var signer = new Ed25519Signer("log.example", RandomNumberGenerator.GetBytes(32));
        await AssertSignsAsync(signer);
    }

    [Fact]
    public async Task ECDSA_signatures_verify_and_any_change_to_text_or_signature_fails()
    {
        using var signer = new EcdsaP256Signer("log.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await AssertSignsAsync(signer);
    }

    [Fact]
    public void The_key_id_of_ECDSA_is_the_hash_of_the_key_without_its_name()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spki = key.ExportSubjectPublicKeyInfo();
        using var one = new EcdsaP256Verifier("one", spki);
        using var two = new EcdsaP256Verifier("two", spki);
        Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(spki)), one.KeyId);
        Assert.Equal(one.KeyId, two.KeyId);
    }

    [Fact]
    public void The_key_id_of_Ed25519_depends_on_the_name()
    {
        using var one = new Ed25519Signer("one", new byte[32]);
        using var two = new Ed25519Signer("two", new byte[32]);
        Assert.NotEqual(one.Verifier.KeyId, two.Verifier.KeyId);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_Ed25519_has_32_bytes(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ed25519Signer("log.example", new byte[length]));

    [Fact]
    public void Verifier_keys_parse_back()
    {
        using var ecdsa = new EcdsaP256Signer("log.example/a", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var ed25519 = new Ed25519Signer("log.example/a", RandomNumberGenerator.GetBytes(32));
        foreach (var verifier in new[] { ecdsa.Verifier, ed25519.Verifier })
        {
            var parsed = NoteVerifier.Parse(verifier.ToString());
            Assert.Equal(verifier.GetType(), parsed.GetType());
            Assert.Equal(verifier.ToString(), parsed.ToString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com/foo")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2")]
    [InlineData("example.com/foo+530d903a+AQ==")]
    [InlineData("example.com/foo+530d903a+")]
    public void Malformed_verifier_keys_are_refused(string key) => Assert.Throws<LogFormatException>(() => NoteVerifier.Parse(key));

    [Fact]
    public void Only_P_256_is_accepted_and_only_as_exact_DER()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", p384.ExportSubjectPublicKeyInfo()));
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", [.. p256.ExportSubjectPublicKeyInfo(), 0]));
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", p256.ExportSubjectPublicKeyInfo().AsSpan(1)));
        using var rsa = RSA.Create(2048);
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", rsa.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    public async Task A_DER_signature_with_anything_after_it_fails()
    {
        using var signer = new EcdsaP256Signer("log.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var signature = await signer.SignAsync(Message, TestContext.Current.CancellationToken);
        Assert.False(signer.Verifier.Verify(Message, (byte[])[.. signature.Span, 0]));
    }

    [Fact]
    public void A_P_256_key_with_any_bit_changed_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spki = key.ExportSubjectPublicKeyInfo();
        for (var bit = 0; bit < spki.Length * 8; bit++)
            Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", Flip(spki, bit)));
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", [.. spki.AsSpan(0, 27), .. new byte[64]]));
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", []));
    }

    [Fact]
    public void A_damaged_verifier_key_is_refused_or_is_another_key_and_nothing_else_is_thrown()
    {
        using var ecdsa = new EcdsaP256Signer("log.example/a", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var ed25519 = new Ed25519Signer("log.example/a", RandomNumberGenerator.GetBytes(32));
        foreach (var verifier in new[] { ecdsa.Verifier, ed25519.Verifier })
        {
            Mutation.Of(Encoding.Latin1.GetBytes(verifier.ToString())).Sample(bytes => AssertParsesBackOrIsRefused(Encoding.Latin1.GetString(bytes)), iter: 10_000);

            // Damage behind a right id reaches the key itself.
            byte[] key = [verifier.SignatureType, .. verifier.PublicKey.Span];
            Mutation.Of(key).Sample(bytes => AssertParsesBackOrIsRefused(WithRightId("log.example/a", bytes)), iter: 5_000);
        }
    }

    [Fact]
    public async Task A_signature_that_is_no_signature_at_all_is_false_and_nothing_is_thrown()
    {
        using var ecdsa = new EcdsaP256Signer("log.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var ed25519 = new Ed25519Signer("log.example", RandomNumberGenerator.GetBytes(32));
        var der = (await ecdsa.SignAsync(Message, TestContext.Current.CancellationToken)).ToArray();
        Gen.OneOf(Gen.Byte.Array[0, 100], Mutation.Of(der)).Where(bytes => !bytes.AsSpan().SequenceEqual(der))
            .Sample(bytes => !ecdsa.Verifier.Verify(Message, bytes) && !ed25519.Verifier.Verify(Message, bytes), iter: 5_000);
    }

    private static void AssertParsesBackOrIsRefused(string key)
    {
        try
        {
            Assert.Equal(key, NoteVerifier.Parse(key).ToString());
        }
        catch (LogFormatException)
        {
            // Refused, as documented.
        }
    }

    private static string WithRightId(string name, byte[] key)
    {
        byte[] hashed = key is [2, ..] ? key[1..] : [.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. key];
        return $"{name}+{Convert.ToHexStringLower(SHA256.HashData(hashed))[..8]}+{Convert.ToBase64String(key)}";
    }

    private static async Task AssertSignsAsync(INoteSigner signer)
    {
        var signature = (await signer.SignAsync(Message, TestContext.Current.CancellationToken)).ToArray();
        Assert.True(signer.Verifier.Verify(Message, signature));
        for (var bit = 0; bit < Message.Length * 8; bit++)
            Assert.False(signer.Verifier.Verify(Flip(Message, bit), signature));
        for (var bit = 0; bit < signature.Length * 8; bit++)
            Assert.False(signer.Verifier.Verify(Message, Flip(signature, bit)));
        Assert.False(signer.Verifier.Verify(Message, []));
        Assert.False(signer.Verifier.Verify(Message, signature.AsSpan(1)));
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var copy = (byte[])bytes.Clone();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }
}

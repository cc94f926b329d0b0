using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.TransparencyLog.Notes;

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
    public async Task Openssl_accepts_our_signatures_and_we_accept_its()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        string At(string name) => Path.Combine(folder, name);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = new EcdsaP256Signer("log.example", key);
        await File.WriteAllTextAsync(At("key.pem"), key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("pub.pem"), key.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(At("text"), Message, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(At("ours"), await signer.SignAsync(Message, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        Assert.Equal(0, await OpensslAsync("dgst", "-sha256", "-verify", At("pub.pem"), "-signature", At("ours"), At("text")));
        Assert.Equal(0, await OpensslAsync("dgst", "-sha256", "-sign", At("key.pem"), "-out", At("theirs"), At("text")));
        var theirs = await File.ReadAllBytesAsync(At("theirs"), TestContext.Current.CancellationToken);
        Assert.True(signer.Verifier.Verify(Message, theirs));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> OpensslAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
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

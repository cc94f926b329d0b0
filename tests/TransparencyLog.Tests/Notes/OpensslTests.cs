using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace TrueCopy.TransparencyLog.Tests.Notes;

/// <summary>The openssl program as the other side; it must be there on Linux, where CI runs; elsewhere these tests are skipped.</summary>
public sealed class OpensslTests : IDisposable
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes("log.example\n7\n\n— text\n");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("truecopy-");

    public OpensslTests() => File.WriteAllBytes(At("text"), Message);

    [Fact]
    public async Task Openssl_accepts_our_ECDSA_signatures_and_we_accept_its()
    {
        using var signer = new EcdsaP256Signer("log.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await WriteAsync("ours", await signer.SignAsync(Message, TestContext.Current.CancellationToken));
        await WriteAsync("pub.der", signer.Verifier.PublicKey);
        Assert.True(await OpensslAsync("dgst", "-sha256", "-verify", At("pub.der"), "-keyform", "DER", "-signature", At("ours"), At("text")));
        await WriteAsync("text", "another text\n"u8.ToArray());
        Assert.False(await OpensslAsync("dgst", "-sha256", "-verify", At("pub.der"), "-keyform", "DER", "-signature", At("ours"), At("text")));
        await WriteAsync("text", Message);

        Assert.True(await OpensslAsync("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", At("key.pem")));
        Assert.True(await OpensslAsync("pkey", "-in", At("key.pem"), "-pubout", "-outform", "DER", "-out", At("key.der")));
        Assert.True(await OpensslAsync("dgst", "-sha256", "-sign", At("key.pem"), "-out", At("theirs"), At("text")));
        using var verifier = new EcdsaP256Verifier("log.example", await ReadAsync("key.der"));
        AssertVerifies(verifier, await ReadAsync("theirs"));
    }

    [Fact]
    public async Task Openssl_accepts_our_Ed25519_signatures_and_we_accept_its()
    {
        // RFC 8410: the public key is the last 32 bytes, and the seed the last 32 of the private one.
        Assert.True(await OpensslAsync("genpkey", "-algorithm", "ed25519", "-outform", "DER", "-out", At("key.der")));
        Assert.True(await OpensslAsync("pkey", "-in", At("key.der"), "-inform", "DER", "-pubout", "-outform", "DER", "-out", At("pub.der")));
        Assert.True(await OpensslAsync("pkeyutl", "-sign", "-rawin", "-inkey", At("key.der"), "-keyform", "DER", "-in", At("text"), "-out", At("theirs")));
        AssertVerifies(new Ed25519Verifier("log.example", (await ReadAsync("pub.der")).AsSpan(^32..)), await ReadAsync("theirs"));

        using var signer = new Ed25519Signer("log.example", (await ReadAsync("key.der")).AsSpan(^32..));
        await WriteAsync("ours", await signer.SignAsync(Message, TestContext.Current.CancellationToken));
        string[] verify = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", At("pub.der"), "-keyform", "DER", "-in", At("text"), "-sigfile", At("ours")];
        Assert.True(await OpensslAsync(verify));
        await WriteAsync("text", "another text\n"u8.ToArray());
        Assert.False(await OpensslAsync(verify));
    }

    [Theory]
    [InlineData("prime256v1", "explicit", "uncompressed")]
    [InlineData("secp384r1", "named_curve", "uncompressed")]
    [InlineData("secp256k1", "named_curve", "uncompressed")]
    [InlineData("secp256k1", "explicit", "uncompressed")]
    [InlineData("prime256v1", "named_curve", "compressed")]
    [InlineData("prime256v1", "named_curve", "hybrid")]
    public async Task Keys_of_openssl_on_another_curve_or_spelled_another_way_are_refused(string curve, string encoding, string form)
    {
        Assert.True(await OpensslAsync("ecparam", "-name", curve, "-genkey", "-noout", "-out", At("key.pem")));
        Assert.True(await OpensslAsync(
            "ec", "-in", At("key.pem"), "-pubout", "-param_enc", encoding, "-conv_form", form, "-outform", "DER", "-out", At("pub.der")));
        var key = await ReadAsync("pub.der");
        Assert.Throws<LogFormatException>(() => new EcdsaP256Verifier("log.example", key));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertVerifies(NoteVerifier verifier, byte[] signature)
    {
        Assert.True(verifier.Verify(Message, signature));
        Assert.False(verifier.Verify([.. Message, (byte)'\n'], signature));
    }

    private static async Task<bool> OpensslAsync(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems ship LibreSSL or nothing");
        var start = new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(await output + errors);
        return process.ExitCode == 0;
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private Task<byte[]> ReadAsync(string name) => File.ReadAllBytesAsync(At(name), TestContext.Current.CancellationToken);

    private Task WriteAsync(string name, ReadOnlyMemory<byte> bytes) => File.WriteAllBytesAsync(At(name), bytes, TestContext.Current.CancellationToken);
}
